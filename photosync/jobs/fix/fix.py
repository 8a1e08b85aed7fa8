"""The EXIF fixer on files that are on the disk already, in a library or anywhere, and its undo.

One file at a time. Only if metadata is missing, a second file is written, checked and moved to the place of the first.
The undo record is on the disk before that.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from photosync import metadata
from photosync.errors import ConfigError, DestinationError, Exit, ItemError, UsageError
from photosync.jobs.fix.file_owner import FileOwner, FileOwners, OwnedFile, real_path
from photosync.jobs.fix.fix_record import as_text, changes_json, reason_of
from photosync.jobs.fix.replace_file import replace_file
from photosync.jobs.fix.sidecar_files import record_sidecars, undo_sidecar, write_sidecar
from photosync.jobs.fix.undo import original_of
from photosync.jobs.sums_list import SumsList
from photosync.jobs.user_files import UserFiles
from photosync.library import digest_of
from photosync.library.disk_errors import file_error
from photosync.library.own_folders import fix_workspace, remove_workspaces


@dataclass(frozen=True, slots=True)
class FileResult:
    """The result for one file, or in a dry run the planned one."""

    path: Path
    outcome: str
    """A word of `metadata.Outcome`, `undone` or `failed`."""
    fixed: metadata.FixResult | None = None
    sidecar: Path | None = None
    notes: tuple[str, ...] = ()
    error: str = ""
    exit: Exit = Exit.OK
    """The exit status that the error asks for."""

    @property
    def changes(self) -> list[dict[str, str]]:
        """What was changed in the file, or would be: field, before, after and why."""
        if self.fixed is None:
            return []
        reasons = [reason_of(each, self.fixed.capture_time) for each in self.fixed.changes]
        return [{**each, "why": why} for each, why in zip(changes_json(self.fixed.changes), reasons, strict=True)]

    def as_json(self) -> dict[str, object]:
        """The object of the command line's contract."""
        return {
            "path": str(self.path),
            "outcome": self.outcome,
            "changes": self.changes,
            "sidecar": str(self.sidecar) if self.sidecar else None,
            "notes": list(self.notes),
            **({"error": self.error} if self.error else {}),
        }


