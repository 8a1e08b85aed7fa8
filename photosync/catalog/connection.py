"""A connection to the catalog's file whose errors name the file and say what the user can do."""

from __future__ import annotations

import functools
import os
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from photosync.errors import DestinationError

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_ABOUT_THE_DISK = frozenset(
    (
        *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN),
        *(sqlite3.SQLITE_PERM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM),
    )
)
_KIND = 0xFF
"""The bits of an extended result code that have its kind: https://www.sqlite.org/rescode.html"""


UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What a stored value that cannot be read raises."""


class DamagedCatalogError(DestinationError):
    """The file is no catalog, or not a sound one."""


def unusable(path: Path, why: object) -> DamagedCatalogError:
    """The error for a catalog that is damaged."""
    return DamagedCatalogError(
        f"the catalog {path} cannot be used: {why}. Check the disk. To have photosync move it away, and make it anew "
        "from its copy, the files and the listings of the services, without a download, run: photosync rebuild"
    )


_NUMBERED = "?1"


class CatalogConnection(sqlite3.Connection):
    """Raises `DestinationError` in place of the errors of SQLite, except for misuse by this program."""

    def __init__(self, path: Path, uri: str) -> None:
        self.path = path
        with self._errors():
            super().__init__(uri, uri=True, isolation_level=None)
        sys.audit("photosync.database", self)  # for `crash_hook`

    @contextmanager
    def stored_values(self) -> Iterator[None]:
        """Stored values are read in the `with` block; one that cannot be read is damage."""
        try:
            yield
        except UNREADABLE as error:
            raise self.damaged_entry(error) from error

    def damaged_entry(self, error: Exception) -> DamagedCatalogError:
        """The error for a stored value that cannot be read; for what is too frequent for `stored_values`."""
        return unusable(self.path, f"it has a damaged entry ({error})")

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """As `sqlite3.Connection`, but `?1` may be used with a sequence."""
        return self.cursor(_Cursor).execute(sql, _by_name(parameters) if _NUMBERED in sql else parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        """As `execute`."""
        return self.cursor(_Cursor).executemany(sql, map(_by_name, parameters) if _NUMBERED in sql else parameters)

    def executescript(self, script: str, /) -> sqlite3.Cursor:
        """As `sqlite3.Connection`."""
        return self.cursor(_Cursor).executescript(script)

    def copy_in_memory(self) -> CatalogConnection:
        """A copy that can be changed without changing the file."""
        copy = CatalogConnection(self.path, ":memory:")
        self.copy_to(copy)
        return copy

    def copy_to(self, copy: CatalogConnection) -> None:
        """Replace the content of `copy`; its temporary tables stay."""
        with self._errors():
            self.backup(copy)

    def sync_log(self) -> None:
        """Sync the write-ahead log. A checkpoint would do so too, but not while a query still has rows."""
        log = self.path.with_name(f"{self.path.name}-wal")
        try:
            with log.open("rb") as file:
                os.fsync(file.fileno())
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise DestinationError(
                f"the catalog {self.path} cannot be used: {log.name} cannot be synced: {reason}. Check the disk."
            ) from error

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _explained(error, self.path) from error


def _by_name(parameters: Sequence[Any]) -> Mapping[str, Any]:
    """Numbered parameters as Python wants them: it takes `?1` for a name, and refuses a sequence since 3.14."""
    return {str(number): value for number, value in enumerate(parameters, 1)}


@contextmanager
def opening(path: Path, uri: str) -> Iterator[CatalogConnection]:
    """A connection to the file of the URI, closed if the `with` block fails."""
    connection = CatalogConnection(path, uri)
    try:
        yield connection
    except BaseException:
        connection.close()
        raise


def _explaining(method: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """`method` of a cursor, with the errors of `CatalogConnection`."""

    @functools.wraps(method)
    def explaining(*arguments: Parameters.args, **options: Parameters.kwargs) -> Result:
        try:
            return method(*arguments, **options)
        except sqlite3.ProgrammingError:
            raise
        except sqlite3.Error as error:
            (cursor, *_) = arguments
            assert isinstance(cursor, _Cursor)
            assert isinstance(cursor.connection, CatalogConnection)
            raise _explained(error, cursor.connection.path) from error

    return explaining


class _Cursor(sqlite3.Cursor):
    execute = _explaining(sqlite3.Cursor.execute)
    executemany = _explaining(sqlite3.Cursor.executemany)
    executescript = _explaining(sqlite3.Cursor.executescript)
    fetchmany = _explaining(sqlite3.Cursor.fetchmany)
    fetchone = _explaining(sqlite3.Cursor.fetchone)
    fetchall = _explaining(sqlite3.Cursor.fetchall)

    @_explaining
    def __next__(self) -> Any:
        return super().__next__()


def _explained(error: sqlite3.Error, path: Path) -> DestinationError:
    kind = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & _KIND
    if kind not in _ABOUT_THE_DISK:
        return unusable(path, error)
    is_writing = kind in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
    space = " Temporary files need room too, in the folder that TMPDIR names." if is_writing else ""
    return DestinationError(
        f"the catalog {path} cannot be used: {error}. Check that the disk is mounted, writable and not full, "
        "and that no other program has the file open. On a file system where SQLite cannot lock files, put the catalog "
        f"on another one: 'catalog: PATH' in the configuration.{space}"
    )
