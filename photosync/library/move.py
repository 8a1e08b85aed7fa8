"""Moves a file in one step, also to another file system: a folder of the library may be a mount or a link to one."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from pathlib import Path

from photosync.file_systems import copy_stat
from photosync.library.partial import digest_of


def move_file(source: Path, target: Path) -> None:
    """Move a file; a file at `target` is replaced. Raises `OSError`; then `source` is still there."""
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(source, target)
        source.unlink()


def _copy(source: Path, target: Path) -> None:
    """Copy to a second file beside `target`, compare it, and rename it.

    The second file's name depends on `target` alone: after a crash, the next move to `target` removes it.
    """
    second = target.with_name(f".photosync-{hashlib.sha256(target.name.encode()).hexdigest()[:32]}.new")
    second.unlink(missing_ok=True)
    try:
        _write_copy(source, second)
        second.replace(target)
    except BaseException:
        second.unlink(missing_ok=True)
        raise


def _write_copy(source: Path, second: Path) -> None:
    with source.open("rb") as reading, second.open("xb") as writing:
        shutil.copyfileobj(reading, writing, 1 << 20)
        writing.flush()
        os.fsync(writing.fileno())
    if digest_of(second) != digest_of(source):
        raise OSError(errno.EIO, "the copy differs from the file", str(second))
    copy_stat(source, second)
