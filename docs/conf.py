"""How Sphinx builds these pages into a site: `make docs`. The page of the commands is made from the program itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from photosync.cli.app import app, register

project = "photosync"
html_theme = "furo"
html_title = "photosync"
html_show_copyright = False
html_show_sourcelink = False
extensions = ["myst_parser"]
exclude_patterns = ["site"]
myst_heading_anchors = 4

COMMANDS = Path(__file__).parent / "commands.md"
_WIDTH = 100
_INTRODUCTION = """\
# Commands

What `photosync help COMMAND` shows, for every command.

"""


def setup(_: Any) -> None:
    """Sphinx calls this before it reads the pages."""
    register([])
    program = typer.main.get_command(app)
    sections = (f"## {name}\n\n```text\n{text.rstrip()}\n```\n" for name, text in _helps(program, "photosync", None))
    COMMANDS.write_text(_INTRODUCTION + "\n".join(sections), encoding="utf-8")


def _helps(command: Any, name: str, parent: Any) -> Iterator[tuple[str, str]]:
    """The full name and the help of a command, and of all below it."""
    context = command.make_context(name, [], parent=parent, resilient_parsing=True, terminal_width=_WIDTH)
    yield context.command_path, command.get_help(context)
    for below in command.list_commands(context) if hasattr(command, "list_commands") else ():
        yield from _helps(command.get_command(context, below), below, context)
