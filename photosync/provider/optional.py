"""Optional abilities of a provider, one small protocol each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

from photosync.errors import ItemError
from photosync.model import AccountDetails, Collection, Facet, Folder, Item, Period, Quota, Selection, Usage
from photosync.provider.required import Page


@runtime_checkable
class HasCollections(Protocol):
    """Optional: albums, frames or folders."""

    def collections(self) -> Iterator[Collection]:
        """All of them, with their ids."""


@runtime_checkable
class HasMembers(Protocol):
    """Optional: the items of a collection, for services whose listing of the whole account does not show them."""

    def members(self, collection: Collection) -> Iterator[Sequence[str]]:
        """The ids of its items, one page per request; also those of items that others share in it.

        `collection` is one of `collections` or `people`. Raises `ProviderError` if it cannot be read.
        """


@runtime_checkable
class HasPeople(Protocol):
    """Optional, with `HasMembers`: the people whom the service recognises."""

    def people(self) -> Iterator[Collection]:
        """Those who have a name, as collections of the kind `model.PERSON`."""


@runtime_checkable
class HasUsage(Protocol):
    """Optional: the used storage."""

    def usage(self) -> Sequence[Usage]:
        """One `Usage` per type of content."""


@runtime_checkable
class HasQuota(Protocol):
    """Optional: how much the account may store."""

    def quota(self) -> Quota:
        """As the service calculated it last."""


@runtime_checkable
class HasFolders(Protocol):
    """Optional: the folders of the account, for services with a tree of them."""

    def folder_tree(self) -> Iterator[Folder]:
        """All folders outside the trash, in any order."""


@runtime_checkable
class ShowsDetails(Protocol):
    """Optional: everything that the service tells about one file or folder, and about the account."""

    def id_at(self, path: Sequence[str]) -> str | None:
        """The id of the file or folder with these names from the root; None if there is none."""

    def raw_node(self, id_: str, *, link: bool) -> Mapping[str, object] | None:
        """The service's own description; None if there is none. `link`: with an address that needs no sign-in."""

    def account_details(self) -> AccountDetails:
        """Asked of the service."""


@runtime_checkable
class HasThumbnails(Protocol):
    """Optional: small pictures of items."""

    def thumbnail(self, id_: str, pixels: int) -> bytes:
        """A JPEG or PNG with sides of at most `pixels`. Raises `ItemError` if there is none."""


@runtime_checkable
class HasFacets(Protocol):
    """Optional: the values by which the service's search can select, with their counts."""

    facet_categories: ClassVar[tuple[str, ...]]

    def facets(self, category: str) -> Sequence[Facet]:
        """The values of one of the categories, as the service has them."""


@dataclass(frozen=True, slots=True)
class NodeChange:
    """A file or folder that was changed at the service, as it is now."""

    id: str
    name: str | None
    kind: str | None
    """`file` or `folder`; None if it is not known any more."""
    status: str
    """The service's word: `available`, `trash`, `purged`, `pending`."""
    folders: tuple[str, ...] = ()
    """The ids of the folders that it is in."""
    size_bytes: int | None = None
    md5: str | None = None


class Changes(Protocol):
    """What was changed at a service since a checkpoint."""

    checkpoint: str | None
    """The service's mark after all that was told so far; the next time, it tells what came after it."""
    is_everything: bool
    """Whether all that there is was told, and what is not told is gone."""

    def tell(self, found: Callable[[NodeChange], None]) -> None:
        """Hand on each change. Raises `UsageError` for a checkpoint that the service refuses."""


@runtime_checkable
class TellsChanges(Protocol):
    """Optional: what was changed since a checkpoint, apart from what `list` keeps for itself."""

    def changes(self, since: str | None, *, with_purged: bool) -> Changes:
        """Nothing is sent yet. None: since the beginning. `with_purged`: also what was deleted for good."""


@runtime_checkable
class SupportsCount(Protocol):
    """Optional: the number of matching items, without listing them."""

    def count(self, selection: Selection, collection: str | None) -> int | None:
        """The number, or None if only a listing can give it."""


@runtime_checkable
class CountsByTime(Protocol):
    """Optional: how many items there are of each day, month or year, without listing them."""

    def count_by_time(self, selection: Selection, period: Period) -> Mapping[str | None, int] | None:
        """By `2023`, `2023-07` or `2023-07-15`; by None without a capture time. None if only a listing can tell."""


@runtime_checkable
class KeepsListing(Protocol):
    """Optional: a copy of the service's listing in the account's state folder, which later listings only update."""

    def forget_listing(self) -> None:
        """Forget the copy: the next listing comes from the service alone. For `--full`."""


@runtime_checkable
class ListsAhead(Protocol):
    """Optional: several pages of a listing are requested at a time, for services with offsets."""

    def list_whole(self, selection: Selection, collection: str | None) -> Iterator[Page]:
        """The pages of `Provider.list` without a mark, in the same order, for a caller that reads all of them.

        `selection` has no `max_items`. A few pages may be requested before they are needed; see
        `photosync.provider_kit.pages_ahead`.
        """


@runtime_checkable
class ChecksSelection(Protocol):
    """Optional: which values of a selection the service cannot have, for those with a query language."""

    def check_selection(self, selection: Selection, *, in_collection: bool) -> None:
        """Raise `UsageError`; nothing is sent. It is called before every listing that a user selects.

        `in_collection`: of collections, and not of the whole account.
        """


