"""Checks a copy: whether all that was brought there is there and right; and repairs it from the library.

What the library does not have any more, or not right, comes from the other copies.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import chain
from math import ceil
from threading import Event

from photosync.catalog import Catalog
from photosync.copies import CopyRecord, CopyStore, RecordedCopy, Stored
from photosync.errors import Exit, ItemError, PhotosyncError, TemporaryError
from photosync.jobs.copy.contents import contents_to_check, mark
from photosync.jobs.copy.copy_lists import CopyLists
from photosync.jobs.copy.library_files import DAMAGED, LibraryFile, own_files, recorded_files, undo_records
from photosync.jobs.copy.other_copies import OtherCopies
from photosync.jobs.copy.parallel import WORKERS, check, results
from photosync.jobs.copy.send import Sender, task_for
from photosync.jobs.copy.store_outage import StoreOutage
from photosync.jobs.findings import Finding, FindingKind, FindingReason
from photosync.jobs.outage import OutageDetector
from photosync.jobs.report import Reporter
from photosync.jobs.verify.summary import VerifySummary
from photosync.library import Library

_BATCH = 64


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that was read in the copy."""

    file: RecordedCopy
    sha256: str | None
    """None: it is not there any more, or cannot be read."""
    size_bytes: int = 0
    error: ItemError | TemporaryError | None = None
    """Why it cannot be read."""


