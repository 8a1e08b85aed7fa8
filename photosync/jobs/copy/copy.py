"""Brings what the library has and a copy lacks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from threading import Event

from photosync.catalog import Catalog
from photosync.copies import CopyRecord, CopyStore, RecordedCopy, Stored
from photosync.errors import DestinationError, Exit, ItemError, PhotosyncError, Reason, TemporaryError
from photosync.jobs.copy.contents import contents_to_change, mark
from photosync.jobs.copy.copy_lists import CopyLists
from photosync.jobs.copy.library_files import (
    CATALOG,
    DAMAGED,
    REPLACED,
    LibraryFile,
    offsite_files,
    own_files,
    recorded_files,
    undo_records,
)
from photosync.jobs.copy.other_copies import OtherCopies
from photosync.jobs.copy.parallel import WORKERS, check, results
from photosync.jobs.copy.send import Sender, Sent, Task, task_for
from photosync.jobs.copy.store_outage import StoreOutage
from photosync.jobs.report import ItemFailure, Reporter, Summary
from photosync.library import PROGRAM_FOLDER, Library, digest_of

_BATCH = 64
_BATCH_S = 2.0
"""What was sent is recorded after so many files, or so long."""
_DOUBTFUL = {Reason.DAMAGED, Reason.UNREADABLE}
_LOOK = 500
"""So many files are compared with the record at a time."""


@dataclass
class Copy:
    """One run: `Copy(...).run()`."""

    name: str
    store: CopyStore
    library: Library
    catalog: Catalog
    record: CopyRecord
    others: OtherCopies
    reporter: Reporter
    cancel: Event
    take: Callable[[int], object] = lambda _: None
    """Waits while more bytes are sent than the user allows."""
    workers: int = WORKERS
    dry_run: bool = False
    accept_shrink: bool = False
    """Go on even if the copy lost most of its files, or all."""
    _there: dict[str, Stored] = field(default_factory=dict, init=False)
    _is_known: bool = field(default=True, init=False)
    """Whether the record is about this place."""
    _failed: set[str] = field(default_factory=set, init=False)
    _is_first_look: bool = field(default=False, init=False)
    _is_second_look: bool = field(default=False, init=False)
    """The library has changed during the first one; now only what came meanwhile is missing."""
    _doubtful: list[Sent] = field(default_factory=list, init=False)
    """Files that were not as recorded in the first look; a run may have been changing them."""
    _done: list[RecordedCopy] = field(default_factory=list, init=False)
    _recorded_at: float = field(default=0.0, init=False)

    def run(self) -> Summary:
        """Bring all that is missing. An error that ends the run is in the summary; only bugs are raised."""
        began = time.monotonic()
        self._summary = Summary("copy", self.name, dry_run=self.dry_run)
        self._outage = StoreOutage[Sent](lambda: self.store, self.cancel)
        try:
            with self._recorded():
                self._bring_all()
        except PhotosyncError as error:
            self._summary.exit, self._summary.message, self._summary.error = error.exit, str(error), error
        self._fail_doubtful()
        self._summary.seconds = time.monotonic() - began
        self._summary.check_totals()
        return self._summary

    @contextmanager
    def _recorded(self) -> Iterator[None]:
        """How the run ends is recorded; one that is killed has not ended."""
        if self.dry_run:
            yield
            return
        run = self.record.begin_run()
        try:
            yield
        except PhotosyncError as error:
            with suppress(DestinationError):  # of the record's disk; the first error tells more
                self.record.end_run(run, error.exit, str(error))
            raise
        self.record.end_run(run, self._summary.exit, None)

    def _bring_all(self) -> None:
        there = contents_to_change(
            self.name,
            self.store,
            self.library,
            self.record,
            self.cancel,
            dry_run=self.dry_run,
            accept_shrink=self.accept_shrink,
        )
        self._there, self._is_known = there.files, there.is_known
        if not self.dry_run:
            self.store.remove_unfinished()
        if place := self.record.place:
            self._bring(iter([mark(self.library, place)]))
        version, self._is_first_look = self.catalog.version, True
        self._bring(self._photos())
        self._is_first_look = False
        self._bring(offsite_files(self.library, self.catalog))
        with self._library_at_rest():
            if self.catalog.version != version:
                self._doubtful.clear()
                self._is_second_look = True
                self._bring(self._photos())
                self._is_second_look = False
            self._fail_doubtful()
            lists = CopyLists(self.library, self.catalog, self.record, self.others.workspace, self._failed)
            with lists.catalog_copy() as catalog_copy:
                self._bring(chain(lists.files(), own_files(self.library, catalog_copy, is_another=self._is_another())))
            if not self.dry_run and CATALOG not in self._failed:
                self.record.note_catalog(self.catalog.begun)
        self._outage.check()
        self._summary.complete = True
        self._summary.exit = Exit.PARTIAL if self._summary.failed else Exit.OK

    def _photos(self) -> Iterator[LibraryFile]:
        return chain(recorded_files(self.library, self.catalog), undo_records(self.library))

    def _is_another(self) -> bool:
        """Whether the copy may have an earlier catalog, which was lost here, and was not brought back from a copy."""
        brought = place.catalog if (place := self.record.place) else ""
        if brought not in ("", self.catalog.begun):
            self.reporter.note(
                f"copy '{self.name}': the catalog was begun anew since the last run. The earlier one may know of files "
                f"that only copies have; it is kept there below {REPLACED}."
            )
        return brought != self.catalog.begun

    @contextmanager
    def _library_at_rest(self) -> Iterator[None]:
        """No run changes the library meanwhile: the lists and the catalog say what the copy has.

        Raises `LockedError` if a run works on it now. A library that cannot be written is at rest.
        """
        with ExitStack() as stack:
            if not self.dry_run:
                with suppress(DestinationError):
                    stack.enter_context(self.library.lock())
            yield

    def _bring(self, files: Iterator[LibraryFile]) -> None:
        """Send these files with all workers, in their order."""
        sender = Sender(self.store, self._taken, self.cancel, self.others)
        try:
            for result in results(self._tasks(files), sender, Sent, self.workers, self.cancel):
                self._take_result(result)
        finally:
            self._note_done()

    def _tasks(self, files: Iterator[LibraryFile]) -> Iterator[Task]:
        while some := list(islice(files, _LOOK)):
            check(self.cancel)
            known = self.record.files_at([each.path for each in some]) if self._is_known else {}
            yield from filter(None, (self._task(each, known.get(each.path)) for each in some))

    def _task(self, file: LibraryFile, known: RecordedCopy | None) -> Task | None:
        """What has to be done for a file; None if the copy has it."""
        if file.path in self._failed:
            return None
        stored = self._there.get(file.path)
        ours = known if stored and known and known.is_as_stored(stored.size_bytes, stored.tag) else None
        is_same = ours is not None and ours.sha256 == _wanted(file, ours)
        if is_same and ours is not None and ours.wrong_since is None:
            self._count(unchanged=not self._is_second_look)
            return None
        is_list = file.is_made and file.location is not None
        if (stored is None or is_list) and file.sha256 is None and not file.is_there:
            return None  # a list that has never been written, or that has no lines any more
        if self.dry_run:
            if self._is_second_look:
                return None
            self._count(saved=1)
            self._summary.size_bytes += file.size_bytes
            self.reporter.saved(file.path, file.path)
            return None
        if file.never_changes and known is not None:  # the catalog has no hash of it, and it may be damaged here
            file = replace(file, sha256=known.sha256)
        if file.is_made and (ours is not None or file.path.startswith(f"{PROGRAM_FOLDER}/")):
            earlier = None
        else:  # a list of the user may be in the place of ours
            earlier = DAMAGED if is_same else REPLACED
        return task_for(file, self._there, earlier, is_doubtful=is_same)

    def _take_result(self, result: Sent) -> None:
        file = result.task.file
        if result.record is None:
            if self._is_first_look and isinstance(result.error, ItemError) and result.error.reason in _DOUBTFUL:
                self._doubtful.append(result)
                return
            self._failed.add(file.path)
            if isinstance(result.error, TemporaryError):
                self._outage.add(result, result.error)
            else:
                self._fail(result)
            return
        for failed in self._outage.succeeded():
            self._fail(failed)
        record = result.record
        self._done.append(record)
        self._there[file.path] = Stored(file.path, record.size_bytes, record.tag)
        self._count(**{"unchanged" if result.was_there else "saved": 1})
        if not result.was_there:
            self._summary.size_bytes += record.size_bytes
            self.reporter.saved(file.path, file.path)
        if len(self._done) >= _BATCH or time.monotonic() - self._recorded_at > _BATCH_S:
            self._note_done()

    def _fail_doubtful(self) -> None:
        for each in self._doubtful:
            self._failed.add(each.task.file.path)
            self._fail(each)
        self._doubtful.clear()

    def _fail(self, result: Sent) -> None:
        file, error = result.task.file, result.error
        assert error is not None
        self._summary.listed += 1
        self._summary.add_failure(ItemFailure(file.path, file.source.name, error.reason, str(error)))
        self.reporter.failed(file.path, str(error))

    def _note_done(self) -> None:
        if self._done:
            self.record.note(self._done)
            self._done.clear()
        self._recorded_at = time.monotonic()

    def _count(self, *, unchanged: int = 0, saved: int = 0) -> None:
        self._summary.listed += unchanged + saved
        self._summary.unchanged += unchanged
        self._summary.saved += saved

    def _taken(self, size_bytes: int) -> None:
        self.reporter.received(size_bytes)
        self.take(size_bytes)


def _wanted(file: LibraryFile, known: RecordedCopy) -> str | None:
    """The hash of the content that the copy has to have; None if it cannot be read: to send it tells why."""
    if file.sha256 is not None:
        return file.sha256
    if file.never_changes:
        return known.sha256
    try:
        return digest_of(file.source).sha256
    except OSError:
        return None
