"""The owner of a file: a library, through its own folder or one outside, or none.

A library is opened with the first of its files, and stays open, and locked where it may be changed, until the end.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from photosync import metadata
from photosync.catalog import Catalog, CatalogEntry
from photosync.jobs.fix.interrupted import settle_interrupted
from photosync.jobs.fix.sidecar_files import sidecar_paths
from photosync.jobs.library_catalog import has_catalog, has_catalog_in, open_catalog, read_catalog
from photosync.jobs.sums_list import ListError
from photosync.library import Library, UndoRecords
from photosync.library.own_folders import remove_temporary_files
from photosync.model import Location

_UNUSED_S = 60.0
"""An undo record is written in less time. No lock excludes other runs from those of files without an owner."""


@dataclass(frozen=True, slots=True)
class FileOwner:
    """A folder with files of a catalog."""

    library: Library
    catalog: Catalog
    root: str
    """As in a `Location`."""
    base: Path
    """The folder, without symbolic links."""

    def location(self, path: Path) -> Location:
        """Of a file; `path` as `real_path` gives it."""
        return Location(self.root, str(path.relative_to(self.base)))


@dataclass(frozen=True, slots=True)
class OwnedFile:
    """A file, and all known facts about it except its content."""

    path: Path
    owner: FileOwner | None
    entry: CatalogEntry | None
    settings: metadata.Settings
    """Those of the account, or else of files that belong to no account."""
    undo_records: tuple[UndoRecords, ...]
    """New records go to the first; older ones may be in all of them."""

    @property
    def given(self) -> metadata.Given:
        """The provider's data of it, and whether another program's sidecar dates it."""
        known = metadata.Given.of(self.entry.item) if self.entry else metadata.Given(self.path.name)
        sidecars = (path for path in sidecar_paths(self.path) if path.is_file())
        return replace(known, has_dated_sidecar=any(map(self._is_dated, sidecars)))

    def _is_dated(self, sidecar: Path) -> bool:
        """Whether it has a date, and is not our own. One that cannot be read may have a date."""
        try:
            content = sidecar.read_bytes()
        except OSError:
            return True
        sha256 = hashlib.sha256(content).hexdigest()
        return metadata.has_date(content) and not any(each.was_made(sha256) for each in self.undo_records)

    @property
    def delivered_sha256(self) -> str | None:
        """The hash of the delivered content, if known."""
        return self.entry.delivered_sha256 if self.entry else None


def real_path(path: Path) -> Path:
    """`path` with its folder's symbolic links followed, but not its own."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - removes `..` before links are followed
    return Path(os.path.realpath(absolute.parent)) / absolute.name  # `Path.resolve` raises for a loop of links


@dataclass(slots=True)
class FileOwners:
    """Finds the owners of files, and keeps their libraries open. A context manager."""

    library: Library | None
    """The library in the user's configuration; folders outside are known through it alone."""
    state: Path
    """Has the undo records of files without an owner."""
    settings: Callable[[str | None], metadata.Settings]
    """For an account's name or None."""
    to_change: bool = field(kw_only=True)
    _stack: ExitStack = field(default_factory=ExitStack, init=False)
    _open: dict[Path, tuple[Library, Catalog]] = field(default_factory=dict, init=False)
    _by_folder: dict[Path, FileOwner | None] = field(default_factory=dict, init=False)

    def __enter__(self) -> FileOwners:
        if self.to_change:
            remove_temporary_files(self.state / "undo", unused_for_s=_UNUSED_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def file(self, path: Path) -> OwnedFile:
        """The file at `path`, a result of `real_path`; it may have no owner."""
        folder = path.parent
        if folder not in self._by_folder:
            self._by_folder[folder] = self._around(folder) or self._outside(folder)
        owner = self._by_folder[folder]
        return self._file(path, owner, owner.catalog.entry_at(owner.location(path)) if owner else None)

    def file_of(self, entry: CatalogEntry) -> OwnedFile | None:
        """The file of an item in the configured library; None where the item has no location."""
        owner = self.configured()
        if owner is None or entry.location is None:
            return None
        return self._file(owner.base / entry.location.root / entry.location.path, owner, entry)

    def configured(self) -> FileOwner | None:
        """The configured library itself."""
        if self.library is None or not has_catalog(self.library):
            return None
        return FileOwner(*self._opened(self.library), "", self.library.root.resolve())

    def _file(self, path: Path, owner: FileOwner | None, entry: CatalogEntry | None) -> OwnedFile:
        records = UndoRecords(self.state / "undo")
        settings = self.settings(entry.account if entry else None)
        return OwnedFile(path, owner, entry, settings, (owner.library.undo, records) if owner else (records,))

    def _around(self, folder: Path) -> FileOwner | None:
        configured = self.library.root.resolve() if self.library else None
        for root in (folder, *folder.parents):
            if root == configured and self.configured():
                return self.configured()
            if has_catalog_in(root):
                return FileOwner(*self._opened(Library(root, self.state)), "", root)
        return None

    def _outside(self, folder: Path) -> FileOwner | None:
        owner = self.configured()
        for root in owner.catalog.roots() if owner else []:
            base = Path(root).resolve()
            if owner and root and (base == folder or base in folder.parents):
                return FileOwner(owner.library, owner.catalog, root, base)
        return None

    def _opened(self, library: Library) -> tuple[Library, Catalog]:
        root = library.root.resolve()
        if root not in self._open:
            if self.to_change:
                self._stack.enter_context(library.lock())
            catalog = self._stack.enter_context((open_catalog if self.to_change else read_catalog)(library))
            self._open[root] = (library, catalog)
            if self.to_change:
                with suppress(ListError):  # said when a file is changed, and by each pull
                    settle_interrupted(library, catalog)
        return self._open[root]
