"""Registers the commands. Each one is in the file of its name in `commands`, which is imported if it is needed."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer
from typer import Option

from photosync.cli.command import command
from photosync.cli.command_groups import GroupedCommands
from photosync.cli.help_page import GENERAL, CommandHelp, GroupHelp
from photosync.cli.options import GeneralOptions

COMMANDS = {
    "pull": "pull",
    "pick": "pick",
    "push": "push",
    "copy": "copy",
    "evict": "evict",
    "session": "session",
    "login": "login",
    "logout": "logout",
    "list": "list_items",
    "collections": "show_collections",
    "tree": "show_tree",
    "show": "show",
    "usage": "show_usage",
    "facets": "show_facets",
    "fix": "fix",
    "why": "why",
    "duplicates": "show_duplicates",
    "coverage": "show_coverage",
    "status": "show_status",
    "failures": "show_failures",
    "export": "export",
    "audit": "audit",
    "verify": "verify",
    "rebuild": "rebuild",
    "trash": "trash",
    "trashed": "show_trashed",
    "restore": "restore",
    "purge": "purge",
    "favorite": "favorite",
    "hide": "hide",
    "album": "album",
    "people": "people",
    "vault": "vault",
    "remote": "remote",
    "init": "init",
    "doctor": "doctor",
    "providers": "show_providers",
    "demo": "demo",
    "schedule": "schedule",
    "completion": "completion",
    "help": "show_help",
}
"""The function of each command, or the group of commands. `command_groups` has its text in `--help`."""

app = typer.Typer(
    name="photosync",
    cls=GroupedCommands,
    help="Brings your photos and videos from several services to your disk, safely.",
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _show_version(asked: bool) -> None:
    if asked:
        from photosync import __version__

        typer.echo(f"photosync {__version__}")
        raise typer.Exit


@app.callback()
@command
def photosync(
    *,
    version: Annotated[
        bool,
        Option(
            "--version",
            callback=_show_version,
            is_eager=True,
            help="Show the version and exit.",
            rich_help_panel=GENERAL,
        ),
    ] = False,
    general: GeneralOptions,
) -> None:
    """Brings your photos and videos from several services to your disk, safely."""


def register(arguments: Sequence[str]) -> None:
    """Register the commands that a run with these arguments needs: to import all takes 0.03 s."""
    first = arguments[0] if arguments else None
    needed = [first] if first in COMMANDS else [] if first in ("--version", "--help", "-h") else COMMANDS
    app.registered_commands.clear()
    app.registered_groups.clear()
    for name in needed:
        found = getattr(import_module(f"photosync.cli.commands.{name}"), COMMANDS[name])
        if isinstance(found, typer.Typer):
            for each in found.registered_commands:
                each.cls = CommandHelp
            app.add_typer(found, name=name, cls=GroupHelp, no_args_is_help=True)
        else:
            app.command(name, cls=CommandHelp)(found)
