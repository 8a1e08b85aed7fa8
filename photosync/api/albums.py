"""The albums of an account: what a user asks for, and the calls of a program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Unpack

from photosync.api.change import AskedChange, Changed, changing_items, wanted_items
from photosync.api.keywords import SelectingRest, asked_selection, several_texts
from photosync.api.rows import Rows

if TYPE_CHECKING:
    from photosync.api.account_base import AccountBase
    from photosync.catalog import Catalog
    from photosync.jobs.account import Account
    from photosync.jobs.change.albums import AddToAlbum, CreateAlbum, RemoveFromAlbum
    from photosync.jobs.change.change import Action, Target
    from photosync.jobs.change.wanted import Wanted
    from photosync.library import Library
    from photosync.model import Collection


def create(name: str, wanted: Callable[[Account], Wanted] | None) -> AskedChange:
    """An album is created, empty or of the named items."""
    from photosync.jobs.change.albums import CreateAlbum, albums_of

    made: list[CreateAlbum] = []

    def prepare(opened: Account, _library: Library, catalog: Catalog) -> tuple[Action, list[Target]]:
        action = CreateAlbum(opened, catalog, name)
        made.append(action)
        return action, action.targets(wanted(opened) if wanted else None)

    def shown_id(target: Target) -> str:
        created = made[0].created
        return created.id if created is not None and target.item is None and target.id == name else target.id

    return AskedChange(albums_of, prepare, shown_id)


def rename(album: str, name: str) -> AskedChange:
    """An album gets another name."""
    from photosync.jobs.change.albums import RenameAlbum, albums_of

    def prepare(opened: Account, _library: Library, catalog: Catalog) -> tuple[Action, list[Target]]:
        action = RenameAlbum(opened, catalog, name)
        return action, action.targets(album)

    return AskedChange(albums_of, prepare)


def delete(albums: Sequence[str]) -> AskedChange:
    """Albums are deleted; their items stay."""
    from photosync.jobs.change.albums import DeleteAlbums, albums_of

    def prepare(opened: Account, _library: Library, catalog: Catalog) -> tuple[Action, list[Target]]:
        action = DeleteAlbums(opened, catalog)
        return action, action.targets(albums)

    return AskedChange(albums_of, prepare)


def add(album: str, wanted: Callable[[Account], Wanted]) -> AskedChange:
    """Items are added to an album."""
    from photosync.jobs.change.albums import AddToAlbum

    return _changing_members(AddToAlbum, album, wanted)


def remove(album: str, wanted: Callable[[Account], Wanted]) -> AskedChange:
    """Items are taken out of an album; they stay in the account."""
    from photosync.jobs.change.albums import RemoveFromAlbum

    return _changing_members(RemoveFromAlbum, album, wanted)


def _changing_members(
    make: Callable[[Account, Catalog, Collection], AddToAlbum | RemoveFromAlbum],
    album: str,
    wanted: Callable[[Account], Wanted],
) -> AskedChange:
    from photosync.jobs.change.albums import album_of, albums_of

    def made(opened: Account, catalog: Catalog) -> AddToAlbum | RemoveFromAlbum:
        return make(opened, catalog, album_of(opened, album))

    return AskedChange(albums_of, changing_items(made, wanted))


class Albums:
    """`account.albums`. An album is named by its id or its whole name. No item is changed or deleted."""

    def __init__(self, account: AccountBase) -> None:
        self._account = account

    def list(self) -> Rows:
        """All albums: what `photosync collections --json` prints."""
        from photosync.jobs.collections import collection_json, collections_of

        with self._account.opened() as account:
            return [collection_json(account.name, each) for each in collections_of(account)]

    def create(
        self,
        name: str,
        ids: str | Iterable[str] | None = None,
        *,
        dry_run: bool = False,
        **selecting: Unpack[SelectingRest],
    ) -> Changed:
        """Create an album, empty or of the items with these ids, or of those that are selected."""
        is_empty = ids is None and not selecting
        wanted = None if is_empty else wanted_items(several_texts("ids", ids), asked_selection(selecting))
        return self._account.carry_out("album create", create(name, wanted), dry_run=dry_run)

    def rename(self, album: str, name: str, *, dry_run: bool = False) -> Changed:
        """Give an album another name."""
        return self._account.carry_out("album rename", rename(album, name), dry_run=dry_run)

    def delete(self, albums: str | Iterable[str], *, dry_run: bool = False) -> Changed:
        """Delete one album or several; their photos stay in the account."""
        asked = delete(several_texts("albums", albums))
        return self._account.carry_out("album delete", asked, dry_run=dry_run)

    def add(
        self,
        album: str,
        /,
        ids: str | Iterable[str] | None = None,
        *,
        dry_run: bool = False,
        **selecting: Unpack[SelectingRest],
    ) -> Changed:
        """Add the items with these ids, or those that are selected."""
        asked = add(album, wanted_items(several_texts("ids", ids), asked_selection(selecting)))
        return self._account.carry_out("album add", asked, dry_run=dry_run)

    def remove(
        self,
        album: str,
        /,
        ids: str | Iterable[str] | None = None,
        *,
        dry_run: bool = False,
        **selecting: Unpack[SelectingRest],
    ) -> Changed:
        """Take the items with these ids, or those that are selected, out of an album; they stay in the account."""
        asked = remove(album, wanted_items(several_texts("ids", ids), asked_selection(selecting)))
        return self._account.carry_out("album remove", asked, dry_run=dry_run)
