"""Removes files that were checked: first the catalog knows that only copies have them, then they go.

So a killed run loses nothing: a file that it did not remove is still there, and the same command removes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from threading import Event

from photosync.catalog import Catalog
from photosync.errors import DestinationError, ItemError, Reason
from photosync.file_systems import sync_folder
from photosync.jobs.change.change import Outcome, Result
from photosync.jobs.copy.parallel import check
from photosync.jobs.evict.candidate import Candidate
from photosync.jobs.evict.check import Checked, FileIdentity
from photosync.jobs.sums_list import SumsList
from photosync.library import Library
from photosync.library.disk_errors import disk_errors, file_error

_BATCH = 100


@dataclass(slots=True)
class Removal:
    """The files of one account, in one run."""

    account: str
    run: int
    library: Library
    catalog: Catalog
    cancel: Event
    roots: set[str] = field(default_factory=set, init=False)
    """Those whose lists have to be brought up to date."""

    def remove(self, files: Sequence[Checked]) -> Iterator[Outcome]:
        """What becomes of each file. Raises `DestinationError` if the disk fails, and `CancelledError`."""
        for first in range(0, len(files), _BATCH):
            check(self.cancel)
            same = []
            for each in files[first : first + _BATCH]:
                if self._is_same(each):
                    same.append(each)
                else:
                    yield _changed(each.file)
            if same:
                yield from self._remove_some(same)

    def _remove_some(self, files: Sequence[Checked]) -> Iterator[Outcome]:
        roots = {each.file.location.root for each in files}
        with self.catalog.transaction():
            for root in roots:
                SumsList(self.library, self.catalog, root).mark_changing()
            ids = [each.file.id for each in files]
            self.catalog.offsite.record_removed(self.account, ids)
            self.catalog.collections.note_saved(self.account, self.run, ids)
        self.roots |= roots
        outcomes: dict[str, Outcome] = {}
        try:
            for each in files:
                outcomes[each.file.id] = self._removed(each)
        finally:
            kept = [each.file.id for each in files if not _is_gone(outcomes.get(each.file.id))]
            with suppress(DestinationError):  # the disk failed: what it has is found out by the next run
                if kept:
                    with self.catalog.transaction():
                        self.catalog.offsite.record_kept(self.account, kept)
        self._settle_folders([each.file for each in files if _is_gone(outcomes[each.file.id])])
        yield from outcomes.values()

    def _removed(self, checked: Checked) -> Outcome:
        """Somebody may have replaced the file since it was read: then it stays."""
        file = checked.file
        if not self._is_same(checked):
            return _changed(file)
        path = self.library.file(file.location)
        try:
            path.unlink()
        except OSError as error:
            found = file_error(error, path)
            if isinstance(found, DestinationError):
                raise found from error
            text = f"{path} stays: it cannot be removed: {error.strerror or error}"
            return Outcome(file.target, Result.FAILED, ItemError(text, Reason.UNWRITABLE))
        return Outcome(file.target, Result.CHANGED)

    def _is_same(self, checked: Checked) -> bool:
        self.library.base(checked.file.location.root)  # raises if the disk went away, or another came
        try:
            found = self.library.file(checked.file.location).lstat()
        except OSError:
            return False
        return FileIdentity.of(found) == checked.identity

    def _settle_folders(self, files: Sequence[Candidate]) -> None:
        """Sync the folders of removed files, or remove those that are empty now."""
        for root, folder in {(each.location.root, PurePosixPath(each.location.path).parent) for each in files}:
            base = self.library.base(root)
            path = base / folder
            while path != base and _is_removed(path):
                path = path.parent
            with disk_errors(path):
                sync_folder(path)


def _is_removed(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:
        return not folder.exists()  # with another file of it
    return True


def _is_gone(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.result is Result.CHANGED


def _changed(file: Candidate) -> Outcome:
    text = f"{file.location} stays: it was changed or removed since it was read"
    return Outcome(file.target, Result.FAILED, ItemError(text, Reason.CHANGED))
