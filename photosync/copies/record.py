"""What is known of a copy: its files, the hash of each, when it was read; and its runs. Each copy has its own database.

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

from photosync.errors import DestinationError, Exit

_MIGRATIONS = (
    """
    CREATE TABLE IF NOT EXISTS files (
        path TEXT PRIMARY KEY,
        size INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        md5 TEXT NOT NULL,
        tag TEXT NOT NULL,              -- as the store told it when the file was stored
        verified_at REAL                -- when it was read again and was right; NULL: never, or not right since
    ) WITHOUT ROWID;
    """,
    """
    ALTER TABLE files ADD COLUMN wrong_since REAL;  -- when it was found missing or damaged there; NULL: it is not

    CREATE TABLE runs (                 -- of `copy`
        run INTEGER PRIMARY KEY,
        began_at REAL NOT NULL,
        ended_at REAL,                  -- NULL: it runs, or was killed
        exit INTEGER,                   -- 0: the copy had all
        message TEXT                    -- why it ended early
    );
    """,
    """
    CREATE TABLE place (                -- where the files are; at most one row
        id TEXT NOT NULL,               -- the mark that the place has
        address TEXT NOT NULL           -- as configured when it was used last
    );
    """,
)
_FILES = "SELECT path, size, sha256, md5, tag, verified_at, wrong_since FROM files"


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
    wrong_since: float | None = None
    """When it was found missing or damaged in the copy; None: it was not, or it was repaired since."""

    def is_as_stored(self, size_bytes: int, tag: str) -> bool:
        """Whether a listing shows the content that was stored. A store may list an object's md5 for a tag."""
        return size_bytes == self.size_bytes and tag in (self.tag, self.md5)


@dataclass(frozen=True, slots=True)
class RecordedPlace:
    """The place that a record is about."""

    id: str
    """Made when the copy was begun; the copy has it as a mark."""
    address: str
    """What the configuration said when it was used last."""


class CopyRecord:
    """A context manager. One process at a time writes it. All methods raise `DestinationError` if the disk fails."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._errors():
            self._connection = sqlite3.connect(path, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._migrate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def _migrate(self) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > len(_MIGRATIONS):
            raise DestinationError(f"{self.path} was made by a newer version of photosync. Update this one.")
        for number, script in enumerate(_MIGRATIONS[version:], version + 1):
            self._connection.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")

    def file(self, path: str) -> RecordedCopy | None:
        """What is known of the file with this path."""
        with self._errors():
            row = self._connection.execute(f"{_FILES} WHERE path = ?", (path,)).fetchone()
        return RecordedCopy(*row) if row else None

    @property
    def is_empty(self) -> bool:
        """Whether no file is known."""
        with self._errors():
            return self._connection.execute("SELECT 1 FROM files LIMIT 1").fetchone() is None

    @property
    def count(self) -> int:
        """How many files are known."""
        with self._errors():
            (count,) = self._connection.execute("SELECT count(*) FROM files").fetchone()
        return int(count)

    def files(self) -> Iterator[RecordedCopy]:
        """All files, in the order of their paths."""
        with self._errors():
            for row in self._connection.execute(f"{_FILES} ORDER BY path"):
                yield RecordedCopy(*row)

    def note(self, files: Iterable[RecordedCopy]) -> None:
        """These files are in the copy."""
        rows = [(each.path, each.size_bytes, each.sha256, each.md5, each.tag, each.verified_at) for each in files]
        self._write("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, NULL)", rows)

    def note_read(self, paths: Iterable[str]) -> None:
        """These files were read in the copy, and were right."""
        now = time.time()
        self._write(
            "UPDATE files SET verified_at = ?, wrong_since = NULL WHERE path = ?", [(now, each) for each in paths]
        )

    def note_wrong(self, paths: Iterable[str]) -> None:
        """These files are not right in the copy, or not there: that they were read earlier does not count any more."""
        found = "UPDATE files SET verified_at = NULL, wrong_since = coalesce(wrong_since, ?) WHERE path = ?"
        now = time.time()
        self._write(found, [(now, each) for each in paths])

    @property
    def place(self) -> RecordedPlace | None:
        """Where the files are; None: no copy was begun, or by a version that did not note it."""
        with self._errors():
            row = self._connection.execute("SELECT id, address FROM place").fetchone()
        return RecordedPlace(*row) if row else None

    def note_place(self, place: RecordedPlace, *, is_another: bool = False) -> None:
        """The files are in this place. `is_another`: than before, so nothing is known of its files."""
        with self._errors(), self._connection:
            self._connection.execute("BEGIN")
            if is_another:
                self._connection.execute("DELETE FROM files")
            self._connection.execute("DELETE FROM place")
            self._connection.execute("INSERT INTO place VALUES (?, ?)", (place.id, place.address))

    def forget_readings(self) -> None:
        """That files were read there does not count any more."""
        with self._errors():
            self._connection.execute("UPDATE files SET verified_at = NULL WHERE verified_at IS NOT NULL")

    def begin_run(self) -> int:
        """A run of `copy` begins; its number."""
        with self._errors():
            began = self._connection.execute("INSERT INTO runs (began_at) VALUES (?)", (time.time(),))
        assert began.lastrowid is not None
        return began.lastrowid

    def end_run(self, run: int, status: Exit, message: str | None) -> None:
        """It has ended so; `message`: why early."""
        ended = "UPDATE runs SET ended_at = ?, exit = ?, message = ? WHERE run = ?"
        self._write(ended, [(time.time(), int(status), message, run)])

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
                f"{self.path}: {error}. Check the disk; a damaged file may be deleted: the next copy makes it again."
            ) from error
