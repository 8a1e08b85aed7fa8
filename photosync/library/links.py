"""Second names of files, and copies: what the file system has of them, and how each is made."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import suppress
from pathlib import Path

from photosync.errors import ItemError, Reason
from photosync.file_systems import copy_stat
from photosync.library.move import move_file
from photosync.library.own_folders import temporary_path
from photosync.library.partial import digest_of

_FICLONE = 0x40049409
"""Lets a new file share the blocks of another one, where the file system can: `ioctl_ficlone(2)`."""
_TARGET = "target"


def has_symlinks(folder: Path) -> bool:
    """Whether symbolic links can be made in the folder, and read. Tries it."""
    link = temporary_path(folder)
    try:
        link.symlink_to(_TARGET)
        return os.readlink(link) == _TARGET  # noqa: PTH115 - the text as it is
    except OSError:
        return False
    finally:
        with suppress(OSError):
            link.unlink()


def has_hard_links(folder: Path, file: Path) -> bool:
    """Whether a file of the library can have a second name in the folder. Tries it."""
    link = temporary_path(folder)
    try:
        link.hardlink_to(file)
        return link.samefile(file)
    except OSError:
        return False
    finally:
        with suppress(OSError):
            link.unlink()


def remove_tried_links(folder: Path, file: Path) -> None:
    """Remove what a killed run left of the tries. `file`: the one that `has_hard_links` got."""
    for each in folder.glob(".*.new"):
        with suppress(OSError):
            is_ours = os.readlink(each) == _TARGET if each.is_symlink() else each.samefile(file)  # noqa: PTH115
            if is_ours:
                each.unlink()


def copy_file(source: Path, target: Path, sha256: str, workspace: Path) -> None:
    """Copy a file in one step, and compare it with its hash. Raises `OSError`, and `ItemError` for another content.

    The second file is in `workspace` until it is complete.
    """
    second = temporary_path(workspace)
    try:
        with source.open("rb") as reading, second.open("xb") as writing:
            try:
                fcntl.ioctl(writing.fileno(), _FICLONE, reading.fileno())
            except OSError:
                shutil.copyfileobj(reading, writing, 1 << 20)
            writing.flush()
            os.fsync(writing.fileno())
        if digest_of(second).sha256 != sha256:
            raise ItemError(f"{source} is not as it was saved: photosync verify", Reason.HASH_MISMATCH)
        copy_stat(source, second)
        move_file(second, target, workspace=workspace)
    finally:
        second.unlink(missing_ok=True)
