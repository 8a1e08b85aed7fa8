"""The copy of the catalog: made after a run that changed the catalog, used when the catalog is lost or damaged."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from photosync.catalog.connection import CatalogConnection, unusable

_WATCHED = ("items", "sidecars", "pushes", "repairs", "collections", "changes")
"""The tables that cannot be made anew without work. An unchanged run only records itself, and how far it listed."""
_OF_ITEMS = (
    *("description", "state", "outside", "path", "revision", "delivered_sha256", "stored_sha256", "mended", "proof"),
    *("reason", "verified_run"),
)
"""The columns that count. That an item failed again is not worth a copy."""


def watch_changes(connection: CatalogConnection) -> None:
    """Note from now on, in the same transaction, that this connection changes what the copy is for."""
    for table in _WATCHED:
        _watch(connection, f"INSERT ON main.{table}")
        _watch(connection, f"DELETE ON main.{table}")
    differs = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in _OF_ITEMS)
    _watch(connection, "UPDATE ON main.items", differs)
    _watch(connection, "UPDATE ON main.sidecars")
    _watch(connection, "UPDATE ON main.collections")


def _watch(connection: CatalogConnection, event: str, condition: str = "1") -> None:
    name = event.replace(" ON main.", "_")
    action = "BEGIN INSERT INTO changed_since_copy VALUES (1); END"
    once = "NOT EXISTS (SELECT 1 FROM changed_since_copy)"
    connection.execute(f"CREATE TEMP TRIGGER {name} AFTER {event} WHEN {once} AND ({condition}) {action}")


class CatalogCopy:
    """Part of a `Catalog` that is open for writing."""

    def __init__(self, connection: CatalogConnection) -> None:
        self._connection = connection

    def is_due(self, path: Path) -> bool:
        """Whether the copy at `path` lacks something: of this run, or of one that was killed; or cannot be used."""
        is_changed = self._connection.execute("SELECT 1 FROM changed_since_copy").fetchone() is not None
        return is_changed or not self._is_usable(path)

    def is_made(self) -> None:
        """A copy of the present state is in its place."""
        self._connection.execute("DELETE FROM changed_since_copy")

    def write(self, path: Path) -> None:
        """Write a copy to a new file, and check it. Raises `DestinationError`."""
        with closing(CatalogConnection(path, path.absolute().as_uri())) as copy:
            copy.execute("PRAGMA journal_mode = OFF")  # a copy that is not finished is not used
            copy.execute("PRAGMA synchronous = OFF")
            self._connection.copy_to(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # not the catalog's own: a reader makes no files next to it
            found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise unusable(self._connection.path, found)

    def _is_usable(self, path: Path) -> bool:
        """Whether there is a copy of this library's catalog."""
        if not path.is_file():  # SQLite would wait for the other end of a pipe
            return False
        mark = self._connection.execute("PRAGMA application_id").fetchone()
        try:
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as copy:
                return bool(copy.execute("PRAGMA application_id").fetchone() == mark)
        except sqlite3.Error:
            return False
