"""The work on one file: hash it, search for it at the service, send it.

When the answer to a sent file is lost, the worker searches for the file before it sends it again.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain, repeat

from photosync import clock
from photosync.errors import ItemError, LostAnswerError, NameTakenError, Reason, StorageFullError, TemporaryError
from photosync.jobs.push.decide import Step
from photosync.jobs.push.local_file import LocalFile
from photosync.library import suffixed
from photosync.model import Item
from photosync.provider import Sent, Uploader

MAX_SENDS = 4
"""The maximum number of uploads of a file whose answers get lost."""
_WAIT_S_PER_GIB = 180.0
"""A service may hash that long before it shows a large file (protocol notes on Cloud Drive, section 5.7)."""
_LOOK_AGAIN_S = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)


class OnConflict(StrEnum):
    """What to do when another content has a file's name at the service."""

    RENAME = "rename"
    SKIP = "skip"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Task:
    """A file, and the step to do: `HASH`, `FIND` or `SEND`."""

    file: LocalFile
    step: Step


@dataclass(frozen=True, slots=True)
class TaskResult:
    """The result of a task; an error concerns this file, or perhaps the whole service."""

    task: Task
    found: Item | None = None
    """The item that has its content at the service."""
    sent: Sent | None = None
    error: ItemError | TemporaryError | None = None
    note: str | None = None
    """A message for the user that is not a failure."""


@dataclass(slots=True)
class Worker:
    """Carries out tasks; thread-safe."""

    account: str
    uploader: Uploader
    on_conflict: OnConflict
    cancel: threading.Event
    storage_full: str | None = None
    """The message of a service that has no storage left: nothing more is sent."""

    def __call__(self, task: Task) -> TaskResult:
        """Do a task. Sign-in errors and a cancelled run are raised: they concern all files."""
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
        if self.storage_full is not None:
            raise StorageFullError(self.storage_full)
        try:
            return TaskResult(task, sent=self._deliver(task.file))
        except NameTakenError as error:
            return self._resolve(task, error)
        except ItemError as error:
            if error.reason is Reason.STORAGE_FULL:
                self.storage_full = str(error)
            raise

    def _resolve(self, task: Task, error: NameTakenError) -> TaskResult:
        """Another content has the name. The new name depends only on the content, so that each run gives the same."""
        if self.on_conflict is OnConflict.FAIL:
            raise error
        if self.on_conflict is OnConflict.SKIP:
            return TaskResult(task, note=f"{task.file.destination}: skipped, since the service has another file there")
        name = suffixed(task.file.name, self.account, task.file.digest().sha256)
        note = f"{task.file.destination}: the service has another file of that name; this one is {name} there"
        return TaskResult(task, sent=self._deliver(task.file.renamed(name)), note=note)

    def _deliver(self, file: LocalFile) -> Sent:
        """Send it so that it arrives once: after a lost answer, search for it before it is sent again."""
        for attempt in range(1, MAX_SENDS + 1):
            try:
                sent = self.uploader.send(file)
            except LostAnswerError as error:
                found = self._look(file, attempt)
                if found is not None:
                    return Sent(file, found)
                lost = error
            else:
                # Content from an earlier attempt of this run was not at the service before.
                return sent if attempt == 1 else replace(sent, was_there=False)
        raise lost

    def _look(self, file: LocalFile, attempt: int) -> Item | None:
        """Search for a file that may have arrived: for some time if all of its bytes were sent, else once."""
        longest_s = max(self.uploader.wait_s, file.size_bytes / (1 << 30) * _WAIT_S_PER_GIB)
        search_s = longest_s if file.is_read_whole else 0.0
        deadline = clock.monotonic() + search_s
        for pause_s in chain(_LOOK_AGAIN_S, repeat(_LOOK_AGAIN_S[-1])):
            with suppress(TemporaryError):
                found = self.uploader.find(file)
                if found is not None:
                    return found
            left_s = deadline - clock.monotonic()
            if left_s <= 0:
                break
            clock.wait(self.cancel, min(pause_s, left_s))
        if not search_s:
            clock.wait(self.cancel, _LOOK_AGAIN_S[attempt - 1])  # do not add to the service's load
        return None
