"""What is known of a copy: its files, the hash of each, when it was read; and its runs. Each copy has its own database.

It is not part of the catalog, so that a copy, which can take days, does not keep a pull from running. If it is lost, a
file in the copy is compared with the library's by the tag that the store lists, or is read.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from photosync.databases import address_to_read
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
    """
    ALTER TABLE place ADD COLUMN catalog TEXT NOT NULL DEFAULT '';  -- when that was begun; '': not known
    """,
)
_TOTALS = """SELECT count(*), coalesce(sum(size), 0), count(wrong_since), max(verified_at),
    (SELECT max(run) FROM runs), (SELECT max(ended_at) FROM runs WHERE exit = 0) FROM files"""
_FILES = "SELECT path, size, sha256, md5, tag, verified_at, wrong_since FROM files"


@contextmanager
def record_errors(path: Path) -> Iterator[None]:
    """Errors of the record at `path` are raised as `DestinationError`."""
    try:
        yield
    except (sqlite3.Error, ValueError, TypeError, OverflowError) as error:  # the others: of a value that cannot be
        raise DestinationError(
            f"{path}: {error}. Check the disk; a damaged file may be deleted: the next copy makes it again."
        ) from error


def time_of(seconds: float | None) -> datetime | None:
    """A time that is recorded as seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None


@dataclass(frozen=True, slots=True)
class RecordedCopy:
    """A file that was stored, and how."""

    path: str
    size_bytes: int
    sha256: str
    md5: str
    """Empty: not known."""
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
    catalog: str = ""
    """When the catalog was begun that was brought there last; empty: not known."""


@dataclass(frozen=True, slots=True)
class CopyTotals:
    """What is known of a copy as a whole."""

    files: int
    size_bytes: int
    wrong: int
    """Files that were found missing or damaged there, and were neither repaired nor right since."""
    last_verified_at: datetime | None
    """When a file was read last, and was right."""
    last_run_at: datetime | None
    """When the last run of `copy` began."""
    last_exit: Exit | None
    """Its exit status; None: it has not ended, or there was none."""
    last_message: str | None
    """Why it ended early."""
    last_good_at: datetime | None
    """When the last run ended that brought all."""


class CopyRecord:
    """A context manager. One process at a time writes it. All methods raise `DestinationError` if the disk fails."""

    def __init__(self, path: Path, *, to_read: bool = False) -> None:
        """`to_read`: nothing is changed on the disk, and another process may write it meanwhile."""
        self.path = path
        with record_errors(path):
            address = address_to_read(path) if to_read else path.absolute().as_uri()
            self._connection = sqlite3.connect(address, uri=True, isolation_level=None)
            if to_read:
                self._read_in_memory_if_older()
            else:
                self._connection.execute("PRAGMA journal_mode = WAL")
            self._migrate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @property
    def _version(self) -> int:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        return int(version)

    def _read_in_memory_if_older(self) -> None:
        if self._version < len(_MIGRATIONS):
            on_disk, self._connection = self._connection, sqlite3.connect(":memory:", isolation_level=None)
            on_disk.backup(self._connection)
            on_disk.close()

    def _migrate(self) -> None:
        version = self._version
        if version > len(_MIGRATIONS):
            raise DestinationError(f"{self.path} was made by a newer version of photosync. Update this one.")
        for number, script in enumerate(_MIGRATIONS[version:], version + 1):
            self._connection.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")

    def file(self, path: str) -> RecordedCopy | None:
        """What is known of the file with this path."""
        with record_errors(self.path):
            row = self._connection.execute(f"{_FILES} WHERE path = ?", (path,)).fetchone()
        return RecordedCopy(*row) if row else None

    def files_at(self, paths: Sequence[str]) -> dict[str, RecordedCopy]:
        """What is known of the files with these paths, by path. Takes a fifth of the time of one after the other."""
        wanted = f"{_FILES} WHERE path IN (SELECT value FROM json_each(?))"  # noqa: S608 - our own text
        with record_errors(self.path):
            rows = self._connection.execute(wanted, (json.dumps(paths),)).fetchall()
        return {row[0]: RecordedCopy(*row) for row in rows}

    @property
    def is_empty(self) -> bool:
        """Whether no file is known."""
        with record_errors(self.path):
            return self._connection.execute("SELECT 1 FROM files LIMIT 1").fetchone() is None

    @property
    def count(self) -> int:
        """How many files are known."""
        with record_errors(self.path):
            (count,) = self._connection.execute("SELECT count(*) FROM files").fetchone()
        return int(count)

    def files(self) -> Iterator[RecordedCopy]:
        """All files, in the order of their paths."""
        with record_errors(self.path):
            for row in self._connection.execute(f"{_FILES} ORDER BY path"):
                yield RecordedCopy(*row)

    def totals(self) -> CopyTotals:
        """All in all."""
        with record_errors(self.path):
            files, size_bytes, wrong, verified_at, run, good_at = self._connection.execute(_TOTALS).fetchone()
            last = "SELECT began_at, exit, message FROM runs WHERE run = ?"
            began_at, status, message = self._connection.execute(last, (run,)).fetchone() or (None, None, None)
            return CopyTotals(
                files=files,
                size_bytes=size_bytes,
                wrong=wrong,
                last_verified_at=time_of(verified_at),
                last_run_at=time_of(began_at),
                last_exit=Exit(status) if status is not None else None,
                last_message=message,
                last_good_at=time_of(good_at),
            )

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
        with record_errors(self.path):
            row = self._connection.execute("SELECT id, address, catalog FROM place").fetchone()
        return RecordedPlace(*row) if row else None

    def note_place(self, place: RecordedPlace, *, is_another: bool = False) -> None:
        """The files are in this place. `is_another`: than before, so nothing is known of its files."""
        with record_errors(self.path), self._connection:
            self._connection.execute("BEGIN")
            if is_another:
                self._connection.execute("DELETE FROM files")
                self._connection.execute("DELETE FROM runs WHERE ended_at IS NOT NULL")
            self._connection.execute("DELETE FROM place")
            self._connection.execute("INSERT INTO place VALUES (?, ?, ?)", (place.id, place.address, place.catalog))

    def note_catalog(self, begun: str) -> None:
        """The copy has the catalog that was begun then."""
        with record_errors(self.path):
            self._connection.execute("UPDATE place SET catalog = ? WHERE catalog <> ?", (begun, begun))

    def forget_readings(self) -> None:
        """That files were read there does not count any more."""
        with record_errors(self.path):
            self._connection.execute("UPDATE files SET verified_at = NULL WHERE verified_at IS NOT NULL")

    def begin_run(self) -> int:
        """A run of `copy` begins; its number."""
        with record_errors(self.path):
            began = self._connection.execute("INSERT INTO runs (began_at) VALUES (?)", (time.time(),))
        assert began.lastrowid is not None
        return began.lastrowid

    def end_run(self, run: int, status: Exit, message: str | None) -> None:
        """It has ended so; `message`: why early."""
        ended = "UPDATE runs SET ended_at = ?, exit = ?, message = ? WHERE run = ?"
        self._write(ended, [(time.time(), int(status), message, run)])

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        with record_errors(self.path), self._connection:
            self._connection.execute("BEGIN")
            self._connection.executemany(statement, rows)
