"""Calls that some file systems do not support. What is not supported is said once in a run, and the run goes on.

Network shares, FAT and FUSE file systems refuse to sync folders (`EINVAL`), to set times and modes of files of another
owner (`EPERM`) or to lock (`ENOLCK`). A failing disk (`EIO`, `ENOSPC`) is an error in each of these calls.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from filelock import BaseFileLock, FileLock, SoftFileLock, Timeout

from photosync import clock

_log = logging.getLogger(__name__)
_NOT_SUPPORTED = frozenset(
    (
        *(errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOTTY, errno.EOVERFLOW, errno.ERANGE),
        *(errno.EPERM, errno.EACCES, errno.EBADF, errno.EISDIR, errno.ENOLCK),
    )
)
OF_THE_DISK = frozenset(
    (
        *(errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ENODEV, errno.ENXIO),
        *(errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH),  # network file systems
        *(errno.EMFILE, errno.ENFILE, errno.ENOMEM),
    )
)
"""Errors of a disk that is full, read-only, damaged or gone: every other file that is written would meet the same."""
_LOCKS_NOT_SUPPORTED = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK})
_TICK_S = 0.25
"""How soon a wait for a lock notices that the run is ending."""
_said: set[str] = set()


def open_regular(path: Path, *, follow_links: bool = True) -> FileIO:
    """Open a regular file to read it. Raises `OSError`; anything else is `EINVAL`, and a pipe is not waited for."""
    # To open a socket or a device is an error like those of a disk that fails, so it is not tried.
    if stat.S_ISREG(path.stat(follow_symlinks=follow_links).st_mode):
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | (0 if follow_links else os.O_NOFOLLOW)
        descriptor = os.open(path, flags)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return FileIO(descriptor)
        os.close(descriptor)
    raise OSError(errno.EINVAL, "it is no regular file", str(path))


def sync_folder(folder: Path) -> None:
    """Sync the names in a folder. Raises `OSError` if the disk fails."""
    with _said_if_not_supported(folder, "syncing of folders", "after a power failure the newest files may be missing"):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def set_times(path: Path, nanoseconds: int) -> None:
    """Set the times of a file, in nanoseconds since 1970. Raises `OSError` if the disk fails.

    Times before 1970 are negative, which several file systems and Windows refuse; then the file keeps its time.
    """
    what = "times of files" if nanoseconds >= 0 else ""
    with _said_if_not_supported(path.parent, what, "files keep other times"), suppress(OverflowError):
        os.utime(path, ns=(nanoseconds, nanoseconds))


def copy_stat(source: Path, target: Path) -> None:
    """Give a regular file the permissions and times of another one. Raises `OSError` if the disk fails."""
    with _said_if_not_supported(target.parent, "times and permissions of files", "files have others"):
        shutil.copystat(source, target)


def copy_mode(source: Path, target: Path) -> None:
    """Give a file the permissions of another one. Raises `OSError` if the disk fails."""
    with _said_if_not_supported(target.parent, "permissions of files", "files have those of the mount"):
        shutil.copymode(source, target)


class Lock:
    """A lock between processes, on a file. The process that has it may take it again."""

    def __init__(
        self, path: Path, *, timeout_s: float, mode: int = 0o644, cancel: threading.Event | None = None
    ) -> None:
        """`timeout_s` is the longest wait for another process; it ends when `cancel` is set."""
        self._path = path
        self._timeout_s = timeout_s
        self._mode = mode
        self._cancel = cancel
        self._lock: BaseFileLock = FileLock(path, mode=mode, fallback_to_soft=False)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock. Raises `filelock.Timeout` if another process has it, and other `OSError`s of the disk.

        Raises `CancelledError` when the run ends during the wait; a free lock is taken all the same.
        """
        self._acquire()
        lock = self._lock
        try:
            yield
        finally:
            lock.release()

    def _acquire(self) -> None:
        try:
            self._await()
        except Timeout:
            raise
        except (OSError, NotImplementedError) as error:  # the second: ENOSYS
            if isinstance(error, OSError) and error.errno not in _LOCKS_NOT_SUPPORTED:
                raise
            _say("locks", self._path.parent, "a file that names the running process is used")
            self._lock = SoftFileLock(f"{self._path}.held", mode=self._mode)
            self._await()

    def _await(self) -> None:
        end = time.monotonic() + self._timeout_s
        while True:
            left_s = end - time.monotonic()
            try:
                self._lock.acquire(timeout=max(0.0, min(left_s, _TICK_S)))
            except Timeout:
                clock.check(self._cancel)
                if left_s <= _TICK_S:
                    raise
            else:
                return


@contextmanager
def _said_if_not_supported(folder: Path, what: str, meaning: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in _NOT_SUPPORTED:
            raise
        _say(what, folder, f"{meaning} ({error.strerror})")


def _say(what: str, folder: Path, meaning: str) -> None:
    if what and what not in _said:
        _said.add(what)
        _log.warning("the file system of %s does not support %s: %s", folder, what, meaning)
