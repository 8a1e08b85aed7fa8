"""Optional abilities of a provider, one small protocol each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from photosync.model import Collection, Item, Selection, Usage
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
class SupportsCount(Protocol):
    """Optional: the number of matching items, without listing them."""

    def count(self, selection: Selection, collection: str | None) -> int | None:
        """The number, or None if only a listing can give it."""


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
class FindsItems(Protocol):
    """Optional: single items by their ids, without a listing."""

    def items(self, ids: Sequence[str]) -> Iterator[Page]:
        """The items with these ids, in pages. Those that the account does not have are in no page."""


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
