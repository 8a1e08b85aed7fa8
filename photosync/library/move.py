"""Moves a file in one step, also to another file system: a folder of the library may be a mount or a link to one."""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from pathlib import Path

from photosync.file_systems import copy_stat
from photosync.library.partial import digest_of


def move_file(source: Path, target: Path, *, workspace: Path | None = None) -> None:
    """Move a file; a file at `target` is replaced. Raises `OSError`; then `source` is still there.

    `workspace`: the folder of the program that is tidied after a crash; by default that of `source`.
    """
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(source, target, workspace or source.parent)
        source.unlink()


def _copy(source: Path, target: Path, workspace: Path) -> None:
    """Copy to a second file next to `target`, compare it, and rename it.

    The second file is recorded in the workspace before it is written: `remove_temporary_files` finds it after a crash.
    """
    name = uuid.uuid4().hex
    second, record = target.with_name(f".photosync-{name}.new"), workspace / f".{name}.copy"
    try:
        _write(record, os.fsencode(second.absolute()))
        _write_copy(source, second)
        second.replace(target)
    finally:
        if os.path.lexists(second):  # on a read-only disk, a file that is not there cannot be removed
            second.unlink()
        record.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _write_copy(source: Path, second: Path) -> None:
    with source.open("rb") as reading, second.open("xb") as writing:
        shutil.copyfileobj(reading, writing, 1 << 20)
        writing.flush()
        os.fsync(writing.fileno())
    if digest_of(second) != digest_of(source):
        raise OSError(errno.EIO, "the copy differs from the file", str(second))
    copy_stat(source, second)
