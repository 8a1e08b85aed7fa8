"""What is shown without doing anything."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from photosync import __version__
from photosync.cli.app import COMMANDS, app, register
from photosync.cli.command_groups import GROUPS

register([])  # all commands

_LINES_OF_A_SCREEN = 50


def test_the_commands_stand_in_groups_on_one_screen() -> None:
    shown = CliRunner().invoke(app, ["--help"]).stdout.splitlines()
    assert len(shown) <= _LINES_OF_A_SCREEN
    named = [name for line in shown for name in re.sub(r"   *[^ ].*", "", line.removeprefix("  ")).split(", ")]
    for command in COMMANDS:
        assert named.count(command) == 1
    assert {command for lines in GROUPS.values() for names in lines for command in names} == {*COMMANDS}


def _runnable() -> list[str]:
    """Every command that does something: of a group, each of its commands."""
    groups = {group.name: group.typer_instance for group in app.registered_groups}
    inside = [f"{name} {each.name}" for name, group in groups.items() if group for each in group.registered_commands]
    return [*(command for command in COMMANDS if command not in groups), *inside]


@pytest.mark.parametrize("command", _runnable())
def test_every_command_says_what_it_does_and_takes_the_general_options(command: str) -> None:
    result = CliRunner().invoke(app, [*command.split(), "-h"])
    assert result.exit_code == 0
    assert re.search(r"\n\n  [A-Z][^\n]+\n", result.stdout)
    options = re.findall(r"^ +(?:-\w, )?(--[\w-]+)", result.stdout, flags=re.MULTILINE)
    assert options[-8:] == [
        *("--config", "--library", "--json", "--verbose", "--quiet", "--log-file", "--no-color", "--help"),
    ]


def test_pull_and_list_select_by_the_same_options() -> None:
    shared = [
        *("--id", "--year", "--month", "--since", "--until", "--album", "--kind", "--favorites", "--hidden", "--query"),
        *("--context", "--sort", "--offset", "--recent", "--limit", "--all-files"),
    ]
    for command in ("pull", "list"):
        shown = CliRunner().invoke(app, [command, "--help"]).stdout
        options = re.findall(r"^ +(--[\w-]+)", shown, flags=re.MULTILINE)
        assert options[: len(shared)] == shared


def test_an_option_that_is_of_no_use_to_people_is_hidden() -> None:
    assert "--full" not in CliRunner().invoke(app, ["pick", "--help"]).stdout


def test_help_imports_nothing_that_takes_time() -> None:
    code = (
        "import sys\n"
        "from photosync.cli.app import app, register\n"
        "register(['pull'])\n"
        "try:\n"
        "    app(['pull', '--help'])\n"
        "except SystemExit:\n"
        "    print(*sorted(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Bring what is new to the library." in done.stdout
    imported = set(done.stdout.splitlines()[-1].split())
    assert imported.isdisjoint({"requests", "yaml", "sqlite3", "PIL", "rich", "photosync.config", "photosync.provider"})


def test_without_arguments_the_help_is_shown() -> None:
    result = CliRunner().invoke(app, [])
    assert result.exit_code == 2
    assert "Check and repair:" in result.output


def test_version() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"photosync {__version__}\n")
