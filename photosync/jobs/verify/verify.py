"""Checks the files of a library, or of a folder with a list: names and sizes, and the content of a part or all."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain, islice
from math import ceil
from pathlib import Path
from threading import Event

from photosync.catalog import Area, Catalog, RecordedFile
from photosync.errors import CancelledError, DestinationError, Exit, PhotosyncError, UsageError
from photosync.jobs.concurrency import Concurrency
from photosync.jobs.file_state import FileFault, fault_of
from photosync.jobs.findings import Finding, FindingKind, FindingReason
from photosync.jobs.fix.interrupted import settle_intents
from photosync.jobs.pipeline import Pipeline
from photosync.jobs.repair.repair import Repair, RepairOptions
from photosync.jobs.report import Reporter
from photosync.jobs.sums_list import SumsList
from photosync.jobs.verify.check_file import Reading, damaged, missing, other_content, read, unreadable
from photosync.jobs.verify.check_list import check_list
from photosync.jobs.verify.summary import VerifySummary
from photosync.jobs.verify.target import VerifyTarget
from photosync.jobs.verify.undo_steps import BadRecord, steps_of
from photosync.jobs.verify.unknown_files import UnknownFiles
from photosync.library import SUMS_NAME, Library
from photosync.model import Location

NOTHING, ALL = Fraction(0), Fraction(1)
"""The part of the files that is read."""
_AHEAD = 64
"""The number of groups of files that wait for a worker."""
_TOGETHER = 16
_TOGETHER_BYTES = 1 << 20
"""A worker gets so many files at once, or so many bytes: to hand over a small file takes longer than to read it."""
_BATCH = 256
_BATCH_S = 5.0
"""What was read is recorded after so many files, or so long."""


@dataclass(frozen=True, slots=True)
class _Checked:
    """The result for one file."""

    file: RecordedFile
    problem: FileFault | None
    reading: Reading | None = None
    """None if the file was not read to its end."""
    bad_record: BadRecord | None = None


@dataclass(kw_only=True, slots=True)
class Verify:
    """One check: `for finding in Verify(…).findings()`, then `summary`."""

    target: VerifyTarget
    part: Fraction
    """The part of the files that is read; of all others, names and sizes are checked."""
    workers: int
    reporter: Reporter
    cancel: Event
    path: str
    """What the user asked for, for the summary."""
    repair: RepairOptions | None = None
    """The sources to repair from; None: nothing is repaired."""
    summary: VerifySummary = field(init=False)
    _run: int = field(default=0, init=False)
    library: Library = field(init=False)
    catalog: Catalog = field(init=False)
    _unknown: UnknownFiles = field(init=False)
    _seen_wrong: set[tuple[bool, int]] = field(default_factory=set, init=False)
    """Files that are not read, as their names or sizes are wrong already."""
    _bad_records: set[Path] = field(default_factory=set, init=False)
    _right: list[RecordedFile] = field(default_factory=list, init=False)
    _recorded_at: float = field(default_factory=time.monotonic, init=False)
    _errors: list[PhotosyncError] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.summary = VerifySummary(self.path)
        self.library, self.catalog = self.target.library, self.target.catalog
        self._unknown = UnknownFiles(self.library, self.catalog)

    def findings(self) -> Iterator[Finding]:
        """Check everything. An error that ends the check early is in the summary."""
        started = time.monotonic()
        try:
            if self.target.is_recorded:
                settle_intents(self.library, self.catalog)
            self._run = self.catalog.begin_run("verify", "") if self.target.is_recorded else 0
            self.catalog.checks.begin()
            for finding in self._repaired() if self.repair else self._findings():
                self.summary.count(finding)
                yield finding
        except PhotosyncError as error:
            self._errors.append(error)
        finally:
            self.summary.seconds = time.monotonic() - started
            self._conclude()
            self.summary.check_totals()

    def _conclude(self) -> None:
        if self.target.is_recorded:
            try:
                self._record()
                self._set_exit()
                self.catalog.end_run(self._run, self.summary.exit, json.dumps(self.summary.as_json()))
            except DestinationError as error:
                self._errors.append(error)
        self._set_exit()

    def _set_exit(self) -> None:
        damage = [Exit.DAMAGE] if self.summary.wrong > self.summary.repaired else []
        interrupted = [Exit.INTERRUPTED] if self.cancel.is_set() else []
        self.summary.exit = Exit.worst([Exit.OK, *damage, *interrupted, *(each.exit for each in self._errors)])
        errors = [error for error in self._errors if not isinstance(error, CancelledError)]
        self.summary.error = next(iter(errors), None)
        self.summary.message = " ".join(dict.fromkeys(map(str, errors))) or None

    def _repaired(self) -> Iterator[Finding]:
        """All findings, after the check: a missing file may be among those that are unknown."""
        assert self.repair is not None
        findings: list[Finding] = []
        try:
            findings.extend(self._findings())  # what was found before an error stays in it
        except PhotosyncError:
            yield from findings
            raise
        self._record()
        job = Repair(self.library, self.catalog, self._run, findings, self.repair)
        yield from job.run()
        self._errors += job.errors

    def _findings(self) -> Iterator[Finding]:
        areas = list(self._present_areas())
        for area in areas:
            yield from self._check_list(area)
        for area in areas:
            self._find_unknown(area)
        for area in areas:
            yield from self._check_area(area)
        if NOTHING < self.part < ALL:
            yield from self._check_sample(areas)
        for file in self.catalog.checks.unknown():
            error = self._unknown.offsite_item(file.location) or "no account or list has this file"
            yield Finding(str(file.location), None, None, FindingKind.UNKNOWN, FindingReason.NOT_RECORDED, error)

    def _present_areas(self) -> Iterator[Area]:
        """The areas whose roots are there."""
        for area in self.target.areas:
            try:
                self._check_there(area.root)
            except DestinationError as error:
                self._errors.append(error)
            else:
                yield area

    def _check_there(self, root: str) -> None:
        if self.catalog.checks.count(Area(root))[0]:
            SumsList(self.library, self.catalog, root).check_there()

    # Lists and unknown files

    def _check_list(self, area: Area) -> Iterator[Finding]:
        problem = check_list(self.library, self.catalog, area, has_catalog=self.target.is_library)
        if problem is None:
            self.summary.count_right()
        else:
            yield _finding(Location(area.root, SUMS_NAME), problem)

    def _find_unknown(self, area: Area) -> None:
        try:
            for location in self._unknown.find(area):
                self._check_cancelled()
                self._unknown.note(location)
        except UsageError as error:  # an unreadable list of files to leave out
            self.reporter.note(f"unknown files are not looked for: {error}")

    # Files

    def _check_area(self, area: Area) -> Iterator[Finding]:
        """Check every file; read it if everything is to be read."""
        count, size_bytes = self.catalog.checks.count(area)
        self.reporter.wanted(count + self.catalog.checks.count_made(area), size_bytes if self.part == ALL else 0)
        files = chain(self.catalog.checks.files(area), self._other_files(area))
        checked = self._read_each(lambda: next(files, None)) if self.part == ALL else self._look_at_each(files)
        for each in checked:
            self.summary.count_right(each.problem is None)
            yield from self._findings_of(each)

    def _other_files(self, area: Area) -> Iterator[RecordedFile]:
        """The user's files in the list."""
        for file in self.catalog.checks.other_lines(area.root):
            if area.has(file.location.path):
                self.reporter.wanted(1, 0)
                yield file

    def _look_at_each(self, files: Iterable[RecordedFile]) -> Iterator[_Checked]:
        for file in files:
            self._check_cancelled()
            problem = fault_of(self.library.file(file.location), file.size_bytes)
            if problem is not None and self.part > NOTHING:
                self._seen_wrong.add((file.is_sidecar, file.row_id))
            yield _Checked(file, problem)

    def _check_sample(self, areas: Sequence[Area]) -> Iterator[Finding]:
        """Read what was not read for longest.

        A wrong file is not recorded as read, so every sample has it. It does not count, or others would be left out.
        """
        left = ceil(self.part * sum(self.catalog.checks.count(area)[0] for area in areas))
        self.reporter.wanted(left, 0)
        files = self.catalog.checks.longest_unread(areas)

        def next_file() -> RecordedFile | None:
            nonlocal left
            left -= 1
            return next((each for each in files if self._is_unsuspected(each)), None) if left >= 0 else None

        for checked in self._read_each(next_file):
            if checked.problem is not None:
                left = max(left, 0) + 1
                self.summary.count_right(-1)  # by its name and size it was
            yield from self._findings_of(checked)

    def _is_unsuspected(self, file: RecordedFile) -> bool:
        return (file.is_sidecar, file.row_id) not in self._seen_wrong

    def _read_each(self, next_file: Callable[[], RecordedFile | None]) -> Iterator[_Checked]:
        """Read files with all workers."""
        concurrency = Concurrency(self.workers)
        pipeline = Pipeline[None, list[RecordedFile], list[_Checked]](
            iter(()), self._read_all, concurrency, self.cancel
        )
        try:
            pipeline.request_pages(1)
            for first in islice(iter(lambda: _next_group(next_file), []), _AHEAD):
                pipeline.submit(first)
            for event in pipeline:
                if isinstance(event, list):
                    yield from event
                self._check_cancelled()
                if isinstance(event, list) and (files := _next_group(next_file)):
                    pipeline.submit(files)
        except CancelledError:
            yield from chain.from_iterable(pipeline.close())  # they were read to their ends
            raise
        finally:
            pipeline.close()

    def _read_all(self, files: list[RecordedFile]) -> list[_Checked]:
        """Read some files, until the check is cancelled. Called by the workers."""
        checked: list[_Checked] = []
        with suppress(CancelledError):
            for each in files:
                checked.append(self._read(each))  # noqa: PERF401 - those before the one that is cancelled stay
        return checked

    def _read(self, file: RecordedFile) -> _Checked:
        """Read a file and its undo records."""
        path = self.library.file(file.location)
        problem, back = fault_of(path, file.size_bytes), steps_of(self.library.undo, file)
        bad_record, steps = (back, ()) if isinstance(back, BadRecord) else (None, back)
        if problem is not None:
            return _Checked(file, problem, bad_record=bad_record)
        try:
            reading = read(path, steps, self._note_bytes)
        except OSError as error:
            return _Checked(file, fault_of(path, file.size_bytes) or unreadable(error), bad_record=bad_record)
        if reading.sha256 != file.sha256:
            problem = other_content(path, is_sidecar=file.is_sidecar)
        elif reading.wrong_step is not None:
            what = "it does not give the delivered content back"
            bad_record = BadRecord(reading.wrong_step.path, damaged(FindingReason.OTHER_CONTENT, what))
        return _Checked(file, problem, reading, bad_record)

    def _note_bytes(self, size_bytes: int) -> None:
        self._check_cancelled()
        self.reporter.received(size_bytes)

    def _check_cancelled(self) -> None:
        if self.cancel.is_set():
            raise CancelledError("interrupted")

    # Results

    def _findings_of(self, checked: _Checked) -> Iterator[Finding]:
        file = checked.file
        self.reporter.saved(file.location.path, str(file.location))
        self._count_reading(checked)
        if checked.problem is not None:
            problem = self._explained(file, checked.problem)
            yield _finding(file.location, problem, file)
        if checked.bad_record is not None and checked.bad_record.path not in self._bad_records:
            path = checked.bad_record.path
            self._bad_records.add(path)  # two files with one content have one record
            location = Location("", path.relative_to(self.library.root).as_posix())
            yield _finding(location, checked.bad_record.problem, file)

    def _count_reading(self, checked: _Checked) -> None:
        """Count a file that was read, and record it if it is as it was saved."""
        if checked.reading is None:
            return
        self.summary.read += 1
        self.summary.size_bytes += checked.reading.size_bytes
        if checked.problem is None and checked.file.row_id:
            self._right.append(checked.file)
        if len(self._right) >= _BATCH or time.monotonic() - self._recorded_at > _BATCH_S:
            self._record()

    def _record(self) -> None:
        if self._right and self.target.is_recorded:
            with self.catalog.transaction():
                self.catalog.checks.record_read(self._run, self._right)
        self._right.clear()
        self._recorded_at = time.monotonic()

    def _explained(self, file: RecordedFile, problem: FileFault) -> FileFault:
        """The problem of a file, with what only the catalog can tell of it."""
        if problem.reason in (FindingReason.ABSENT, FindingReason.UNREADABLE):
            SumsList(self.library, self.catalog, file.location.root).check_there()
        if problem.reason is FindingReason.ABSENT:
            problem = self._found_again(file) or problem
        if not file.account and not file.is_made and self.target.is_library:
            problem = replace(problem, error=f"{problem.error}; its line in {SUMS_NAME} is not photosync's")
        return problem

    def _found_again(self, file: RecordedFile) -> FileFault | None:
        """Where a missing file is now, if it was moved or renamed."""
        if self.part == NOTHING:  # nothing is read, so that nothing is proved
            candidates = self.catalog.checks.unknown_of_size(file.size_bytes) if file.size_bytes is not None else []
            names = ", ".join(str(each.location) for each in candidates[:1])
            return missing(FindingReason.ABSENT, f"nothing is there; {names} has its size") if names else None
        found = self._unknown.moved_from(file)
        if found is None:
            return None
        self.catalog.checks.forget_unknown(found)
        return missing(FindingReason.MOVED, f"it was moved: its content is in {found.location} now")


def _next_group(next_file: Callable[[], RecordedFile | None]) -> list[RecordedFile]:
    """The next files for a worker; a large one, or one of unknown size, is the last. Empty if there are none."""
    files: list[RecordedFile] = []
    size_bytes = 0
    while len(files) < _TOGETHER and size_bytes < _TOGETHER_BYTES and (file := next_file()) is not None:
        files.append(file)
        size_bytes += _TOGETHER_BYTES if file.size_bytes is None else file.size_bytes
    return files


def _finding(location: Location, problem: FileFault, file: RecordedFile | None = None) -> Finding:
    id_, account = (file.id, file.account) if file else (None, None)
    return Finding(str(location), id_, account, problem.finding, problem.reason, problem.error)