@dataclass
class VerifyCopy:
    """One check: `for finding in VerifyCopy(…).findings()`, then `summary`."""

    name: str
    store: CopyStore
    library: Library
    catalog: Catalog
    record: CopyRecord
    others: OtherCopies
    reporter: Reporter
    cancel: Event
    part: Fraction
    """The part of the files that is read; of all others, sizes and the store's checksums are compared."""
    repair: bool = False
    workers: int = WORKERS
    summary: VerifySummary = field(init=False)
    _right: list[str] = field(default_factory=list, init=False)
    _repairing: OutageDetector[None] = field(default_factory=lambda: OutageDetector(lambda: 1), init=False)

    def __post_init__(self) -> None:
        self.summary = VerifySummary(self.name)

    def findings(self) -> Iterator[Finding]:
        """Check everything. An error that ends the check early is in the summary."""
        began = time.monotonic()
        error: PhotosyncError | None = None
        try:
            there = contents_to_check(self.name, self.store, self.record, self.cancel)
            for finding in self._findings(there):
                try:
                    repaired = self._repaired(finding, there) if self.repair else finding
                except PhotosyncError:
                    self.summary.count(finding)
                    yield finding
                    raise
                self.summary.count(repaired)
                yield repaired
        except PhotosyncError as raised:
            error = raised
        finally:
            self._note_right()
        damage = [Exit.DAMAGE] if self.summary.wrong > self.summary.repaired else []
        self.summary.exit = Exit.worst([Exit.OK, *damage, *([error.exit] if error else [])])
        self.summary.error, self.summary.message = error, str(error) if error else None
        self.summary.seconds = time.monotonic() - began
        self.summary.check_totals()

    def _findings(self, there: dict[str, Stored]) -> Iterator[Finding]:
        to_read: list[tuple[float, str]] = []
        """When each was read last, and its path, as the listing has it: a million records would take half a GB."""
        suspicious: list[str] = []
        by_listing: list[Finding] = []
        for known in self.record.files():
            stored = there.get(known.path)
            finding = self._by_listing(known, stored)
            if finding is not None and finding.reason is FindingReason.OTHER_CONTENT and self.part:
                suspicious.append(known.path)  # a store that was moved or encrypted lists others for the same contents
            elif finding is not None:
                by_listing.append(finding)
            elif stored is not None:
                to_read.append((known.verified_at or 0.0, stored.path))
        self.record.note_wrong(each.path or "" for each in by_listing)
        yield from by_listing
        to_read.sort()
        chosen = [path for _, path in to_read[: ceil(self.part * len(to_read))]]
        self.summary.count_right(len(to_read) - len(chosen))
        chosen += suspicious
        to_read.clear()
        self.reporter.wanted(len(chosen), sum(there[path].size_bytes for path in chosen))
        outage = StoreOutage[_Read](lambda: self.store, self.cancel)
        for read in results(filter(None, map(self.record.file, chosen)), self._read, _Read, self.workers, self.cancel):
            if isinstance(read.error, TemporaryError):
                outage.add(read, read.error)
                continue
            for each in (*outage.succeeded(), read):
                yield from self._by_content(each, there[each.file.path])
        for each in outage.ended():
            yield from self._by_content(each, there[each.file.path])

    def _by_listing(self, known: RecordedCopy, stored: Stored | None) -> Finding | None:
        if stored is None:
            return _finding(known, FindingKind.MISSING, FindingReason.ABSENT, "it is not in the copy any more")
        if stored.size_bytes != known.size_bytes:
            shorter = stored.size_bytes < known.size_bytes
            reason = FindingReason.SHORTER if shorter else FindingReason.LONGER
            reason = reason if stored.size_bytes else FindingReason.EMPTY
            error = f"it has {stored.size_bytes} bytes there, and {known.size_bytes} were sent"
            return _finding(known, FindingKind.DAMAGED, reason, error)
        if self.store.has_content_tags and not known.is_as_stored(stored.size_bytes, stored.tag):
            error = "the store lists another checksum than when it was sent"
            return _finding(known, FindingKind.DAMAGED, FindingReason.OTHER_CONTENT, error)
        return None

    def _read(self, known: RecordedCopy) -> _Read:
        """Called by the workers. A wrong content is read once more: it may have been changed on its way."""
        try:
            read = self._read_once(known)
            return read if read.sha256 == known.sha256 else self._read_once(known)
        except FileNotFoundError:
            return _Read(known, None)
        except (ItemError, TemporaryError) as error:
            return _Read(known, None, error=error)

    def _read_once(self, known: RecordedCopy) -> _Read:
        hash_, size_bytes = hashlib.sha256(), 0
        for block in self.store.read(known.path):
            check(self.cancel)
            hash_.update(block)
            size_bytes += len(block)
            self.reporter.received(len(block))
        return _Read(known, hash_.hexdigest(), size_bytes)

    def _by_content(self, read: _Read, stored: Stored) -> Iterator[Finding]:
        finding = self._finding_of(read, stored)
        if finding is not None:
            self.record.note_wrong([read.file.path])
            yield finding

    def _finding_of(self, read: _Read, stored: Stored) -> Finding | None:
        self.reporter.saved(read.file.path, read.file.path)
        if read.error is not None:
            return _finding(read.file, FindingKind.DAMAGED, FindingReason.UNREADABLE, str(read.error))
        if read.sha256 is None:
            return _finding(read.file, FindingKind.MISSING, FindingReason.ABSENT, "it is not in the copy any more")
        self.summary.read += 1
        self.summary.size_bytes += read.size_bytes
        if read.sha256 != read.file.sha256:
            error = "its content there is not the one that was sent"
            return _finding(read.file, FindingKind.DAMAGED, FindingReason.OTHER_CONTENT, error)
        self.summary.count_right()
        if not read.file.is_as_stored(stored.size_bytes, stored.tag):
            self.record.note([replace(read.file, tag=stored.tag)])
        self._right.append(read.file.path)
        if len(self._right) >= _BATCH:
            self._note_right()
        return None

    def _note_right(self) -> None:
        self.record.note_read(self._right)
        self._right.clear()

    # Repair

    def _repaired(self, finding: Finding, there: dict[str, Stored]) -> Finding:
        """Send the file again; the damaged one is kept at the copy."""
        try:
            record, source = self._sent_again(finding.path or "", there)
        except (ItemError, TemporaryError) as error:
            if isinstance(error, TemporaryError):
                self._repairing.add(None, error)
            return replace(finding, error=f"{finding.error}; {error}")
        self._repairing.settle()
        self.record.note([record])
        return replace(finding, repaired_from=source)

    def _sent_again(self, path: str, there: dict[str, Stored]) -> tuple[RecordedCopy, str]:
        """From the library, or else from another copy. Returns the source too. Raises `ItemError`."""
        why = "the library does not have it any more"
        known = self.record.file(path)
        assert known is not None
        if file := self._files_by_path.get(path):
            if file.sha256 is None and not file.is_made:  # it never changes, but may be damaged here too
                file = replace(file, sha256=known.sha256)
            try:
                return self._sent(file, there), "library"
            except ItemError as error:
                why = str(error)
        try:
            with self.others.fetched(path, known.sha256) as (fetched, copy):
                return self._sent(LibraryFile(path, str(fetched), known.sha256), there), f"copy: {copy}"
        except ItemError as error:
            raise ItemError(f"{why}; {error}", error.reason) from error

    def _sent(self, file: LibraryFile, there: dict[str, Stored]) -> RecordedCopy:
        sender = Sender(self.store, self.reporter.received, self.cancel, self.others)
        sent = sender(task_for(file, there, None if file.is_made else DAMAGED, is_wrong=True))
        if sent.error is not None:
            raise sent.error
        assert sent.record is not None
        return sent.record

    @cached_property
    def _files_by_path(self) -> dict[str, LibraryFile]:
        lists = CopyLists(self.library, self.catalog, self.record, self.others.workspace)
        files = chain(
            recorded_files(self.library, self.catalog),
            undo_records(self.library),
            lists.files(),
            own_files(self.library, self.library.catalog_copy),
            [mark(self.library, place)] if (place := self.record.place) else [],
        )
        return {each.path: each for each in files}


def _finding(known: RecordedCopy, kind: FindingKind, reason: FindingReason, error: str) -> Finding:
    return Finding(known.path, None, None, kind, reason, error)
