"""The EXIF fixer on files that lie there already, in a library or anywhere: mended, or taken back.

One file at a time: looked at, and only where something is to be done, given a second file, proved and put in its
place. The way back is on the disk before that.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from photosync import metadata
from photosync.catalog import CatalogEntry, Sidecar
from photosync.errors import ItemError, UsageError
from photosync.jobs.fix.file_owner import Home, Homes, real_name
from photosync.jobs.fix.fix_record import as_text
from photosync.jobs.fix.replace_file import exchange, rewrite_sums, settle_interrupted
from photosync.jobs.fix.sidecar_files import Laid, lay_beside, take_away
from photosync.jobs.fix.undo import original_of
from photosync.library import SUMS_NAME, UndoRecords, digest_of
from photosync.metadata.undo import UndoRecord

_OWN_FOLDERS = ".photosync"
"""Folders whose names begin so are the program's own."""


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file, or in a dry run would."""

    path: Path
    outcome: str
    """A word of `metadata.Outcome`, `undone` or `failed`."""
    mended: metadata.FixResult | None = None
    sidecar: Path | None = None
    notes: tuple[str, ...] = ()
    error: str = ""


class Fix:
    """One run: `for result in Fix(…).run(paths)`."""

    def __init__(
        self,
        homes: Homes,
        stray: UndoRecords,
        settings: Callable[[str | None], metadata.Settings],
        *,
        dry_run: bool = False,
        undo: bool = False,
    ) -> None:
        """`stray` has the undo records of files that belong to no library; `settings` are an account's, or nobody's."""
        self._homes = homes
        self._stray = stray
        self._settings = settings
        self._dry_run = dry_run
        self._undo = undo
        self._met: set[Path] = set()
        self._touched: dict[tuple[Path, str], Home] = {}

    def run(self, paths: Iterable[Path]) -> Iterator[FileResult]:
        """Do it, file by file. Raises `UsageError` for a path that does not exist, before anything is done."""
        found = [real_name(path) for path in paths]
        for path in found:
            if not os.path.lexists(path):
                raise UsageError(f"{path} does not exist")
        try:
            for path in dict.fromkeys(file for each in found for file in _files(each)):
                yield self._one(path)
        finally:
            for home in self._touched.values():
                rewrite_sums(home)

    def _one(self, path: Path) -> FileResult:
        home = self._homes.of(path)
        if home and not self._dry_run and home.library.root not in self._met:
            self._met.add(home.library.root)
            settle_interrupted(home.library, home.catalog)
        entry = home.entry(path) if home else None
        try:
            return self._take_back(path, home, entry) if self._undo else self._fix(path, home, entry)
        except (ItemError, OSError) as error:
            return FileResult(path, "failed", error=_told(error, path))

    # Mending

    def _fix(self, path: Path, home: Home | None, entry: CatalogEntry | None) -> FileResult:
        settings = self._settings(entry.account if entry else None)
        given = metadata.Given.of(entry.item) if entry else metadata.Given(path.name)
        mended = metadata.preview(path, given, settings)
        is_idle = mended.outcome in (metadata.Outcome.UNTOUCHED, metadata.Outcome.REFUSED) and not mended.sidecar
        if self._dry_run or is_idle:
            sidecar = metadata.sidecar_path(path, mended.format, settings) if mended.sidecar else None
            return FileResult(path, mended.outcome.value, mended, sidecar, mended.notes)
        records = self._records(home)[0]
        with _workspace(path, home) as workspace:
            mended = metadata.fix(path, given, settings, workspace)
            notes = mended.notes
            if mended.undo is not None and mended.sha256 is not None:
                notes += self._place(path, home, entry, mended, mended.undo, mended.sha256, records)
            laid = lay_beside(path, mended, settings, records, workspace)
        if laid is None:
            return _result(path, mended, None, notes)
        if home and entry and laid.sha256:
            self._record_sidecar(home, entry, laid)
        return _result(path, mended, laid.path if laid.sha256 else None, (*notes, laid.note) if laid.note else notes)

    def _place(
        self,
        path: Path,
        home: Home | None,
        entry: CatalogEntry | None,
        mended: metadata.FixResult,
        record: bytes,
        sha256: str,
        records: UndoRecords,
    ) -> tuple[str, ...]:
        before = UndoRecord.decode(record).delivered_sha256
        records.keep(sha256, before, record)
        if mended.file_time is not None:
            metadata.set_file_time(mended.path, mended.file_time)
        entry, notes = _recorded(entry, before)
        exchange(home, entry, path, mended.path, sha256, as_text(mended))
        self._touch(home, entry)
        return notes

    def _record_sidecar(self, home: Home, entry: CatalogEntry, laid: Laid) -> None:
        fresh = Sidecar(home.location(laid.path), laid.sha256, laid.ours)
        others = [each for each in self._sidecars(home, entry) if each.location.key != fresh.location.key]
        self._set_sidecars(home, entry, [*others, fresh])

    # Taking back

    def _take_back(self, path: Path, home: Home | None, entry: CatalogEntry | None) -> FileResult:
        if path.is_symlink() or not path.is_file():
            return FileResult(path, "untouched", notes=("left alone: it is no regular file",))
        records = self._records(home)
        settings = self._settings(entry.account if entry else None)
        with _workspace(path, home) as workspace:
            original = original_of(path, records, workspace, entry.delivered_sha256 if entry else None)
            if original is not None and not self._dry_run:
                before, sha256 = digest_of(path).sha256, digest_of(original).sha256
                known, notes = _recorded(entry, before)
                exchange(home, known, path, original, sha256, None)
                self._touch(home, known)
            else:
                notes = ()
            said = take_away(path, settings, records, workspace, pretend=self._dry_run)
        if home and entry and said and not self._dry_run:
            self._set_sidecars(home, entry, self._sidecars(home, entry))
        if original is None and not any("stays" not in each for each in said):
            return FileResult(path, "untouched", notes=(*said, "nothing was changed here that could be taken back"))
        return FileResult(path, "undone", notes=(*notes, *said))

    # The catalog

    def _sidecars(self, home: Home, entry: CatalogEntry) -> list[Sidecar]:
        """Those that are there, with the hashes that they have now."""
        known = home.catalog.fixes.sidecars(entry.account, entry.item.id)
        paths = {each: home.library.file(each.location) for each in known}
        return [
            replace(each, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
            for each, path in paths.items()
            if path.is_file()
        ]

    def _set_sidecars(self, home: Home, entry: CatalogEntry, sidecars: list[Sidecar]) -> None:
        if sidecars == home.catalog.fixes.sidecars(entry.account, entry.item.id):
            return
        with home.catalog.transaction():
            home.catalog.set_sums_state(home.root, "")
            home.catalog.fixes.set_sidecars(entry.account, entry.item.id, 0, sidecars)
        self._touch(home, entry)

    def _touch(self, home: Home | None, entry: CatalogEntry | None) -> None:
        if home and entry:
            self._touched[home.library.root, home.root] = home

    def _records(self, home: Home | None) -> list[UndoRecords]:
        """Where new records go, and where else older ones may lie."""
        return [home.library.undo, self._stray] if home else [self._stray]


def _recorded(entry: CatalogEntry | None, before: str) -> tuple[CatalogEntry | None, tuple[str, ...]]:
    """The entry, unless the file is not the one that the catalog knows: that must not be covered up."""
    if entry is None or entry.stored_sha256 == before:
        return entry, ()
    return None, ("the file was not as it was saved; the catalog keeps what it knew",)


def _result(path: Path, mended: metadata.FixResult, sidecar: Path | None, notes: tuple[str, ...]) -> FileResult:
    if mended.outcome is metadata.Outcome.REFUSED:
        return FileResult(path, "failed", mended, sidecar, notes, error="; ".join(notes))
    return FileResult(path, mended.outcome.value, mended, sidecar, notes)


def _files(path: Path) -> Iterator[Path]:
    """The files below a folder, in order; symbolic links are not followed. A file is itself."""
    if path.is_symlink() or not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith(_OWN_FOLDERS))
        for name in sorted(names):
            if name != SUMS_NAME and not name.lower().endswith(".xmp"):
                yield Path(folder) / name


@contextmanager
def _workspace(path: Path, home: Home | None) -> Iterator[Path]:
    """A folder for second files in the same file system; nothing of it stays."""
    parent = path.parent
    if home is not None:
        parent = home.base / ".photosync" / "partial"
        parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".photosync-fix-", dir=parent) as folder:
        yield Path(folder)


def _told(error: ItemError | OSError, path: Path) -> str:
    if isinstance(error, ItemError):
        return str(error)
    return f"{error.filename or path}: {error.strerror or type(error).__name__}; the file stays as it was"
