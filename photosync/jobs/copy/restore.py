"""Makes a library out of a copy: on an empty disk, or where a run was interrupted before its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import PurePosixPath
from threading import Event

from photosync.catalog import Area, Catalog, DamagedCatalogError
from photosync.copies import CopyRecord, CopyStore, RecordedCopy, Stored
from photosync.errors import DestinationError, Exit, PhotosyncError, Reason, TemporaryError, UsageError
from photosync.jobs.albums.folders import WantedFolders, lose_album_folders, update_album_folders
from photosync.jobs.copy.bring_files import BringFiles, Brought
from photosync.jobs.copy.contents import listed, note_place
from photosync.jobs.copy.fetch import Fetcher
from photosync.jobs.copy.library_files import (
    CATALOG,
    IDENTITY,
    UNDO,
    LibraryFile,
    lists,
    offsite_files,
    recorded_files,
)
from photosync.jobs.copy.parallel import WORKERS, check, interruptible
from photosync.jobs.library_catalog import open_catalog
from photosync.jobs.rebuild.restore import take_copy
from photosync.jobs.report import ItemFailure, Reporter, Summary
from photosync.jobs.sums_list import SumsList, repair_lists
from photosync.jobs.verify.undo_steps import BadRecord, steps_of
from photosync.library import PROGRAM_FOLDER, Library, digest_of
from photosync.library.disk_errors import disk_errors
from photosync.library.undo import write_durably
from photosync.model import Item

_NO_FILES = {PROGRAM_FOLDER, "lost+found"}
"""What an empty folder may have: an interrupted run's, and what ext4 makes in the root of each new disk or volume."""
_BATCH = 64
"""What was read is recorded after so many files."""


