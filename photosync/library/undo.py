"""Undo records: they restore the earlier content of a changed file.

They are found by the hash of the file, never by its path, so that a moved file can be undone too. A record is written
before the changed file; after a crash, a record without such a file does no harm.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from photosync.file_systems import copy_mode, open_regular, sync_folder
from photosync.library.disk_errors import file_errors
from photosync.library.move import move_file
from photosync.library.own_folders import own_folder, temporary_path

_MADE = "made"
"""Replaces the earlier hash if there was no file before."""


class UndoRecords:
    """The records in one folder: `ab/abcd…-ef01….json` is named after the hash of a file and its earlier hash.

    All methods raise `ItemError` for a record that cannot be used, and `DestinationError` if the disk fails.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._synced: set[str] = set()
        """The folders of records whose names are on the disk."""

    def keep(self, sha256: str, before: str, record: bytes) -> None:
        """Write a record that turns the content `sha256` into the content `before`."""
        path = self.path(sha256, before)
        with file_errors(path):
            self._prepare(path.parent)
            if _is_file(path):
                return
            write_durably(path, record)

    def _prepare(self, folder: Path) -> None:
        """Create the folder of a record durably. A link in its place is refused, also one of a moment ago."""
        own_folder(self._folder.parent, self._folder.name, folder.name)
        if folder.name not in self._synced:  # once in a run, also one that a killed run has created
            sync_folder(self._folder)
            self._synced.add(folder.name)

    def keep_made(self, sha256: str) -> None:
        """Record that a file with this content was created where there was none."""
        self.keep(sha256, _MADE, b"{}")

    def find(self, sha256: str) -> dict[str, bytes]:
        """The records for a file with this content, by the hash of the earlier content."""
        folder = self._folder / sha256[:2]
        with file_errors(folder):
            found = sorted(folder.glob(f"{sha256}-*.json"))
            return {path.stem.partition("-")[2]: _content(path) for path in found if not path.stem.endswith(_MADE)}

    def all(self) -> Iterator[tuple[str, str]]:
        """The hashes of the two contents of every record, the earlier one second."""
        with file_errors(self._folder):
            for path in self._folder.glob("*/*-*.json"):
                sha256, _, before = path.stem.partition("-")
                if before != _MADE:
                    yield sha256, before

    def was_made(self, sha256: str) -> bool:
        """Whether a file with this content was created where there was none."""
        with file_errors(self._folder):
            return self.path(sha256, _MADE).exists()

    def path(self, sha256: str, before: str = _MADE) -> Path:
        """The file of a record, which need not exist; by default of one that says that the file was created."""
        return self._folder / sha256[:2] / f"{sha256}-{before}.json"


def _is_file(path: Path) -> bool:
    """Whether it is a regular file, and no link to one."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def _content(path: Path) -> bytes:
    with open_regular(path) as file:
        return file.read()


def write_durably(path: Path, content: bytes | Iterator[bytes], workspace: Path | None = None) -> None:
    """Write a file in one step: after a crash it has the old content or the new one. Raises `OSError`.

    A large content comes in parts. The temporary file is created in `workspace`, by default in the same folder.
    """
    temporary = temporary_path(workspace or path.parent)
    for folder in {path.parent, temporary.parent}:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
    try:
        with temporary.open("xb") as file:
            file.writelines((content,) if isinstance(content, bytes) else content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            copy_mode(path, temporary)
        move_file(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
