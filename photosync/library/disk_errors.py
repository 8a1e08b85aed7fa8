"""Which errors of the file system concern one file, and which the whole disk."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from photosync.errors import DestinationError, ItemError, Reason
from photosync.file_systems import OF_THE_DISK

_NO_FOLDER = frozenset({errno.EEXIST, errno.ENOTDIR, errno.ELOOP})


def disk_error(error: OSError, path: Path) -> DestinationError | ItemError:
    """The error for a file of the program itself: it concerns the whole run, unless this one file is too large."""
    if error.errno == errno.EFBIG:
        return file_error(error, path)
    reason = error.strerror or type(error).__name__
    return DestinationError(f"cannot write {path}: {reason}. Check that the disk is mounted, writable and not full.")


def file_error(error: OSError, path: Path) -> DestinationError | ItemError:
    """The error for one of many files: only a failing disk concerns the others."""
    if error.errno in OF_THE_DISK:
        return disk_error(error, path)
    reason = error.strerror or type(error).__name__
    if error.errno in _NO_FOLDER:
        reason = f"{error.filename or path.parent} is no folder"
    return ItemError(
        f"cannot write {path}: {reason}. Check the folder, its permissions and what its file system allows.",
        Reason.UNWRITABLE,
    )


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Raises the `disk_error` of any `OSError` inside."""
    try:
        yield
    except OSError as error:
        raise disk_error(error, path) from error


@contextmanager
def file_errors(path: Path) -> Iterator[None]:
    """Raises the `file_error` of any `OSError` inside."""
    try:
        yield
    except OSError as error:
        raise file_error(error, path) from error
