"""`album`: the commands that change albums."""

from __future__ import annotations

from typing import Annotated

import typer
from typer import Argument

from photosync.api import albums
from photosync.api.change import is_selection, wanted_items
from photosync.cli.change import ChangeRun, Ids, given_ids, quoted
from photosync.cli.command import command
from photosync.cli.options import AccountName, ChangeOptions, FilterOptions, GeneralOptions
from photosync.errors import Exit

album = typer.Typer(help="Change albums at a service. No photo is changed or deleted by it.", rich_markup_mode=None)

Album = Annotated[str, Argument(metavar="ALBUM", help="The album: its id, or its whole name.")]
Name = Annotated[str, Argument(metavar="NAME", help="The new name.")]


@album.command("create")
@command
def create(
    *,
    account: AccountName,
    name: Name,
    ids: Ids = None,
    selection: FilterOptions,
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Create an album, empty or of the named items."""
    run = ChangeRun(general, "album create", account, change)
    wanted = wanted_items(given_ids(ids), selection) if ids or is_selection(selection) else None
    return run.finish(f"Create the album {quoted(name)} in {{account}}?", albums.create(name, wanted))


@album.command("rename")
@command
def rename(*, account: AccountName, which: Album, name: Name, change: ChangeOptions, general: GeneralOptions) -> Exit:
    """Give an album another name."""
    run = ChangeRun(general, "album rename", account, change)
    return run.finish(f"Rename this album of {{account}} to {quoted(name)}?", albums.rename(which, name))


@album.command("delete")
@command
def delete(
    *,
    account: AccountName,
    which: Annotated[list[str], Argument(metavar="ALBUM", help="The albums: their ids, or whole names.")],
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Delete albums; their photos stay in the account."""
    run = ChangeRun(general, "album delete", account, change)
    return run.finish("Delete these albums of {account}? Their photos stay.", albums.delete(which))


@album.command("add")
@command
def add(
    *,
    account: AccountName,
    which: Album,
    ids: Ids = None,
    selection: FilterOptions,
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Add items to an album."""
    run = ChangeRun(general, "album add", account, change)
    asked = albums.add(which, wanted_items(given_ids(ids), selection))
    return run.finish(f"Add {{what}} of {{account}} to the album {quoted(which)}?", asked)


@album.command("remove")
@command
def remove(
    *,
    account: AccountName,
    which: Album,
    ids: Ids = None,
    selection: FilterOptions,
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Take items out of an album; they stay in the account."""
    run = ChangeRun(general, "album remove", account, change)
    asked = albums.remove(which, wanted_items(given_ids(ids), selection))
    return run.finish(f"Take {{what}} of {{account}} out of the album {quoted(which)}?", asked)
