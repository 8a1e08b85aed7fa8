"""Small files of a user's state, replaced in one step, which only their owner can read."""

from __future__ import annotations

import errno
import glob
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from photosync.file_systems import sync_folder

_UNUSED_S = 60.0
"""A temporary file is written in less time."""


def make_folder(folder: Path) -> None:
    """Make a folder with mode 0700, and those above it. Raises `OSError`."""
    if not folder.is_dir():
        # Not with `parents`, which would set the mode of the last folder only.
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def write(path: Path, content: bytes) -> None:
    """Replace a file in one step, durably; its mode is 0600. Raises `OSError`."""
    _write(path, content, Path.replace)


def create(path: Path, content: bytes) -> None:
    """The same for a new file. Raises `FileExistsError` if there is one, and other `OSError`s."""
    _write(path, content, _move_to_new)


def _move_to_new(temporary: Path, path: Path) -> None:
    try:
        path.hardlink_to(temporary)  # in one step, and not if there is a file
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        temporary.replace(path)
    else:
        temporary.unlink()


def _write(path: Path, content: bytes, move: Callable[[Path, Path], object]) -> None:
    make_folder(path.parent)
    _remove_leftovers(path)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - it takes a descriptor
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        move(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _remove_leftovers(path: Path) -> None:
    """Remove the temporary files of killed runs, which may have secrets; one that is in use is younger."""
    for leftover in path.parent.glob(f"{glob.escape(path.name)}.{'[0-9a-f]' * 12}"):
        with suppress(OSError):
            if leftover.lstat().st_mtime < time.time() - _UNUSED_S:
                leftover.unlink()
