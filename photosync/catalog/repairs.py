"""The part of the catalog about repairs: which items have the content of a damaged one, and what was repaired."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from photosync import clock
from photosync.catalog import entry
from photosync.catalog.connection import CatalogConnection
from photosync.catalog.entry import CatalogEntry
from photosync.model import Location


@dataclass(frozen=True, slots=True)
class RepairRecord:
    """A file that was replaced."""

    location: Location
    reason: str
    """What was wrong with it."""
    source: str
    """Where the good content came from."""
    repaired_at: str
    """ISO 8601."""


class Repairs:
    """Part of a `Catalog`; shares its connection and its transactions."""

    def __init__(self, connection: CatalogConnection) -> None:
        self._connection = connection

    def record(self, *, run: int, account: str, id_: str, location: Location, reason: str, source: str) -> None:
        """Record a repair; `account` and `id_` are empty for a file that belongs to no item."""
        self._connection.execute(
            "INSERT INTO repairs VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (run, account, id_, location.root, location.path, reason, source, clock.now_text()),
        )

    def of(self, account: str, id_: str) -> list[RepairRecord]:
        """The repairs of an item's file and sidecars, the oldest first."""
        rows = self._connection.execute(
            """SELECT outside, path, reason, source, repaired_at FROM repairs
               WHERE account = ? AND id = ? ORDER BY run, rowid""",
            (account, id_),
        )
        return [RepairRecord(Location(root, path), *rest) for root, path, *rest in rows]

    def record_read(self, run: int, account: str, id_: str) -> None:
        """Record that this run has read the item's file, and found it right."""
        self._connection.execute("UPDATE items SET verified_run = ? WHERE account = ? AND id = ?", (run, account, id_))

    def alike(self, entries: Iterable[CatalogEntry]) -> list[CatalogEntry]:
        """All entries with a content of one of `entries`, these included: as it was delivered, or as it is stored."""
        self._connection.execute("CREATE TEMP TABLE IF NOT EXISTS content (hash TEXT PRIMARY KEY) WITHOUT ROWID")
        self._connection.execute("DELETE FROM temp.content")
        self._connection.executemany(
            "INSERT OR IGNORE INTO temp.content VALUES (?)",
            (
                (each,)
                for one in entries
                for each in (one.delivered_md5, one.delivered_sha256, one.stored_sha256)
                if each
            ),
        )
        columns = ("delivered_md5", "delivered_sha256", "stored_sha256")
        condition = " OR ".join(f"{each} IN (SELECT hash FROM content)" for each in columns)  # noqa: S608 - our own text
        return list(entry.select(self._connection, f"{condition} ORDER BY rowid"))