@dataclass
class RestoreLibrary:
    """One run: `RestoreLibrary(...).run()`."""

    name: str
    store: CopyStore
    library: Library
    reporter: Reporter
    cancel: Event
    folders: Collection[str]
    """Those outside the library that the configuration names: the catalog of a copy chooses no others."""
    record: Callable[[Library], AbstractContextManager[CopyRecord]]
    """Opens what is known of the copy, in the library that is made."""
    albums: Mapping[str, WantedFolders]
    """Whether the albums of an account have folders: these are in no copy."""
    wants: Callable[[Item], bool] | None = None
    """Which items are wanted; None: all of the copy."""
    without_offsite: bool = False
    """What was removed from the library stays in the copy."""
    workers: int = WORKERS
    _there: dict[str, Stored] = field(default_factory=dict, init=False)
    """The files in the copy, by path."""
    _has_fetched_catalog: bool = field(default=False, init=False)
    _failed: set[str] = field(default_factory=set, init=False)
    """The paths of the files that did not come."""
    _read: list[RecordedCopy] = field(default_factory=list, init=False)

    def run(self) -> Summary:
        """Bring all that is missing. An error that ends the run is in the summary; only bugs are raised."""
        began = time.monotonic()
        self._summary = Summary("restore", self.name)
        try:
            self._there = listed(self.store, self.cancel)
            self._bring_identity()
            with self.library.created():
                self._bring_catalog()
                with open_catalog(self.library) as catalog:
                    self.library.remove_temporary_files(set(catalog.roots()).intersection(self.folders))
                    self._bring_files(catalog)
            self._summary.complete = True
            self._summary.exit = Exit.PARTIAL if self._summary.failed else Exit.OK
        except PhotosyncError as error:
            self._summary.exit, self._summary.message, self._summary.error = error.exit, str(error), error
        self._summary.seconds = time.monotonic() - began
        self._summary.check_totals()
        return self._summary

    def _bring_identity(self) -> None:
        """The library is the same as that of the copy; another one is not touched.

        The copy of the catalog comes first: without it, a pull would begin a new catalog in the library of a
        killed run, and the next run would restore what that has.
        """
        if CATALOG not in self._there or IDENTITY not in self._there:
            raise UsageError(f"copy '{self.name}': there is no library in it; see: photosync copy {self.name}")
        content, path, root = self._identity(), self.library.root / IDENTITY, self.library.root
        with disk_errors(path):
            if path.exists():
                if path.read_bytes() != content:
                    raise DestinationError(f"{root} is another library than that of the copy '{self.name}'.")
                return
            if root.exists() and not root.is_dir():
                raise DestinationError(f"{root} is no folder. Name an empty folder with --to.")
            if root.exists() and {each.name for each in root.iterdir()} - _NO_FILES:
                raise DestinationError(f"{root} has files already. Name an empty folder with --to.")
            self._fetch_catalog()
            write_durably(path, content)

    def _identity(self) -> bytes:
        """It has no hash; so it has to be the same twice. Raises `TemporaryError`."""
        content = b"".join(self._content(IDENTITY))
        if b"".join(self._content(IDENTITY)) != content:
            raise TemporaryError(f"copy '{self.name}': {IDENTITY} came otherwise the second time. Try again later.")
        return content

    def _content(self, path: str) -> Iterator[bytes]:
        return interruptible(self.store.read(path), self.cancel)

    def _bring_catalog(self) -> None:
        """A catalog that is damaged, perhaps only on its way, is brought once more. Nothing is restored without it."""
        if self.library.catalog_path.exists():
            return
        try:
            if not self._has_fetched_catalog:
                self._fetch_catalog()
            take_copy(self.library)
        except DamagedCatalogError:
            try:
                self._fetch_catalog()
                take_copy(self.library)
            except DamagedCatalogError as error:
                self.library.catalog_copy.unlink(missing_ok=True)
                raise DestinationError(
                    f"copy '{self.name}': {CATALOG} is damaged there, or is that of another library than {IDENTITY}. "
                    f"If the library still exists, run there: photosync verify --copy {self.name} --repair. If not, "
                    "bring the files with another program, and run: photosync rebuild"
                ) from error

    def _fetch_catalog(self) -> None:
        self._has_fetched_catalog = True
        with disk_errors(self.library.catalog_copy):
            write_durably(self.library.catalog_copy, self._content(CATALOG))

    def _bring_files(self, catalog: Catalog) -> None:
        with catalog.transaction():
            lose_album_folders(catalog)
        fetcher = Fetcher({self.name: lambda: self.store}, self.reporter.received, self.cancel)
        bringing = BringFiles(self.library, catalog, fetcher, self.reporter, self._summary, self.workers, self.folders)
        with self.record(self.library) as record:
            is_known = note_place(record, self.store, self._there)
            if is_known:
                self._compare_catalog(record)
            try:
                for brought in bringing.bring(self._files(catalog)):
                    if brought.error is not None:
                        self._failed.add(brought.file.path)
                    if is_known:
                        self._note_read(record, brought)
            finally:
                record.note(self._read)
        self._find_lost_records(catalog)
        if self.wants is None:
            self._leave_offsite(catalog)
            repair_lists(self.library, catalog, self.reporter.note, self.folders)
            update_album_folders(self.library, catalog, self.albums, self.reporter.note, self.cancel)

    def _compare_catalog(self, record: CopyRecord) -> None:
        """What came to the copy after its catalog was taken is in no catalog here; exit status 0 would hide it."""
        stored, known = self._there[CATALOG], record.file(CATALOG)
        if self._has_fetched_catalog:
            with disk_errors(self.library.catalog_copy):
                sha256 = digest_of(self.library.catalog_copy).sha256
            record.note([RecordedCopy(CATALOG, stored.size_bytes, sha256, "", stored.tag)])
        elif known is not None and not known.is_as_stored(stored.size_bytes, stored.tag):
            error = (
                f"{CATALOG}: the copy '{self.name}' has another catalog than when {self.library.root} was made out of "
                "it. What is new there was not brought: pull, or restore to an empty folder"
            )
            self._fail(CATALOG, Reason.CHANGED, error)

    def _fail(self, path: str, reason: Reason, error: str) -> None:
        self._summary.listed += 1
        self._summary.add_failure(ItemFailure(path, PurePosixPath(path).name, reason, error))
        self.reporter.failed(path, error)

    def _find_lost_records(self, catalog: Catalog) -> None:
        """The catalog does not name the undo records. One that a file needs, and the copy lacks, counts as failed."""
        undo = self.library.undo
        for file in chain.from_iterable(catalog.checks.files(Area(root)) for root in sorted({"", *catalog.roots()})):
            check(self.cancel)
            is_usual = file.delivered_sha256 and undo.path(file.sha256, file.delivered_sha256).is_file()
            if is_usual or not self.library.is_taken(file.location):
                continue
            back = steps_of(undo, file)
            path = back.path.relative_to(self.library.root).as_posix() if isinstance(back, BadRecord) else None
            if path is None or path in self._failed:
                continue
            self._failed.add(path)
            self._fail(path, Reason.NOT_FOUND, f"{path}: the copy '{self.name}' does not have it")

    def _leave_offsite(self, catalog: Catalog) -> None:
        """The list of the copy names what stays there; that of the library does not."""
        with catalog.transaction():
            for file in catalog.offsite.files():
                SumsList(self.library, catalog, file.location.root).mark_changing()
                catalog.offsite.record_removed(file.account, [file.id])

    def _note_read(self, record: CopyRecord, brought: Brought) -> None:
        """What came was read in the copy and is right: the next copy does not compare it again."""
        stored = self._there.get(brought.file.path)
        if stored is None or brought.size_bytes is None or brought.file.sha256 is None:
            return
        read = RecordedCopy(stored.path, stored.size_bytes, brought.file.sha256, "", stored.tag, time.time())
        self._read.append(read)
        if len(self._read) >= _BATCH:
            record.note(self._read)
            self._read.clear()

    def _files(self, catalog: Catalog) -> Iterator[LibraryFile]:
        for path in sorted(self._there):
            if path.startswith(UNDO):
                yield LibraryFile(path, str(self.library.root / path), never_changes=True)
        offsite = () if self.without_offsite else offsite_files(self.library, catalog)
        for file in chain(recorded_files(self.library, catalog), offsite):
            if self.wants is None or _is_wanted(catalog, file, self.wants):
                yield file
        if self.wants is None:
            yield from (file for file in lists(self.library, catalog) if file.path in self._there)


def _is_wanted(catalog: Catalog, file: LibraryFile, wants: Callable[[Item], bool]) -> bool:
    entry = catalog.entry(*file.item) if file.item else None
    return entry is not None and wants(entry.item)
