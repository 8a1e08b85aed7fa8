"""Whether a command line can be typed: it is read as the program reads it, and not carried out."""

from __future__ import annotations

from collections.abc import Sequence

from typer.main import get_command

from photosync.cli.app import app, register

register([])  # all commands


def parse(arguments: Sequence[str]) -> None:
    """Raises `typer.TyperException` for a command, an option or a value that there is not."""
    context = get_command(app).make_context("photosync", list(arguments))
    while hasattr(context.command, "resolve_command"):
        name, found, rest = context.command.resolve_command(context, [*context._protected_args, *context.args])
        assert found is not None
        context = found.make_context(name, rest, parent=context)
