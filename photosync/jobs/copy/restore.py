"""Makes a library out of a copy: on an empty disk, or where a run was interrupted before its end."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event

from photosync.catalog import Catalog
from photosync.copies import CopyStore
from photosync.errors import DestinationError, Exit, ItemError, PhotosyncError, Reason, UsageError
from photosync.file_systems import set_times
from photosync.jobs.copy.library_files import CATALOG, IDENTITY, LibraryFile, lists, recorded_files
from photosync.jobs.copy.parallel import WORKERS, check, results
from photosync.jobs.library_catalog import open_catalog
from photosync.jobs.report import ItemFailure, Reporter, Summary
from photosync.library import PROGRAM_FOLDER, Library, digest_of
from photosync.library.disk_errors import disk_errors, file_errors
from photosync.library.undo import write_durably
from photosync.model import Item

UNDO = f"{PROGRAM_FOLDER}/undo/"


@dataclass(frozen=True, slots=True)
class _Brought:
    file: LibraryFile
    size_bytes: int | None = None
    """None: it was there."""
    error: ItemError | None = None


@dataclass
class RestoreLibrary:
    """One run: `RestoreLibrary(...).run()`."""

    name: str
    store: CopyStore
    library: Library
    reporter: Reporter
    cancel: Event
    wants: Callable[[Item], bool] | None = None
    """Which items are wanted; None: all of the copy."""
    workers: int = WORKERS
    _there: dict[str, int] = field(default_factory=dict, init=False)
    """The sizes of the files in the copy."""

    def run(self) -> Summary:
        """Bring all that is missing. An error that ends the run is in the summary; only bugs are raised."""
        began = time.monotonic()
        self._summary = Summary("restore", self.name)
        try:
            self._there = {each.path: each.size_bytes for each in self.store.files()}
            self._bring_identity()
            with self.library.created():
                self._bring_catalog()
                with open_catalog(self.library) as catalog:
                    self.library.remove_temporary_files(catalog.roots())
                    self._bring(self._files(catalog))
            self._summary.complete = True
            self._summary.exit = Exit.PARTIAL if self._summary.failed else Exit.OK
        except PhotosyncError as error:
            self._summary.exit, self._summary.message, self._summary.error = error.exit, str(error), error
        self._summary.seconds = time.monotonic() - began
        self._summary.check_totals()
        return self._summary

    def _bring_identity(self) -> None:
        """The library is the same as that of the copy; another one is not touched."""
        if CATALOG not in self._there or IDENTITY not in self._there:
            raise UsageError(f"copy '{self.name}': there is no library in it; see: photosync copy {self.name}")
        content, path = self._whole(IDENTITY), self.library.root / IDENTITY
        if not path.exists():
            root = self.library.root
            if root.exists() and any(each.name != PROGRAM_FOLDER for each in root.iterdir()):
                raise DestinationError(f"{root} has files already. Name an empty folder with --to.")
            with disk_errors(path):
                write_durably(path, content)
        elif path.read_bytes() != content:
            raise DestinationError(f"{self.library.root} is another library than that of the copy '{self.name}'.")

    def _bring_catalog(self) -> None:
        """The copy of the catalog is taken for the lost one."""
        if not self.library.catalog_path.exists():
            with disk_errors(self.library.catalog_copy):
                write_durably(self.library.catalog_copy, self.store.read(CATALOG))

    def _files(self, catalog: Catalog) -> Iterator[LibraryFile]:
        for path in sorted(self._there):
            if path.startswith(UNDO):
                yield LibraryFile(path, self.library.root / path, never_changes=True)
        for file in recorded_files(self.library, catalog):
            if self.wants is None or _is_wanted(catalog, file, self.wants):
                yield file
        if self.wants is None:
            yield from (file for file in lists(self.library, catalog) if file.path in self._there)

    def _bring(self, files: Iterator[LibraryFile]) -> None:
        for brought in results(files, self._brought, _Brought, self.workers, self.cancel):
            self._summary.listed += 1
            if brought.error is not None:
                failure = ItemFailure(
                    brought.file.path, brought.file.source.name, brought.error.reason, str(brought.error)
                )
                self._summary.add_failure(failure)
                self.reporter.failed(brought.file.path, str(brought.error))
            elif brought.size_bytes is None:
                self._summary.unchanged += 1
            else:
                self._summary.saved += 1
                self._summary.size_bytes += brought.size_bytes
                self.reporter.saved(brought.file.path, brought.file.path)

    # Called by the workers

    def _brought(self, file: LibraryFile) -> _Brought:
        try:
            with file_errors(file.source):
                return self._written(file)
        except ItemError as error:
            return _Brought(file, error=error)

    def _written(self, file: LibraryFile) -> _Brought:
        if file.path not in self._there:
            raise ItemError("the copy does not have it", Reason.NOT_FOUND)
        if file.source.exists():
            if file.sha256 not in (None, digest_of(file.source).sha256):
                raise ItemError(f"another file is at {file.source}, and stays there", Reason.NAME_TAKEN)
            return _Brought(file)
        times: list[int] = []
        workspace = self.library.workspace(file.location.root if file.location else "")
        write_durably(file.source, self._checked(file, times.append), workspace)
        for modified_ns in times:
            set_times(file.source, modified_ns)
        return _Brought(file, self._there[file.path])

    def _checked(self, file: LibraryFile, on_time: Callable[[int], object]) -> Iterator[bytes]:
        """The content in the copy. Raises `ItemError` at its end, so that nothing is written, if it is another one."""
        hash_ = hashlib.sha256()
        try:
            for block in self.store.read(file.path, on_time):
                check(self.cancel)
                hash_.update(block)
                self.reporter.received(len(block))
                yield block
        except FileNotFoundError as error:
            raise ItemError("the copy does not have it any more", Reason.NOT_FOUND) from error
        if file.sha256 not in (None, hash_.hexdigest()):
            raise ItemError("it is damaged in the copy: look for another copy of it", Reason.HASH_MISMATCH)

    def _whole(self, path: str) -> bytes:
        return b"".join(self.store.read(path))


def _is_wanted(catalog: Catalog, file: LibraryFile, wants: Callable[[Item], bool]) -> bool:
    entry = catalog.entry_at(file.location) if file.location else None
    return entry is not None and wants(entry.item)
