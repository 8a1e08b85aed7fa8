"""`album`: the commands that change albums."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument

from photosync.cli.change import ChangeRun, Ids, changing_items, is_selection, quoted, wanted_items
from photosync.cli.command import command
from photosync.cli.options import AccountName, ChangeOptions, FilterOptions, GeneralOptions
from photosync.errors import Exit

if TYPE_CHECKING:
    from photosync.catalog import Catalog
    from photosync.cli.change import Prepare
    from photosync.jobs.account import Account
    from photosync.jobs.change.albums import AddToAlbum, RemoveFromAlbum
    from photosync.jobs.change.change import Action, Target
    from photosync.jobs.change.wanted import Wanted
    from photosync.library import Library
    from photosync.model import Collection

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
    from photosync.jobs.change.albums import CreateAlbum, albums_of

    run = ChangeRun(general, "album create", account, change)
    wanted = wanted_items(ids, selection) if ids or is_selection(selection) else None
    made: list[CreateAlbum] = []

    def prepare(opened: Account, _library: Library, catalog: Catalog) -> tuple[Action, list[Target]]:
        action = CreateAlbum(opened, catalog, name)
        made.append(action)
        return action, action.targets(wanted(opened) if wanted else None)

    def shown_id(target: Target) -> str:
        created = made[0].created
        return created.id if created is not None and target.item is None and target.id == name else target.id

    return run.finish(f"Create the album {quoted(name)} in {{account}}?", albums_of, prepare, shown_id)


@album.command("rename")
@command
def rename(*, account: AccountName, which: Album, name: Name, change: ChangeOptions, general: GeneralOptions) -> Exit:
    """Give an album another name."""
    from photosync.jobs.change.albums import RenameAlbum, albums_of

    def prepare(opened: Account, _library: Library, catalog: Catalog) -> tuple[Action, list[Target]]:
        action = RenameAlbum(opened, catalog, name)
        return action, action.targets(which)

    run = ChangeRun(general, "album rename", account, change)
    return run.finish(f"Rename this album of {{account}} to {quoted(name)}?", albums_of, prepare)


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
    from photosync.jobs.change.albums import DeleteAlbums, albums_of

    def prepare(opened: Account, _library: Library, catalog: Catalog) -> tuple[Action, list[Target]]:
        action = DeleteAlbums(opened, catalog)
        return action, action.targets(which)

    run = ChangeRun(general, "album delete", account, change)
    return run.finish("Delete these albums of {account}? Their photos stay.", albums_of, prepare)


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
    from photosync.jobs.change import albums

    run = ChangeRun(general, "album add", account, change)
    prepare = _changing_members(albums.AddToAlbum, which, wanted_items(ids, selection))
    return run.finish(f"Add {{what}} of {{account}} to the album {quoted(which)}?", albums.albums_of, prepare)


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
    from photosync.jobs.change import albums

    run = ChangeRun(general, "album remove", account, change)
    prepare = _changing_members(albums.RemoveFromAlbum, which, wanted_items(ids, selection))
    return run.finish(f"Take {{what}} of {{account}} out of the album {quoted(which)}?", albums.albums_of, prepare)


def _changing_members(
    make: Callable[[Account, Catalog, Collection], AddToAlbum | RemoveFromAlbum],
    which: str,
    wanted: Callable[[Account], Wanted],
) -> Prepare:
    def made(opened: Account, catalog: Catalog) -> AddToAlbum | RemoveFromAlbum:
        from photosync.jobs.change.albums import album_of

        return make(opened, catalog, album_of(opened, which))

    return changing_items(made, wanted)
