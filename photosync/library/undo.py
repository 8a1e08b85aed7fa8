"""Undo records: what gives a changed file its earlier bytes back, kept under the hash of what it became.

Found by content, never by path, so that a file that was moved or renamed can still be taken back. A record is on the
disk before the changed file takes its name; one that no file needs (a crash came between) does no harm.
"""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path

from photosync.library.partial import disk_error

_MADE = "made"
"""In place of the earlier hash: there was no file before."""


class UndoRecords:
    """The records in one folder: `undo/ab/abcd…-ef01….json`, by the hash that the file has and the one that it had."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, sha256: str, before: str, record: bytes) -> None:
        """Bring a record to the disk: it turns the content `sha256` into the content `before`."""
        path = self._path(sha256, before)
        if path.exists():
            return
        try:
            is_new = not path.parent.exists()
            write_durably(path, record)
            if is_new:
                sync_folder(self._folder)
        except OSError as error:
            raise disk_error(error, path) from error

    def keep_made(self, sha256: str) -> None:
        """Note that a file with this content was made where there was none."""
        self.keep(sha256, _MADE, b"{}")

    def find(self, sha256: str) -> dict[str, bytes]:
        """The records for a file with this content, by the hash that each leads back to."""
        folder = self._folder / sha256[:2]
        found = sorted(folder.glob(f"{sha256}-*.json"))
        return {path.stem.partition("-")[2]: path.read_bytes() for path in found if not path.stem.endswith(_MADE)}

    def was_made(self, sha256: str) -> bool:
        """Whether this content was made where there was no file."""
        return self._path(sha256, _MADE).exists()

    def _path(self, sha256: str, before: str) -> Path:
        return self._folder / sha256[:2] / f"{sha256}-{before}.json"


def write_durably(path: Path, content: bytes, workspace: Path | None = None) -> None:
    """Give `path` this content in one step: after a crash it has the old content or the new one. Raises `OSError`.

    What is not finished lies in `workspace`, in the same file system, or else beside.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = (workspace or path.parent) / f".{uuid.uuid4().hex}.new"
    temporary.parent.mkdir(parents=True, exist_ok=True)
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in `folder` to the disk. Raises `OSError`."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
