"""`help`: the help of a command."""

from __future__ import annotations

from typing import Annotated

from typer import Argument

from photosync.cli.command import command
from photosync.cli.options import GeneralOptions


@command
def show_help(
    *,
    names: Annotated[
        list[str] | None, Argument(metavar="COMMAND", help="Such as pull, or album create; without it, all commands.")
    ] = None,
    general: GeneralOptions,  # noqa: ARG001 - of every command
) -> None:
    """Show what a command does, its options and examples."""
    from photosync.cli.app import app, register

    asked = names or []
    known = [each.name for each in app.registered_commands] + [each.name for each in app.registered_groups]
    if asked and asked[0] not in known:
        register(asked)
    app([*asked, "--help"], standalone_mode=False)
