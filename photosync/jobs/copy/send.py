"""Brings one file of the library to a copy, or finds that it is there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from io import FileIO
from threading import Event

from photosync import clock
from photosync.copies import CopyStore, RecordedCopy, Stored, WrongContentError
from photosync.errors import ItemError, Reason, TemporaryError
from photosync.file_systems import open_regular
from photosync.jobs.copy.library_files import LibraryFile
from photosync.jobs.copy.other_copies import OtherCopies
from photosync.jobs.copy.parallel import check
from photosync.library import Hashes
from photosync.model import Digest

_AT_ONCE = 4 << 20
_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class Task:
    """A file that may have to be sent."""

    file: LibraryFile
    stored: Stored | None
    """What the copy has under this path."""
    keep_as: str | None
    """Where another content that is there is kept; None: it is not."""
    is_wrong: bool = False
    """What is there was read and is wrong, whatever the store lists."""
    is_doubtful: bool = False
    """A check found it wrong, or could not read it: it is read again, whatever the store lists."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The result for one file."""

    task: Task
    record: RecordedCopy | None = None
    """None: it failed."""
    was_there: bool = False
    error: ItemError | TemporaryError | None = None


def task_for(
    file: LibraryFile,
    there: dict[str, Stored],
    earlier: str | None,
    *,
    is_wrong: bool = False,
    is_doubtful: bool = False,
) -> Task:
    """The task for a file. Another content that is there gets a path in the folder `earlier`, which nothing has.

    Without `earlier`, it is not kept.
    """
    stored = there.get(file.path)
    if stored is None or earlier is None:
        return Task(file, stored, None, is_wrong, is_doubtful)
    day, number = clock.now().date().isoformat(), 2
    free = f"{earlier}/{day}/{file.path}"
    while free in there:  # the clock was set back, or it is replaced again on the same day
        free, number = f"{earlier}/{day}.{number}/{file.path}", number + 1
    there[free] = stored
    return Task(file, stored, free, is_wrong, is_doubtful)


class Sender:
    """Called by the workers."""

    def __init__(self, store: CopyStore, take: Callable[[int], object], cancel: Event, others: OtherCopies) -> None:
        """`take` is told of the bytes that are sent, and waits if they are too many."""
        self._others = others
        self._store = store
        self._take = take
        self._cancel = cancel

    def __call__(self, task: Task) -> Sent:
        """Send the file, unless its content is there. Raises the errors that end the run."""
        try:
            return self._sent_offsite(task) if task.file.offsite else self._sent(task)
        except (ItemError, TemporaryError) as error:
            return Sent(task, error=error)

    def _sent(self, task: Task) -> Sent:
        if task.stored is not None and not task.is_wrong:
            found = self._local(task.file)
            if self._has(task.stored, found, by_tag=not task.is_doubtful):
                return Sent(task, _record(task.file, found, task.stored.tag), was_there=True)
        hashes = Hashes()
        try:
            with _open(task.file) as source:
                status = os.fstat(source.fileno())
                tag = self._store.write(
                    task.file.path,
                    status.st_size,
                    self._content(task.file, source, hashes),
                    status.st_mtime_ns,
                    is_new=task.stored is None,
                    keep_as=task.keep_as,
                    md5=lambda: hashes.digest().md5,
                )
        except WrongContentError as error:
            raise ItemError(f"{error}; the next run sends it again", Reason.HASH_MISMATCH) from error
        return Sent(task, _record(task.file, hashes.digest(), tag))

    def _sent_offsite(self, task: Task) -> Sent:
        """The library does not have the file: this copy has it, or else another one."""
        file = task.file
        if task.stored is not None:
            there = self._digest_there(task.stored)
            if there is not None and there.sha256 == file.sha256:
                return Sent(task, _record(file, there, task.stored.tag), was_there=True)
        with self._others.fetched(file.path, str(file.sha256)) as (path, _):
            return self._sent(replace(task, file=replace(file, where=str(path)), is_wrong=True))

    def _has(self, stored: Stored, local: Digest, *, by_tag: bool) -> bool:
        """Whether the copy has this content. A run that was killed may not have recorded it."""
        if stored.size_bytes != local.size_bytes:
            return False
        if by_tag and stored.tag == local.md5:
            return True
        there = self._digest_there(stored)
        return there is not None and there.sha256 == local.sha256

    def _digest_there(self, stored: Stored) -> Digest | None:
        """None for what cannot be read."""
        there = Hashes()
        with suppress(FileNotFoundError, ItemError):  # a listing may be a little old; a disk may have a bad sector
            for block in self._store.read(stored.path):
                check(self._cancel)
                there.update(block)
            return there.digest()
        return None

    def _local(self, file: LibraryFile) -> Digest:
        hashes = Hashes()
        with _open(file) as source:
            for _ in self._content(file, source, hashes, is_sent=False):
                pass
        return hashes.digest()

    def _content(self, file: LibraryFile, source: FileIO, hashes: Hashes, *, is_sent: bool = True) -> Iterator[bytes]:
        """The file's content. Raises `ItemError` before its end, so that nothing is stored, if it is another one."""
        size_bytes = os.fstat(source.fileno()).st_size
        # A small file is read at once: each call of the system lets other threads go first.
        most = size_bytes + 1 if size_bytes <= _AT_ONCE else _BLOCK
        try:
            block = source.read(most)
            while block:
                check(self._cancel)
                hashes.update(block)
                if is_sent:
                    self._take(len(block))
                if not (following := source.read(most)):
                    break
                yield block
                block = following
        except OSError as error:
            raise _unreadable(file, error) from error
        if file.sha256 not in (None, hashes.digest().sha256):
            raise ItemError(
                f"{file.source} is not as it was saved, and was not sent: photosync verify --repair", Reason.DAMAGED
            )
        if block:
            yield block


def _open(file: LibraryFile) -> FileIO:
    try:
        # What has a hash of its own may be behind a link; a list that is one could be any file of the computer.
        return open_regular(file.source, follow_links=file.sha256 is not None)
    except OSError as error:
        raise _unreadable(file, error) from error


def _unreadable(file: LibraryFile, error: OSError) -> ItemError:
    return ItemError(f"{file.source} cannot be read: {error.strerror}", Reason.UNREADABLE)


def _record(file: LibraryFile, digest: Digest, tag: str) -> RecordedCopy:
    return RecordedCopy(file.path, digest.size_bytes, digest.sha256, digest.md5, tag)
