"""`show`: one file or folder as the service describes it, or the account itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from photosync.cli.command import command
from photosync.cli.options import AccountName, GeneralOptions
from photosync.cli.output import print_json, print_line
from photosync.errors import UsageError

_MOST_PIXELS = 10_000  # as `jobs.show.MOST_PIXELS`, which is not loaded for --help


@command
def show(
    *,
    account: AccountName,
    named: Annotated[
        str | None, Argument(metavar="ID|PATH", help="An id, or /a/path; without it, the account itself.")
    ] = None,
    link: Annotated[bool, Option("--link", help="With an address that works without a sign-in, for a while.")] = False,
    thumbnail: Annotated[
        int | None,
        Option("--thumbnail", metavar="N", min=1, max=_MOST_PIXELS, help="Save a picture of at most N pixels a side."),
    ] = None,
    to: Annotated[Path | None, Option("--to", metavar="DIR", help="Where to; by default here.")] = None,
    general: GeneralOptions,
) -> None:
    """Show all that the service tells about one file, folder or album, or about the account."""
    from photosync.cli.opening import load_config, open_account
    from photosync.jobs.show import account_json, check_thumbnails, node_of, save_thumbnail

    if named is None and (link or thumbnail is not None):
        raise UsageError(f"{'--link' if link else '--thumbnail'}: name what it is about: an id, or a path")
    if to is not None and thumbnail is None:
        raise UsageError("--to: say how large with --thumbnail N")
    with open_account(load_config(general).account(account)) as opened:
        if thumbnail is not None:
            check_thumbnails(opened)
        content = account_json(opened) if named is None else node_of(opened, named, link=link)
        if general.json:
            print_json(content)
        else:
            for name, value in _flat(content):
                print_line(f"{name}: {value}")
        if thumbnail is not None:
            saved = save_thumbnail(opened, content, thumbnail, to or Path())
            if not general.json:
                print_line(f"thumbnail: {saved}")


def _flat(content: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Every value with its dotted name."""
    if isinstance(content, Mapping) and content:
        for key, value in content.items():
            yield from _flat(value, f"{name}.{key}" if name else str(key))
    elif isinstance(content, list) and content:
        for number, value in enumerate(content):
            yield from _flat(value, f"{name}.{number}")
    elif isinstance(content, bool):
        yield name, str(content).lower()
    else:
        yield name, "-" if content in (None, {}, []) else str(content)
