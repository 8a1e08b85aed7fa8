"""Frees the disk of files that copies of the library have: all that was asked for is checked before any is removed."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from threading import Event

from photosync.catalog import Catalog
from photosync.errors import Exit, PhotosyncError, UsageError
from photosync.jobs.albums.folders import AlbumFolders, WantedFolders
from photosync.jobs.albums.json_files import JsonFiles
from photosync.jobs.change.change import Outcome, Result, count_outcome
from photosync.jobs.change.summary import ChangeSummary
from photosync.jobs.evict.candidate import Candidate, Wanted, candidates
from photosync.jobs.evict.check import Check, Checked
from photosync.jobs.evict.remove import Removal
from photosync.jobs.evict.standing import Standing, UsedCopy, on_one_disk
from photosync.jobs.report import Reporter
from photosync.jobs.sums_list import ListError, SumsList, update_each
from photosync.library import Library
from photosync.units import format_duration


@dataclass(slots=True)
class EvictSummary(ChangeSummary):
    """The totals for one account."""

    size_bytes: int = 0
    """Of the removed files; in a dry run, of those that would be."""

    def as_json(self) -> dict[str, object]:
        """See `ChangeSummary`."""
        content = ChangeSummary.as_json(self)
        return {"bytes" if name == "size_bytes" else name: value for name, value in content.items()}


@dataclass(slots=True)
class _Part:
    """What was decided about the files of one account."""

    selected: int = 0
    decided: list[Outcome] = field(default_factory=list)
    to_remove: list[Checked] = field(default_factory=list)


@dataclass(slots=True)
class Evict:
    """One run: `plan` first; then, if the user agrees, `look_again`, and `outcomes` for each account."""

    library: Library
    catalog: Catalog
    copies: Sequence[UsedCopy]
    unusable: Sequence[PhotosyncError]
    """Why further copies cannot be opened."""
    wanted: Wanted
    max_age: timedelta
    """A file counts as verified in a copy if it was read there within this time."""
    albums: Mapping[str, WantedFolders]
    """How the accounts have folders for their albums."""
    note: Callable[[str], None]
    """Gets messages for the user."""
    warn: Callable[[str], None]
    """Gets what is wrong with copies."""
    cancel: Event
    is_damaged: bool = field(default=False, init=False)
    """A file is wrong in a copy: then nothing is removed."""
    summaries: dict[str, EvictSummary] = field(default_factory=dict, init=False)
    _parts: dict[str, _Part] = field(default_factory=dict, init=False)
    _check: Check | None = field(default=None, init=False)

    def plan(self, reporter: Reporter) -> None:
        """Decide what may be removed. Nothing is changed.

        Raises the error of a copy if fewer than two can be used, and `UsageError` if an id is unknown to all accounts.
        """
        if not self.wanted.accounts and self.wanted.selection.ids:
            raise UsageError("nothing was saved in this library yet, so no id is known")
        self._parts = {name: _Part() for name in self.wanted.accounts}
        files: list[Candidate] = []
        for account, each in candidates(self.catalog, self.library, self.wanted):
            self._parts[account].selected += 1
            if isinstance(each, Candidate):
                files.append(each)
            else:
                self._parts[account].decided.append(each)
        refused: Counter[tuple[str, Standing]] = Counter()
        if files:
            self._check = Check(self.library, self.copies, self.max_age, reporter, self.cancel, self.warn)
            for checked in self._check.run(files, self.unusable):
                refused.update(checked.standings.items())
                self._take(checked)
        for part in self._parts.values():  # those of a folder together: it is synced once for a batch
            part.to_remove.sort(key=lambda each: (each.file.location.root, each.file.location.path))
        self._say(refused)
        if self.to_remove:
            for text in on_one_disk(self.copies, self.library):
                self.note(text)

    def look_again(self) -> None:
        """Keep what a copy has lost since `plan`: to read all files can take hours, and the user's answer too.

        Raises the error of a copy if fewer than two can be used.
        """
        checked = [each for part in self._parts.values() for each in part.to_remove]
        if self._check is None or self.is_damaged or not checked:
            return
        for part in self._parts.values():
            part.to_remove = []
        refused: Counter[tuple[str, Standing]] = Counter()
        for each in self._check.again(checked):
            if each.error is not None:
                refused.update(each.standings.items())
            self._take(each)
        self._say(refused)

    @property
    def to_remove(self) -> list[Candidate]:
        """The files that would be removed."""
        if self.is_damaged:
            return []
        return [each.file for part in self._parts.values() for each in part.to_remove]

    def _take(self, checked: Checked) -> None:
        part, error = self._parts[checked.file.account], checked.error
        if error is None:
            part.to_remove.append(checked)
        else:
            part.decided.append(Outcome(checked.file.target, Result.FAILED, error))
        self.is_damaged = self.is_damaged or Standing.WRONG in checked.standings.values()

    def _say(self, refused: Counter[tuple[str, Standing]]) -> None:
        """Why files stay: a line for each copy, and not for each file."""
        days = self.max_age.days
        age = f"{days} day{'s' * (days > 1)}" if days else format_duration(self.max_age.total_seconds())
        words = {
            Standing.LACKING: ("not there as here", "photosync copy {0}"),
            Standing.NOT_READ: (f"not read there within {age}", "photosync verify --copy {0}"),
            Standing.WRONG: ("damaged there", "photosync verify --copy {0} --repair"),
        }
        for (name, standing), count in sorted(refused.items()):
            if standing in words:
                what, command = words[standing]
                files = f"{count:,} file{'s' * (count != 1)}"
                self.warn(f"copy '{name}': {what}: {files}. Run: {command.format(name)}")

    # Carrying it out

    def outcomes(
        self, account: str, *, agreed: bool, dry_run: bool = False, error: PhotosyncError | None = None
    ) -> Iterator[Outcome]:
        """Remove the files of an account, and yield what became of each. `summaries` has its totals then.

        `agreed`: the user agrees. In a dry run, nothing is written. `error` has ended `plan`.
        """
        part, started = self._parts[account], time.monotonic()
        summary = EvictSummary("evict", account, selected=part.selected, dry_run=dry_run)
        self.summaries[account] = summary
        sizes = {each.file.id: each.file.size_bytes for each in part.to_remove}
        run = 0 if dry_run or not agreed else self.catalog.begin_run("evict", account)
        try:
            for outcome in self._all(account, part, run, dry_run=dry_run):
                _count(summary, outcome, sizes)
                yield outcome
        except PhotosyncError as raised:
            error = raised
        finally:
            self._end(summary, error, time.monotonic() - started)
            if run:
                self.catalog.end_run(run, summary.exit, json.dumps(summary.as_json()))

    def _all(self, account: str, part: _Part, run: int, *, dry_run: bool) -> Iterator[Outcome]:
        yield from part.decided
        if self.is_damaged:
            return
        if dry_run:
            yield from (Outcome(each.file.target, Result.WOULD_CHANGE) for each in part.to_remove)
        elif run:
            removal = Removal(account, run, self.library, self.catalog, self.cancel)
            try:
                yield from removal.remove(part.to_remove)
            finally:
                self._settle(account, removal.roots)

    def _settle(self, account: str, roots: set[str]) -> None:
        """Bring up to date what names the files: lists, `albums.json`, the folders of albums."""
        lists = [SumsList(self.library, self.catalog, root).rewrite for root in sorted(roots)]
        made = JsonFiles(self.library, self.catalog, self.note)
        list_error: ListError | None = None
        try:
            update_each([*(partial(rewrite, self.note) for rewrite in lists), made.update])
        except ListError as error:
            list_error = error
        folders = AlbumFolders(
            account=account, library=self.library, catalog=self.catalog, note=self.note, cancel=self.cancel
        )
        if account in self.albums:
            folders.update(self.albums[account])
        if list_error is not None:
            raise list_error

    def _end(self, summary: EvictSummary, error: PhotosyncError | None, seconds: float) -> None:
        summary.left = summary.selected - summary.changed - summary.unchanged - summary.failed
        statuses = [Exit.OK, *([Exit.PARTIAL] if summary.failed else []), *([error.exit] if error else [])]
        if self.is_damaged:
            statuses.append(Exit.DAMAGE)
            summary.message = "nothing was removed: a file is damaged in a copy"
        summary.exit = Exit.worst(statuses)
        if error is not None:
            summary.message, summary.error = str(error), error
        summary.seconds = seconds


def _count(summary: EvictSummary, outcome: Outcome, sizes: Mapping[str, int]) -> None:
    count_outcome(summary, outcome)
    if outcome.error is None and outcome.result is not Result.UNCHANGED:
        summary.size_bytes += sizes.get(outcome.target.id, 0)


def accounts_of(catalog: Catalog, named: Sequence[str]) -> list[str]:
    """The accounts that a run is about: the named ones, or all that have anything in the library."""
    return list(dict.fromkeys(named)) or catalog.accounts()