@dataclass(slots=True)
class Fix:
    """One run: `for result in Fix(…).run(paths)`."""

    owners: FileOwners
    files: UserFiles
    dry_run: bool = False
    undo: bool = False
    _changed: set[FileOwner] = field(default_factory=set, init=False)
    _replaced: set[Path] = field(default_factory=set, init=False)
    _tidied: set[Path] = field(default_factory=set, init=False)

    def run(self, paths: Iterable[Path]) -> Iterator[FileResult]:
        """Fix, file by file. Raises `UsageError` for a path that does not exist, before anything is done."""
        found = [real_path(path) for path in paths]
        for path in found:
            if not os.path.lexists(path):
                raise UsageError(f"{path} does not exist; name a file or folder that is there")
        try:
            for path in dict.fromkeys(file for each in found for file in self._files(each)):
                yield self._one(path)
        finally:
            for owner in self._changed:
                SumsList(owner.library, owner.catalog, owner.root).rewrite()

    def _one(self, path: Path) -> FileResult:
        if path.is_dir() and not path.is_symlink():  # in place of the files of a folder that can be read
            return FileResult(path, "failed", error=f"{path}: the folder cannot be read", exit=Exit.PARTIAL)
        try:
            file = self.owners.file(path)
        except ConfigError as error:  # how the files of this account are to be fixed is not known
            return FileResult(path, "failed", error="; ".join(error.mistakes), exit=error.exit)
        if not self.dry_run and path.parent not in self._tidied:
            self._tidied.add(path.parent)
            remove_workspaces(path.parent)
        try:
            return self._undo_file(file) if self.undo else self._fix_file(file)
        except (ItemError, DestinationError) as error:
            return FileResult(path, "failed", error=str(error), exit=error.exit)
        except OSError as error:
            what = f"{error.filename or path}: {error.strerror or type(error).__name__}"
            state = "" if path in self._replaced else "; the file stays as it was"
            return FileResult(path, "failed", error=f"{what}{state}", exit=file_error(error, path).exit)

    def _fix_file(self, file: OwnedFile) -> FileResult:
        planned = metadata.fix(file.path, file.given, file.settings, None)
        if self.dry_run or planned.outcome is metadata.Outcome.UNTOUCHED:
            sidecar = metadata.sidecar_path(file.path, planned.format, file.settings) if planned.sidecar else None
            return FileResult(file.path, planned.outcome.value, planned, sidecar, planned.notes)
        records = file.undo_records[0]
        with _workspace(file) as workspace:
            fixed = metadata.fix(file.path, file.given, file.settings, workspace)
            notes = fixed.notes
            if fixed.undo is not None:
                records.keep(fixed.undo.stored_sha256, fixed.undo.delivered_sha256, fixed.undo.encode())
                if fixed.capture_time.file_time is not None:
                    metadata.set_file_time(fixed.path, fixed.capture_time.file_time)
                before, after = fixed.undo.delivered_sha256, fixed.undo.stored_sha256
                notes += self._replace(file, fixed.path, before, after, as_text(fixed))
            written = write_sidecar(file.path, fixed, file.settings, records, workspace)
        if written is not None:
            self._note_change(file, record_sidecars(file, written))
            notes += (written.note,) if written.note else ()
        sidecar = written.path if written and written.sha256 else None
        if fixed.outcome is metadata.Outcome.REFUSED:
            return FileResult(file.path, "failed", fixed, sidecar, notes, error="; ".join(notes), exit=Exit.PARTIAL)
        return FileResult(file.path, fixed.outcome.value, fixed, sidecar, notes)

    def _undo_file(self, file: OwnedFile) -> FileResult:
        if file.path.is_symlink() or not file.path.is_file():
            return FileResult(file.path, "untouched", notes=("left alone: it is no regular file",))
        notes: tuple[str, ...] = ()
        with _workspace(file) as workspace:
            original = original_of(file, workspace)
            if original is not None and not self.dry_run:
                before, after = digest_of(file.path).sha256, digest_of(original).sha256
                notes = self._replace(file, original, before, after, None)
            sidecar = undo_sidecar(file, workspace, dry_run=self.dry_run)
        if sidecar is not None:
            notes += (sidecar.note,)
            if not self.dry_run:
                self._note_change(file, record_sidecars(file))
        if original is None and not (sidecar and sidecar.is_changed):
            notes += ("nothing was changed here that could be taken back",)
            return FileResult(file.path, "untouched", notes=notes)
        return FileResult(file.path, "undone", notes=notes)

    def _files(self, path: Path) -> Iterator[Path]:
        """The files below a folder, in order; symbolic links are not followed. A file is itself."""
        if path.is_symlink() or not os.path.isdir(path):  # noqa: PTH112 - false for what cannot be examined
            if not self.files.is_excluded(path):
                yield path
            return
        for file, _ in self.files.below(path):
            if file.suffix.lower() != ".xmp":
                yield file

    def _replace(
        self, file: OwnedFile, second: Path, before: str, after: str, fix_record: str | None
    ) -> tuple[str, ...]:
        """Returns notes."""
        try:
            is_recorded = replace_file(file, second, before=before, after=after, fix_record=fix_record)
        except ItemError:
            self._note_change(file, is_changed=True)
            raise
        self._replaced.add(file.path)
        self._note_change(file, is_recorded)
        if file.entry is None or is_recorded:
            return ()
        return ("the file was not as it was saved; the catalog keeps what it knew",)

    def _note_change(self, file: OwnedFile, is_changed: bool) -> None:
        if file.owner is not None and is_changed:
            self._changed.add(file.owner)


def _workspace(file: OwnedFile) -> AbstractContextManager[Path]:
    owner = file.owner
    return fix_workspace(owner.library.workspace(owner.root) if owner else file.path.parent)
