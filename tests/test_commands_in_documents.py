"""The documents name only commands and options that there are."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from photosync.cli.app import app, register

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / "README.md",
    ROOT / "SECURITY.md",
    ROOT / "photosync/config.example.yaml",
    *(page for page in sorted((ROOT / "docs").glob("*.md")) if page.name != "commands.md"),
]
IN_TEXT = re.compile(r"`(photosync [^`\n]+)`")
ON_A_LINE = re.compile(r"^(?: {4}|\$ )(?:.*\| )?(photosync .*)$", re.MULTILINE)
END = re.compile(r" {2,}|#| [|>] | && |;|…")


def commands_in(page: Path) -> Iterator[str]:
    text = page.read_text(encoding="utf-8")
    for named in (*IN_TEXT.findall(text), *ON_A_LINE.findall(text)):
        yield END.split(named)[0].translate({ord("["): " ", ord("]"): " "})


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:  # an ellipsis stood within quotation marks
        return command.split()


def wrong(words: list[str], program: Any) -> Iterator[str]:
    """What is no command, or no option of the command, in the words after `photosync`."""
    command, options, rest = program, _options(program), iter(words)
    for word in rest:
        name, _, value = word.partition("=")
        if name.startswith("-") and name.strip("-"):
            if name not in options:
                yield name
            elif not value and not options[name]:
                next(rest, None)
        elif hasattr(command, "list_commands"):
            below = command.get_command(command.make_context("photosync", [], resilient_parsing=True), word)
            if below is None:
                yield word
                return
            command = below
            options |= _options(below)


def _options(command: Any) -> dict[str, bool]:
    """Each option of the command, and whether it is a flag, which takes no value."""
    flags = {name: bool(getattr(each, "is_flag", False)) for each in command.params for name in each.opts}
    return {"-h": True, "--help": True} | flags


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_option_that_a_page_names_exists(page: Path) -> None:
    register([])
    program = typer.main.get_command(app)
    found = [(command, list(wrong(_words(command)[1:], program))) for command in commands_in(page)]
    assert [(command, words) for command, words in found if words] == []


def test_all_of_that_is_looked_at() -> None:
    assert sum(len(list(commands_in(page))) for page in PAGES) > 300


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("pull amazon --yeer 2023", ["--yeer"]),
        ("album paint", ["paint"]),
        ("--config a.yaml status --kind photo", ["--kind"]),
    ],
)
def test_what_does_not_exist_is_found(command: str, words: list[str]) -> None:
    register([])
    assert list(wrong(command.split(), typer.main.get_command(app))) == words
