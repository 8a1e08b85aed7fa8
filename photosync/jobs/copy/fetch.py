"""Brings a file of a copy to this disk: hashed while it comes, and at its place only if it is right."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from photosync.copies import CopyStore
from photosync.errors import CancelledError, ItemError, PhotosyncError, Reason, TemporaryError
from photosync.file_systems import set_times, sync_folder
from photosync.jobs.copy.parallel import check
from photosync.jobs.copy.store_outage import StoreOutage
from photosync.library.move import move_file
from photosync.library.own_folders import temporary_path


class _WrongContentError(ItemError):
    """What came is not what the copy had to give."""


@dataclass(frozen=True, slots=True)
class WantedFile:
    """A file to bring."""

    path: str
    """In the copy."""
    sha256: str | None
    """None: it is not known."""
    target: Path
    workspace: Path
    """For the file until it is right."""
    is_right: Callable[[Path], bool] = lambda _: True
    """Looks at what came: for what has no known hash."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that came."""

    size_bytes: int
    copy: str
    """The name of the copy that had it."""


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Takes each file from the first copy that has it right. Called by the workers."""

    copies: Mapping[str, Callable[[], CopyStore]]
    """Opens them, by their names, in the order in which they are asked."""
    received: Callable[[int], object]
    cancel: Event
    unusable: dict[str, PhotosyncError] = field(default_factory=dict)
    """The copies that are not asked any more, and why."""
    _outages: dict[str, StoreOutage[None]] = field(default_factory=dict, init=False)
    """By the copies' names."""

    def fetch(self, wanted: WantedFile) -> Fetched:
        """Bring the file to its target, with its time.

        Nothing is at the target before all is right there and synced. Raises `OSError` of this disk, `ItemError` if no
        copy has it right, the first copy's error if none can be used, and `CancelledError`.
        """
        failures: list[ItemError] = []
        for name, opened in self.copies.items():
            if name in self.unusable:
                continue
            try:
                fetched = self._fetched(name, opened(), wanted)
            except TemporaryError as error:  # perhaps of this file alone
                failures.append(ItemError(str(error), error.reason))
                self._note_failure(name, error)
            except ItemError as error:
                failures.append(error)
            except CancelledError:
                raise
            except PhotosyncError as error:  # of the copy as a whole: this disk's errors are none of ours
                self.unusable.setdefault(name, error)
            else:
                self._outage(name).succeeded()
                return fetched
        if not failures:
            raise next(iter(self.unusable.values()))
        raise ItemError("; ".join(map(str, (*failures, *self.unusable.values()))), failures[0].reason)

    @property
    def are_all_unusable(self) -> bool:
        """Whether no copy can be used."""
        return len(self.unusable) == len(self.copies)

    def check_end(self) -> None:
        """Call at the end of a run: raises the first copy's error if each of them is down."""
        errors: list[PhotosyncError] = []
        for name in self.copies:
            try:
                self._outage(name).ended()
            except PhotosyncError as error:
                errors.append(error)
            else:
                return
        raise errors[0]

    def _outage(self, name: str) -> StoreOutage[None]:
        return self._outages.setdefault(name, StoreOutage(self.copies[name], self.cancel))

    def _note_failure(self, name: str, error: TemporaryError) -> None:
        try:
            self._outage(name).add(None, error)
        except TemporaryError:
            self.unusable.setdefault(name, error)

    def _fetched(self, name: str, store: CopyStore, wanted: WantedFile) -> Fetched:
        """A wrong content is fetched once more: it may have been changed on its way."""
        try:
            return Fetched(self._moved(name, store, wanted), name)
        except _WrongContentError:
            return Fetched(self._moved(name, store, wanted), name)

    def _moved(self, name: str, store: CopyStore, wanted: WantedFile) -> int:
        times: list[int] = []
        target, temporary = wanted.target, temporary_path(wanted.workspace)
        try:
            with temporary.open("xb") as file:
                for block in self._checked(name, store.read(wanted.path, times.append), wanted.sha256):
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
                size_bytes = file.tell()
            if not wanted.is_right(temporary):
                raise _wrong_content(name)
            for modified_ns in times:
                set_times(temporary, modified_ns)
            new_folders: list[Path] = []
            if not target.parent.is_dir():
                new_folders = [each.parent for each in (target.parent, *target.parent.parents) if not each.exists()]
                target.parent.mkdir(parents=True, exist_ok=True)
            move_file(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
        for folder in (target.parent, *new_folders):
            sync_folder(folder)
        return size_bytes

    def _checked(self, name: str, content: Iterator[bytes], sha256: str | None) -> Iterator[bytes]:
        """The content. Raises `ItemError` at its end if it is another one."""
        hash_ = hashlib.sha256()
        try:
            for block in content:
                check(self.cancel)
                hash_.update(block)
                self.received(len(block))
                yield block
        except FileNotFoundError as error:
            raise ItemError(f"the copy '{name}' does not have it", Reason.NOT_FOUND) from error
        if sha256 not in (None, hash_.hexdigest()):
            raise _wrong_content(name)


def _wrong_content(name: str) -> _WrongContentError:
    return _WrongContentError(f"it is damaged in the copy '{name}'", Reason.HASH_MISMATCH)
