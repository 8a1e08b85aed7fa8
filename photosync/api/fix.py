"""`fix`: the EXIF fixer on a user's files, as the command and the call share it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from photosync.errors import DestinationError, Exit, UsageError
from photosync.user_folders import state_folder

if TYPE_CHECKING:
    from photosync.config import Config
    from photosync.jobs.fix.fix import FileResult
    from photosync.library import Library


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFix:
    """What a user asks for; the command line has the documentation of each value."""

    dry_run: bool = False
    sidecar: bool = False
    sets: Mapping[str, str] = field(default_factory=dict)
    overwrite: Sequence[str] = ()
    undo: bool = False
    exclude: Sequence[str] = ()
    include_hidden: bool = False


@dataclass(slots=True)
class FixSummary:
    """The totals of one run."""

    files: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    """How many files were `fixed`, `untouched`, …."""
    seconds: float = 0.0
    exit: Exit = Exit.OK
    errors: list[tuple[Path, str]] = field(default_factory=list)
    dry_run: bool = False
    note: str | None = None
    """What was left out, for the user."""
    error: DestinationError | None = None
    """What ended the run early."""

    def as_json(self) -> dict[str, object]:
        """The summary object of the command line's contract."""
        content: dict[str, object] = {"command": "fix", "files": self.files}
        content |= {word: self.outcomes[word] for word in ("fixed", "sidecar", "untouched", "undone", "failed")}
        content |= {"dry_run": True} if self.dry_run else {}
        errors = [{"path": str(path), "error": error} for path, error in self.errors]
        return {**content, "seconds": round(self.seconds, 1), "exit": int(self.exit), "errors": errors}


@dataclass(slots=True)
class FixRun:
    """One run. Iterate over `results`, then read `summary`."""

    configuration: Config
    library: Library | None
    asked: AskedFix
    summary: FixSummary = field(default_factory=FixSummary, init=False)

    def results(self, paths: Iterable[Path]) -> Iterator[FileResult]:
        """Fix the files, and yield what became of each. Raises `UsageError`, before anything is done."""
        from photosync.jobs.fix.file_owner import FileOwners
        from photosync.jobs.fix.fix import Fix
        from photosync.jobs.fix.run_settings import settings_for_run
        from photosync.jobs.user_files import UserFiles

        asked, summary, config = self.asked, self.summary, self.configuration
        if asked.undo and (asked.sidecar or asked.sets or asked.overwrite):
            raise UsageError("--undo undoes what was done; it goes with neither --sidecar nor --set nor --overwrite")
        settings = settings_for_run(
            config.probable_metadata_settings if asked.undo else config.metadata_settings,
            config.accounts,
            sets=asked.sets,
            overwrite=asked.overwrite,
            sidecar=asked.sidecar,
        )
        began = time.monotonic()
        summary.dry_run = asked.dry_run
        # What an earlier version changed is taken back, wherever it is.
        files = UserFiles(asked.exclude, include_hidden=asked.include_hidden or asked.undo)
        try:
            with FileOwners(self.library, state_folder(), settings, to_change=not asked.dry_run) as owners:
                for result in Fix(owners, files, dry_run=asked.dry_run, undo=asked.undo).run(paths):
                    self._count(result)
                    yield result
        except DestinationError as error:
            summary.exit, summary.error = Exit.worst([summary.exit, error.exit]), error
        summary.note = files.note
        summary.seconds = time.monotonic() - began

    def _count(self, result: FileResult) -> None:
        summary = self.summary
        summary.files += 1
        summary.outcomes[result.outcome] += 1
        summary.exit = Exit.worst([summary.exit, result.exit])
        if result.error:
            summary.errors.append((result.path, result.error))
