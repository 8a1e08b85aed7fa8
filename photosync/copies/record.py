"""What is known of a copy: its files, the hash of each, and when it was read. A database of its own for each copy.

It is not part of the catalog, so that a copy, which can take days, does not keep a pull from running. If it is lost, a
file in the copy is compared with the library's by the tag that the store lists, or is read.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from photosync.errors import DestinationError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    md5 TEXT NOT NULL,
    tag TEXT NOT NULL,              -- as the store told it when the file was stored
    verified_at REAL                -- when it was read again and was right; NULL: never, or not right since
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class RecordedCopy:
    """A file that was stored, and how."""

    path: str
    size_bytes: int
    sha256: str
    md5: str
    tag: str
    verified_at: float | None = None
    """Seconds since 1970; None: it was not read since it was stored, or was not right when it was looked at last."""

    def is_as_stored(self, size_bytes: int, tag: str) -> bool:
        """Whether a listing shows the content that was stored. A store may list an object's md5 for a tag."""
        return size_bytes == self.size_bytes and tag in (self.tag, self.md5)


class CopyRecord:
    """A context manager. One process at a time writes it. All methods raise `DestinationError` if the disk fails."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._errors():
            self._connection = sqlite3.connect(path, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.executescript(_SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def file(self, path: str) -> RecordedCopy | None:
        """What is known of the file with this path."""
        with self._errors():
            row = self._connection.execute("SELECT * FROM files WHERE path = ?", (path,)).fetchone()
        return RecordedCopy(*row) if row else None

    @property
    def is_empty(self) -> bool:
        """Whether no file is known."""
        with self._errors():
            return self._connection.execute("SELECT 1 FROM files LIMIT 1").fetchone() is None

    def files(self) -> Iterator[RecordedCopy]:
        """All files, in the order of their paths."""
        with self._errors():
            for row in self._connection.execute("SELECT * FROM files ORDER BY path"):
                yield RecordedCopy(*row)

    def note(self, files: Iterable[RecordedCopy]) -> None:
        """These files are in the copy."""
        rows = [(each.path, each.size_bytes, each.sha256, each.md5, each.tag, each.verified_at) for each in files]
        self._write("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?)", rows)

    def note_read(self, paths: Iterable[str]) -> None:
        """These files were read in the copy, and were right."""
        now = time.time()
        self._write("UPDATE files SET verified_at = ? WHERE path = ?", [(now, each) for each in paths])

    def note_wrong(self, paths: Iterable[str]) -> None:
        """These files are not right in the copy, or not there: that they were read earlier does not count any more."""
        self._write("UPDATE files SET verified_at = NULL WHERE path = ?", [(each,) for each in paths])

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        with self._errors(), self._connection:
            self._connection.execute("BEGIN")
            self._connection.executemany(statement, rows)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise DestinationError(
                f"{self._path}: {error}. Check the disk; a damaged file may be deleted: the next copy makes it again."
            ) from error
