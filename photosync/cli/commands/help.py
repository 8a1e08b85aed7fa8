"""`help`: the help of a command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from photosync.cli.command import command
from photosync.cli.options import GeneralOptions
from photosync.cli.output import print_json, print_line
from photosync.errors import DestinationError


@command
def show_help(
    *,
    names: Annotated[
        list[str] | None, Argument(metavar="COMMAND", help="Such as pull, or album create; without it, all commands.")
    ] = None,
    man: Annotated[
        Path | None,
        Option("--man", metavar="FOLDER", help="Write manual pages there, for man: ~/.local/share/man/man1."),
    ] = None,
    general: GeneralOptions,
) -> None:
    """Show what a command does, its options and examples."""
    if man is not None:
        _write_man_pages(general, man)
        return
    from photosync.cli.app import app, register

    asked = names or []
    known = [each.name for each in app.registered_commands] + [each.name for each in app.registered_groups]
    if asked and asked[0] not in known:
        register(asked)
    app([*asked, "--help"], standalone_mode=False)


def _write_man_pages(general: GeneralOptions, folder: Path) -> None:
    from photosync.cli import man_pages
    from photosync.user_folders import expanded

    target = expanded(folder)
    try:
        written = man_pages.write(target)
    except OSError as error:
        raise DestinationError(f"--man: {target} cannot be written: {error.strerror}") from error
    if general.json:
        print_json({"folder": str(target), "pages": len(written)})
    elif not general.quiet:
        print_line(f"{len(written)} manual pages are in {target}. To read one: man {written[0]}")
