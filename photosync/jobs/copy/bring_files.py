"""Brings files of copies to their places in a library, several at a time: first the disk, then the catalog."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from photosync.catalog import Catalog, OffsiteFile
from photosync.errors import Exit, ItemError, PhotosyncError, Reason
from photosync.jobs.copy.fetch import Fetcher, WantedFile
from photosync.jobs.copy.library_files import UNDO, LibraryFile
from photosync.jobs.copy.parallel import results
from photosync.jobs.report import ItemFailure, Reporter, Summary
from photosync.jobs.sums_list import SumsList
from photosync.jobs.verify.undo_steps import is_readable
from photosync.library import Library, digest_of
from photosync.library.disk_errors import file_errors

_BATCH = 64
_BATCH_S = 2.0
"""Files that were removed from the library and are back are recorded after so many, or so long."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of a file."""

    file: LibraryFile
    size_bytes: int | None = None
    """None: it was there."""
    error: ItemError | None = None


@dataclass
class BringFiles:
    """The caller holds the library's lock."""

    library: Library
    catalog: Catalog
    fetcher: Fetcher
    reporter: Reporter
    summary: Summary
    workers: int
    roots: Collection[str] | None = None
    """The folders outside the library in which files may be made; None: all that the catalog names."""
    _back: list[OffsiteFile] = field(default_factory=list, init=False)
    _recorded_at: float = field(default=0.0, init=False)
    _run: int = field(default=0, init=False)

    def bring(self, files: Iterator[LibraryFile]) -> Iterator[Brought]:
        """Bring what is not at its place, and count it. Raises the errors that end a run."""
        error: PhotosyncError | None = None
        try:
            for brought in results(files, self._brought, Brought, self.workers, self.fetcher.cancel):
                self._count(brought)
                yield brought
            self.fetcher.check_end()
        except PhotosyncError as raised:
            error = raised
            raise
        finally:
            self._record_back()
            if self._run:
                status = error.exit if error else Exit.PARTIAL if self.summary.failed else Exit.OK
                self.catalog.end_run(self._run, status, json.dumps(self.summary.as_json() | {"exit": status}))

    def plan(self, files: Iterator[LibraryFile]) -> Iterator[Brought]:
        """What `bring` would do, as far as this disk tells: nothing is requested or written."""
        for file in files:
            try:
                with file_errors(file.source):
                    size_bytes = file.offsite.size_bytes if file.offsite else 0
                    planned = Brought(file) if _is_there(file) else Brought(file, size_bytes)
            except ItemError as error:
                planned = Brought(file, error=error)
            self._count(planned)
            yield planned

    def _count(self, brought: Brought) -> None:
        file, summary = brought.file, self.summary
        summary.listed += 1
        if brought.error is not None:
            failure = ItemFailure(
                file.offsite.id if file.offsite else file.path,
                file.source.name,
                brought.error.reason,
                f"{file.path}: {brought.error}",
            )
            summary.add_failure(failure)
            self.reporter.failed(file.path, str(brought.error))
            return
        if brought.size_bytes is None:
            summary.unchanged += 1
        else:
            summary.saved += 1
            summary.size_bytes += brought.size_bytes
            self.reporter.saved(file.path, file.path)
        if file.offsite is not None and not summary.dry_run:
            self._back.append(file.offsite)
            if len(self._back) >= _BATCH or time.monotonic() - self._recorded_at > _BATCH_S:
                self._record_back()

    def _record_back(self) -> None:
        """The catalog follows the disk; a run that is killed before finds the files at their places."""
        self._recorded_at = time.monotonic()
        if not self._back:
            return
        self._run = self._run or self.catalog.begin_run(self.summary.command, "")
        ids: dict[str, list[str]] = {}
        for each in self._back:
            ids.setdefault(each.account, []).append(each.id)
        with self.catalog.transaction():
            for root in {each.location.root for each in self._back}:
                SumsList(self.library, self.catalog, root).mark_changing()
            for account, of_account in ids.items():
                self.catalog.offsite.record_back(account, self._run, of_account)
        self._back.clear()

    # Called by the workers

    def _brought(self, file: LibraryFile) -> Brought:
        try:
            self._check_place(file)
            with file_errors(file.source):
                if _is_there(file):
                    return Brought(file)
                workspace = self.library.workspace(file.location.root if file.location else "")
                is_right = partial(_is_readable, file.path)
                wanted = WantedFile(file.path, file.sha256, file.source, workspace, is_right)
                return Brought(file, self.fetcher.fetch(wanted).size_bytes)
        except ItemError as error:
            return Brought(file, error=error)

    def _check_place(self, file: LibraryFile) -> None:
        """Raise `ItemError` for a place that a catalog must not choose: somebody may have written to the copy."""
        root = file.location.root if file.location else ""
        if root and self.roots is not None and root not in self.roots:
            raise ItemError(
                f"the configuration names no folder {root}: add the account whose files lie there, and run again",
                Reason.UNWRITABLE,
            )
        folder = Path(self.library.root, root)
        if not file.source.is_relative_to(folder) or ".." in file.source.relative_to(folder).parts:
            raise ItemError(f"{file.source} is not in {folder}, and is not written", Reason.UNWRITABLE)


def _is_readable(path: str, fetched: Path) -> bool:
    """False for an undo record that cannot be one: the catalog has no hash of it."""
    return not path.startswith(UNDO) or is_readable(path, fetched.read_bytes())


def _is_there(file: LibraryFile) -> bool:
    """Whether the file is at its place. Raises `ItemError` for another one there, and `OSError`."""
    if not os.path.lexists(file.source):
        return False
    if file.sha256 not in (None, digest_of(file.source).sha256):
        raise ItemError(f"another file is at {file.source}, and stays there", Reason.NAME_TAKEN)
    return True