@runtime_checkable
class FindsItems(Protocol):
    """Optional: single items by their ids, without a listing."""

    def items(self, ids: Sequence[str]) -> Iterator[Page]:
        """The items with these ids, in pages. Those that the account does not have are in no page."""


@runtime_checkable
class HasUnlistedItems(Protocol):
    """Optional: the service has items that a listing of the whole account does not show, such as those of others."""

    def is_listed(self, item: Item) -> bool:
        """Whether that listing shows an item like this. What it does not show is never taken for gone because of it."""


@runtime_checkable
class HasLocalFolders(Protocol):
    """Optional: folders outside the library that the user chose for some items."""

    def folder(self, item: Item) -> Path | None:
        """The folder for `item`; None for the library."""


@runtime_checkable
class HasLegacyFiles(Protocol):
    """Optional: files that another program saved under its own names, and that need not be downloaded again."""

    def legacy_files(self, item: Item, folder: Path) -> Sequence[Path]:
        """Files in `folder` that have a name of `item`, the most likely first; the same result during a run."""

    def is_sound(self, item: Item, path: Path) -> bool:
        """Whether one of them is a complete file of its format, as far as its bytes show."""


# Changes at the service. Each call takes several ids, and answers with the refused ones: one never stops the others.


@dataclass(frozen=True, slots=True)
class FileOrFolder:
    """What an id stands for at a service."""

    id: str
    name: str
    item: Item | None = None
    """The file as it is there now, with its hash; None for a folder."""
    is_trashed: bool = False
    is_unfinished: bool = False
    """The service waits for the end of its upload, and shows it to nobody."""
    is_permanent: bool = False
    """The folder that contains all others: it cannot be trashed."""
    folders: tuple[str, ...] = ()
    """The ids of the folders that it is in."""
    labels: tuple[str, ...] = ()
    description: str = ""


@runtime_checkable
class HasTrash(Protocol):
    """Optional: a trash, from which everything can be restored for some time."""

    trash_batch: int
    """The number of ids that one call takes."""
    purge_refusal: str | None
    """Why the service lets no program delete for good, a sentence; None: it does."""

    def find(self, id_: str) -> FileOrFolder | None:
        """What this id stands for now, by asking the service; None if there is nothing."""

    def files_below(self, folder: FileOrFolder) -> Iterator[Sequence[Item]]:
        """All files in a folder and its folders, of any kind: those that go with it when it is trashed or purged.

        What is in the trash is left out, unless the folder is there itself. One page per request. Raises `ItemError` if
        the service shows that there is more than it lists.
        """

    def trash(self, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Move files, or folders with all that is in them, to the trash. Returns the refusals by id."""

    def restore(self, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Move them back to where they were. Returns the refusals by id."""

    def purge(self, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Delete for good what is in the trash. Returns the refusals by id. Not called if there is `purge_refusal`."""

    def trashed(self) -> Iterator[Sequence[FileOrFolder]]:
        """Everything in the trash, one page per request; without what is there through its folder alone."""


@runtime_checkable
class MarksFavorites(Protocol):
    """Optional: items can be made favourites."""

    def set_favorite(self, items: Sequence[Item], *, on: bool) -> Mapping[str, ItemError]:
        """Make them favourites, or end that. Returns the refusals by id."""


@runtime_checkable
class HidesItems(Protocol):
    """Optional: items can be hidden from the usual view."""

    def set_hidden(self, items: Sequence[Item], *, on: bool) -> Mapping[str, ItemError]:
        """Hide them, or show them again. Returns the refusals by id."""


@runtime_checkable
class ChangesPeople(Protocol):
    """Optional: the people whom the service recognises can be changed. No photo is changed by it."""

    def everybody(self) -> Sequence[Collection]:
        """All of them, as collections of the kind `model.PERSON`; the name of one without a name is empty."""

    def name_person(self, person: Collection, name: str) -> None:
        """Give a person a name. Raises `ItemError` if the service refuses."""

    def merge_people(self, people: Sequence[Collection], name: str) -> None:
        """Make one person of several, with this name. Raises `ItemError` if the service refuses."""

    def set_cover(self, person: Collection, item_id: str) -> None:
        """Choose the item that stands for a person. Raises `ItemError` if the service refuses."""


@runtime_checkable
class ChangesVault(Protocol):
    """Optional: a vault, in which a family sees each other's items. No photo is changed or deleted by it."""

    vault_batch: int
    """The number of ids that one call takes."""

    def vault_items(self) -> Iterator[Sequence[str]]:
        """The ids of the items in it, one page per request; also those that others put there."""

    def add_to_vault(self, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Add items. Returns the refusals by id. Raises `UsageError` if it is not known which vault is meant."""

    def remove_from_vault(self, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Take items out; they stay in the account. Returns the refusals by id. Raises `UsageError` as well."""


@runtime_checkable
class ChangesAlbums(Protocol):
    """Optional, with `HasCollections`: albums that can be changed. No photo is changed or deleted by it."""

    album_batch: int
    """The number of ids that one call takes."""

    def create_album(self, name: str) -> Collection:
        """Create an album. Raises `ItemError` if the service refuses."""

    def rename_album(self, album: Collection, name: str) -> None:
        """Give it another name. Raises `ItemError` if the service refuses."""

    def delete_album(self, album: Collection) -> None:
        """Delete the album; its items stay in the account. Raises `ItemError` if the service refuses."""

    def add_to_album(self, album: Collection, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Add items. Returns the refusals by id."""

    def remove_from_album(self, album: Collection, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Take items out; they stay in the account. Returns the refusals by id."""
