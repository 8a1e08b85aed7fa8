"""`album`: albums are created, renamed and deleted, items are added and taken out. No item is changed or deleted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from photosync.catalog import Catalog
from photosync.errors import ItemError, Reason, UsageError
from photosync.jobs.account import Account
from photosync.jobs.change.change import Target
from photosync.jobs.change.wanted import Wanted, items_of
from photosync.jobs.collections import collections_of
from photosync.model import Collection
from photosync.provider import ChangesAlbums, HasMembers


def albums_of(account: Account) -> ChangesAlbums:
    """The albums of the account's service. Raises `UsageError` where they cannot be changed."""
    provider = account.provider
    if not isinstance(provider, ChangesAlbums):
        raise UsageError(f"account '{account.name}': photosync cannot change albums at {provider.facts.title}")
    return provider


def album_of(account: Account, text: str) -> Collection:
    """The album with this id or this exact name. Raises `UsageError` unless there is exactly one."""
    albums, where = collections_of(account), f"account '{account.name}':"
    found = [each for each in albums if each.id == text] or [each for each in albums if each.name == text]
    if not found:
        raise UsageError(f"{where} there is no album '{text}'. See: photosync collections {account.name}")
    if len(found) > 1:
        ids = ", ".join(each.id for each in found)
        raise UsageError(f"{where} {len(found)} albums are called '{text}'. Say which by its id: {ids}")
    return found[0]


@dataclass(slots=True)
class _OfAlbums:
    """The common part."""

    account: Account
    catalog: Catalog
    word: str = field(default="", init=False)
    detail: str = field(default="", init=False)

    @property
    def batch(self) -> int:
        """The number of ids that one call takes."""
        return self._service.album_batch

    @property
    def _service(self) -> ChangesAlbums:
        return albums_of(self.account)

    def refusal(self, _target: Target) -> ItemError | None:
        """No item is lost by it."""
        return None

    def record(self, targets: Sequence[Target]) -> None:
        """The next pull reads the albums that have changed."""


@dataclass(slots=True)
class CreateAlbum(_OfAlbums):
    """Creates an album, and adds items to it. The album itself is the first target; its id is its name until then."""

    name: str
    created: Collection | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """The name is checked; the service would take any."""
        if not self.name.strip():
            raise UsageError("an album has to have a name")
        self.word, self.detail = "album create", self.name

    def targets(self, wanted: Wanted | None) -> list[Target]:
        """The album, and the items for it."""
        same = [each for each in collections_of(self.account) if each.name == self.name]
        error = (
            ItemError(
                f"there is an album '{self.name}' already ({same[0].id}). "
                f"Add to it with: photosync album add {self.account.name} {same[0].id}",
                Reason.NAME_TAKEN,
            )
            if same
            else None
        )
        items = items_of(self.account, self.catalog, wanted) if wanted else []
        return [
            Target(self.name, self.name, refusal=error),
            *(replace(each, refusal=each.refusal or error) for each in items),
        ]

    def send(self, targets: Sequence[Target]) -> Mapping[str, ItemError]:
        """Create the album with the first of them; then add the others."""
        ids = [target.id for target in targets if target.item is not None]
        if self.created is None:
            try:
                self.created = self._service.create_album(self.name)
            except ItemError as error:
                return dict.fromkeys((target.id for target in targets), error)
        return self._service.add_to_album(self.created, ids) if ids else {}


@dataclass(slots=True)
class RenameAlbum(_OfAlbums):
    """Gives an album another name."""

    name: str

    def __post_init__(self) -> None:
        """The name is checked; the service would take any."""
        if not self.name.strip():
            raise UsageError("an album has to have a name")
        self.word, self.detail = "album rename", self.name

    def targets(self, text: str) -> list[Target]:
        """The album of this id or name."""
        album = album_of(self.account, text)
        return [Target(album.id, album.name, is_done=album.name == self.name)]

    def send(self, targets: Sequence[Target]) -> Mapping[str, ItemError]:
        """Rename it."""
        refused = {}
        for target in targets:
            try:
                self._service.rename_album(Collection(target.id, target.name, "album"), self.name)
            except ItemError as error:
                refused[target.id] = error
        return refused


@dataclass(slots=True)
class DeleteAlbums(_OfAlbums):
    """Deletes albums; their items stay in the account."""

    def __post_init__(self) -> None:
        self.word = "album delete"

    def targets(self, texts: Sequence[str]) -> list[Target]:
        """The albums of these ids or names."""
        albums = {album.id: album for album in (album_of(self.account, text) for text in texts)}
        return [Target(album.id, album.name) for album in albums.values()]

    def send(self, targets: Sequence[Target]) -> Mapping[str, ItemError]:
        """Delete them."""
        refused = {}
        for target in targets:
            try:
                self._service.delete_album(Collection(target.id, target.name, "album"))
            except ItemError as error:
                refused[target.id] = error
        return refused


@dataclass(slots=True)
class _ChangesMembers(_OfAlbums, ABC):
    """Items in an album."""

    album: Collection

    def targets(self, wanted: Wanted) -> list[Target]:
        """What the user named; what is so already is left alone."""
        members = self._members()
        return [
            each if each.refusal else replace(each, is_done=self._is_done(each.id, members))
            for each in items_of(self.account, self.catalog, wanted)
        ]

    @abstractmethod
    def _is_done(self, id_: str, members: set[str]) -> bool:
        """Whether nothing has to be changed for this item."""

    def _members(self) -> set[str]:
        provider = self.account.provider
        pages = provider.members(self.album) if isinstance(provider, HasMembers) else ()
        return {id_ for page in pages for id_ in page}


@dataclass(slots=True)
class AddToAlbum(_ChangesMembers):
    """Adds items to an album."""

    def __post_init__(self) -> None:
        self.word, self.detail = "album add", self.album.id

    def send(self, targets: Sequence[Target]) -> Mapping[str, ItemError]:
        """Add them."""
        return self._service.add_to_album(self.album, [target.id for target in targets])

    def _is_done(self, id_: str, members: set[str]) -> bool:
        return id_ in members


@dataclass(slots=True)
class RemoveFromAlbum(_ChangesMembers):
    """Takes items out of an album; they stay in the account."""

    def __post_init__(self) -> None:
        self.word, self.detail = "album remove", self.album.id

    def send(self, targets: Sequence[Target]) -> Mapping[str, ItemError]:
        """Take them out."""
        return self._service.remove_from_album(self.album, [target.id for target in targets])

    def _is_done(self, id_: str, members: set[str]) -> bool:
        return id_ not in members
