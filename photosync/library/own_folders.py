"""Folders and temporary files that belong to the program: never reached through links, and removed after a kill.

Somebody else may be able to write to the library. A symbolic link among the program's folders would lead its files,
and the removal of its files, to any other folder.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import stat
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from photosync.errors import DestinationError

_WORKSPACE_PREFIX = ".photosync-fix-"
_WORKSPACE = re.compile(re.escape(_WORKSPACE_PREFIX) + "[a-z0-9_]{8}")
_TEMPORARY = re.compile(r"\.(photosync-)?[0-9a-f]{32}\.new(-wal|-shm)?|(fixed|mended)-[a-z0-9_]{8}\.partial")
"""The names of `write_durably`, `move_file`, the fixer's second files and a catalog that is being made; those of
earlier versions too."""
_COPY_RECORD = re.compile(r"\.[0-9a-f]{32}\.copy")
"""The names of files that have the path of an unfinished copy on another disk: see `move_file`."""


def own_folder(parent: Path, *names: str) -> Path:
    """The folder below `parent`, created if it is missing. Raises `OSError`, and `DestinationError` for a link."""
    if not parent.is_dir():
        parent.mkdir(parents=True, exist_ok=True)
    folder = parent
    for name in names:
        folder /= name
        try:
            mode = folder.lstat().st_mode
        except FileNotFoundError:
            folder.mkdir(exist_ok=True)
            continue
        if stat.S_ISLNK(mode):
            raise DestinationError(
                f"{folder} is a symbolic link. photosync does not write through it: remove it and run again."
            )
        if not stat.S_ISDIR(mode):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder))
    return folder


def is_own_folder(parent: Path, *names: str) -> bool:
    """Whether the folder is there, and no link leads to it."""
    folders = [parent.joinpath(*names[:length]) for length in range(1, len(names) + 1)]
    return all(folder.is_dir() and not folder.is_symlink() for folder in folders)


@contextmanager
def fix_workspace(parent: Path) -> Iterator[Path]:
    """A folder for second files in the same file system. It is locked while it is used, and removed at the end."""
    while True:
        with tempfile.TemporaryDirectory(prefix=_WORKSPACE_PREFIX, dir=parent, ignore_cleanup_errors=True) as name:
            folder = Path(name)
            with _locked(folder):
                if not folder.exists():
                    continue  # another run took it for a leftover before it was locked
                yield folder
                return


def remove_workspaces(parent: Path) -> None:
    """Remove the workspaces in a folder that a killed run left. One that another run uses stays."""
    for folder in parent.glob(f"{_WORKSPACE_PREFIX}*"):
        if _WORKSPACE.fullmatch(folder.name) and folder.is_dir() and not folder.is_symlink():
            with suppress(OSError), _locked(folder, required=True):
                remove_temporary_files(folder)


def temporary_path(folder: Path) -> Path:
    """A new path for a file that `remove_temporary_files` removes if this run is killed."""
    return folder / f".{uuid.uuid4().hex}.new"


def remove_temporary_files(folder: Path, *, unused_for_s: float = 0.0, recursive: bool = True) -> None:
    """Remove the temporary files below a folder, and empty workspaces.

    The caller holds a lock that all writers hold, or gives a time in which any of them would have finished.
    """
    if os.path.islink(folder):  # noqa: PTH114 - false for what cannot be examined
        return
    latest = time.time() - unused_for_s
    walk = os.walk(folder, topdown=False) if recursive else islice(os.walk(folder), 1)
    for parent, _, names in walk:
        for record in (Path(parent) / name for name in names if _COPY_RECORD.fullmatch(name)):
            with suppress(OSError):  # tried again by the next run
                _remove_recorded_copy(record)
        for path in (Path(parent) / name for name in names if _TEMPORARY.fullmatch(name)):
            with suppress(OSError):  # it stays, and harms nothing
                if path.lstat().st_mtime <= latest:
                    path.unlink()
        if _WORKSPACE.fullmatch(Path(parent).name):
            with suppress(OSError):
                Path(parent).rmdir()


def _remove_recorded_copy(record: Path) -> None:
    """Remove an unfinished copy, and its record. Somebody else may have written the record: only copies are removed."""
    copy = Path(os.fsdecode(record.read_bytes())) if record.is_file() and not record.is_symlink() else record
    if copy.name == f".photosync-{record.name[1 : -len('.copy')]}.new":
        with suppress(ValueError):  # a zero byte in the path
            copy.unlink(missing_ok=True)
    record.unlink()


@contextmanager
def _locked(folder: Path, *, required: bool = False) -> Iterator[None]:
    """Lock a folder. Raises `OSError` if it is `required` and not possible: another run has it, or no locks exist."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if required:
                raise
        yield
    finally:
        os.close(descriptor)
