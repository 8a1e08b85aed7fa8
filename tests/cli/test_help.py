"""What is shown without doing anything."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from photosync import __version__
from photosync.cli.app import COMMANDS, app
from photosync.cli.command_groups import GROUPS
from photosync.cli.examples import of_command
from photosync.documents import page_url
from tests.cli.command_lines import parse

_LINES_OF_A_SCREEN = 50
_COLUMNS = 80
DOCS = Path(__file__).parents[2] / "docs"


def test_the_commands_stand_in_groups_on_one_screen() -> None:
    shown = CliRunner().invoke(app, ["--help"]).stdout.splitlines()
    assert len(shown) <= _LINES_OF_A_SCREEN
    before_options = shown[: shown.index("Configuration and output:")]
    named = [name for line in before_options for name in re.sub(r"   *[^ ].*", "", line.removeprefix("  ")).split(", ")]
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
    assert max(len(line) for line in result.stdout.splitlines()) <= _COLUMNS
    assert not re.search(r"<\w+|\[0<=|\[required\]", result.stdout)  # typer's own words for types and bounds


@pytest.mark.parametrize("command", ["", *_runnable(), *(group.name for group in app.registered_groups)])
def test_every_help_has_examples_that_can_be_typed_and_the_address_of_its_page(command: str) -> None:
    shown = CliRunner().invoke(app, [*command.split(), "--help"]).stdout
    about = of_command(command)
    path, _, anchor = about.page.partition("#")
    assert page_url(about.page) in shown or not command
    text = (DOCS / f"{path}.md").read_text(encoding="utf-8")
    headings = [
        re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in re.findall(r"^#+ (.*)", text, re.MULTILINE)
    ]
    assert not anchor or anchor in headings
    assert about.examples
    for line in about.examples:
        assert line in shown or not command
        program, *arguments = shlex.split(line.partition(" >")[0], comments=True)
        assert program == "photosync"
        parse(arguments)


def test_an_example_that_is_wrong_is_found() -> None:
    for wrong in (["pul"], ["pull", "--yaer", "2023"], ["album", "create"]):
        with pytest.raises(typer.TyperException):
            parse(wrong)


def test_options_stand_in_named_groups() -> None:
    shown = CliRunner().invoke(app, ["pull", "-h"]).stdout
    headings = re.findall(r"^(\w.*):$", shown, flags=re.MULTILINE)
    assert headings == [
        *("Arguments", "Selection", "Options", "Where files go", "Limits", "Configuration and output", "Examples"),
    ]
    assert re.search(r"^Limits:\n  --jobs N +Files at a time. \(1 to 64\)$", shown, flags=re.MULTILINE)
    assert shown.startswith("Usage: photosync pull [OPTIONS] [ACCOUNT] [COLLECTION]\n")
    assert (
        CliRunner().invoke(app, ["push", "-h"]).stdout.startswith("Usage: photosync push [OPTIONS] ACCOUNT PATH...\n")
    )


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


@pytest.mark.parametrize("names", [(), ("album", "create")])
def test_help_shows_what_the_option_shows(names: tuple[str, ...]) -> None:
    program = [sys.executable, "-m", "photosync"]
    shown, expected = (
        subprocess.run([*program, *arguments], capture_output=True, text=True, check=True).stdout
        for arguments in (("help", *names), (*names, "--help"))
    )
    assert shown == expected


def test_help_suggests_the_command_that_was_meant() -> None:
    result = CliRunner().invoke(app, ["help", "pul"])
    assert result.exit_code == 2
    assert "No such command 'pul'. Did you mean 'pull'" in result.stderr


def test_without_arguments_the_help_is_shown() -> None:
    result = CliRunner().invoke(app, [])
    assert result.exit_code == 2
    assert "Check and repair:" in result.output


def test_version() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"photosync {__version__}\n")
