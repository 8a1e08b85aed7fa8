"""One file's way up, as a worker goes it: hashed, looked for, sent; and looked for again when the answer gets lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto
from itertools import chain, repeat

from photosync import clock
from photosync.errors import (
    ItemError,
    LostAnswerError,
    NameTakenError,
    StorageFullError,
    TemporaryError,
)
from photosync.jobs.push.local_file import LocalFile
from photosync.library import suffixed
from photosync.model import Item
from photosync.provider import Sent, Uploader

MOST_SENDS = 4
"""So often are the bytes of a file sent whose answers get lost."""
_WAIT_S_PER_GIB = 180.0
"""A service may hash that long before it shows a large file (protocol notes on Cloud Drive, section 5.7)."""
_LOOK_AGAIN_S = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)


class OnConflict(StrEnum):
    """What to do when another content has a file's name at the service."""

    RENAME = "rename"
    SKIP = "skip"
    FAIL = "fail"


class Step(Enum):
    """What a worker is to do with a file."""

    HASH = auto()
    FIND = auto()
    SEND = auto()


@dataclass(frozen=True, slots=True)
class Task:
    """A file, and what is to be done with it next."""

    file: LocalFile
    step: Step


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What came of a task; an error concerns this file, or perhaps the whole service."""

    task: Task
    found: Item | None = None
    """What the service has of it already."""
    sent: Sent | None = None
    error: ItemError | TemporaryError | None = None
    note: str | None = None
    """What a person should know, and that is no failure."""


@dataclass(slots=True)
class Sender:
    """Does tasks; several threads share it."""

    account: str
    uploader: Uploader
    on_conflict: OnConflict
    cancel: threading.Event
    full: StorageFullError | None = None
    """The service has no room left: nothing more is sent."""

    def __call__(self, task: Task) -> TaskResult:
        """Do it. Sign-in errors and a cancelled run are raised: they concern everything."""
        try:
            return self._do(task)
        except (ItemError, TemporaryError) as error:
            return TaskResult(task, error=error)

    def _do(self, task: Task) -> TaskResult:
        if task.step is Step.HASH:
            task.file.digest()
            return TaskResult(task)
        if task.step is Step.FIND:
            return TaskResult(task, found=self.uploader.find(task.file))
        if self.full is not None:
            raise StorageFullError(str(self.full))
        try:
            return TaskResult(task, sent=self._deliver(task.file))
        except NameTakenError as error:
            return self._resolve(task, error)
        except StorageFullError as error:
            self.full = error
            raise

    def _resolve(self, task: Task, error: NameTakenError) -> TaskResult:
        """Another content has the name. The new name is made of the content, so that every run finds the same one."""
        if self.on_conflict is OnConflict.FAIL:
            raise error
        if self.on_conflict is OnConflict.SKIP:
            return TaskResult(task, note=f"{task.file.destination}: skipped, since the service has another file there")
        name = suffixed(task.file.name, self.account, task.file.digest().sha256)
        note = f"{task.file.destination}: the service has another file of that name; this one is {name} there"
        return TaskResult(task, sent=self._deliver(task.file.renamed(name)), note=note)

    def _deliver(self, file: LocalFile) -> Sent:
        """Send it, at most once successfully: after a lost answer it is looked for before it is sent again."""
        for tries in range(1, MOST_SENDS + 1):
            try:
                sent = self.uploader.send(file)
            except LostAnswerError as error:
                found = self._look(file, tries)
                if found is not None:
                    return Sent(file, found)
                lost = error
            else:
                # What an earlier try brought there is no stranger's.
                return sent if tries == 1 else replace(sent, was_there=False)
        raise lost

    def _look(self, file: LocalFile, tries: int) -> Item | None:
        """Look for a file that may have arrived: for a while if all of its bytes went out, else once."""
        patience_s = (
            max(self.uploader.wait_s, file.size_bytes / (1 << 30) * _WAIT_S_PER_GIB) if file.is_read_whole else 0.0
        )
        deadline = clock.monotonic() + patience_s
        for pause_s in chain(_LOOK_AGAIN_S, repeat(_LOOK_AGAIN_S[-1])):
            found = _or_none(lambda: self.uploader.find(file))
            if found is not None:
                return found
            left_s = deadline - clock.monotonic()
            if left_s <= 0:
                break
            clock.wait(self.cancel, min(pause_s, left_s))
        if not patience_s:
            clock.wait(self.cancel, _LOOK_AGAIN_S[tries - 1])  # the service is in trouble; do not add to it
        return None


def _or_none(find: Callable[[], Item | None]) -> Item | None:
    """A service that just failed may fail to look, too: then nothing is known yet."""
    try:
        return find()
    except TemporaryError:
        return None
