"""What a provider may do, one small protocol each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from photosync.model import Collection, Item, Selection, Usage


@runtime_checkable
class HasCollections(Protocol):
    """May: albums, frames or folders."""

    def collections(self) -> Iterator[Collection]:
        """All of them, with their ids."""


@runtime_checkable
class HasUsage(Protocol):
    """May: how much storage is used."""

    def usage(self) -> Sequence[Usage]:
        """A row for each type of content."""


@runtime_checkable
class SupportsCount(Protocol):
    """May: how many items match, without listing them."""

    def count(self, selection: Selection, collection: str | None) -> int | None:
        """How many, or None where only a listing can tell."""


@runtime_checkable
class HasLocalFolders(Protocol):
    """May: items that the user wants in folders of their own, outside the library."""

    def folder(self, item: Item) -> Path | None:
        """The folder for `item`; None for the library."""


@runtime_checkable
class HasLegacyFiles(Protocol):
    """May: files that another program saved under its own names, and that need not be downloaded again."""

    def legacy_files(self, item: Item, folder: Path) -> Sequence[Path]:
        """Files in `folder` that by their names are `item`, the most likely first; the same during a run."""

    def is_sound(self, item: Item, path: Path) -> bool:
        """Whether one of them is a complete file of its format, as far as its bytes tell."""
