"""`show`: one file or folder as the service describes it, or the account itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from photosync.cli.command import command
from photosync.cli.options import AccountName, GeneralOptions
from photosync.cli.output import print_json, print_line
from photosync.errors import DestinationError, UsageError

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
    content: Annotated[
        bool, Option("--content", help="Write the content of the photo or video to standard output instead.")
    ] = False,
    part: Annotated[
        str | None, Option("--bytes", metavar="FIRST-LAST", help="With --content: only these bytes, such as 0-1023.")
    ] = None,
    general: GeneralOptions,
) -> None:
    """Show all that the service tells about one file, folder or album, or about the account."""
    from photosync.cli.opening import load_config, open_account
    from photosync.jobs.show import account_json, check_thumbnails, node_of, save_thumbnail

    about = {"--content": content, "--link": link, "--thumbnail": thumbnail is not None}
    _check_options(named, [option for option, is_asked in about.items() if is_asked], to, part)
    if content and named is not None:
        if general.json:
            raise UsageError("--content: leave out --json")
        _write_content(general, account, named, part)
        return
    with open_account(load_config(general).account(account)) as opened:
        if thumbnail is not None:
            check_thumbnails(opened)
        node = account_json(opened) if named is None else node_of(opened, named, link=link)
        if general.json:
            print_json(node)
        else:
            for name, value in _flat(node):
                print_line(f"{name}: {value}")
        if thumbnail is not None:
            saved = save_thumbnail(opened, node, thumbnail, to or Path())
            if not general.json:
                print_line(f"thumbnail: {saved}")


def _check_options(named: str | None, about: Sequence[str], to: Path | None, part: str | None) -> None:
    """Raise `UsageError` for what is without a meaning. `about`: the options about one file."""
    if named is None and about:
        raise UsageError(f"{about[0]}: name what it is about: an id, or a path")
    if "--content" in about and (len(about) > 1 or to is not None):
        raise UsageError("--content: leave out --link, --thumbnail and --to")
    if part is not None and "--content" not in about:
        raise UsageError("--bytes is a part of --content: add that")
    if to is not None and "--thumbnail" not in about:
        raise UsageError("--to: say how large with --thumbnail N")


def _write_content(general: GeneralOptions, account: str, named: str, part: str | None) -> None:
    from photosync.cli.opening import load_config, open_account
    from photosync.jobs.content import byte_range, send_content

    if sys.stdout.isatty():
        raise UsageError("--content: standard output is a terminal; send it to a file or a program")
    first, last = (0, None) if part is None else byte_range(part)
    output = sys.stdout.buffer
    with open_account(load_config(general).account(account)) as opened:
        try:
            send_content(opened, named, output.write, first, last)
            output.flush()
        except BrokenPipeError:  # its reader has enough; `finish_output` must not fail for it
            os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())
        except OSError as error:
            raise DestinationError(f"the content cannot be written: {error.strerror or error}") from error


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
