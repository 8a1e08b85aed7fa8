"""The part of the catalog about the fixer: sidecars, and planned changes of files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from photosync.catalog.connection import CatalogConnection
from photosync.model import Location


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A sidecar file with data from this program."""

    location: Location
    sha256: str
    ours: bool
    """Created by this program; else it existed, and data was added to it."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A planned change of a file's content."""

    account: str
    id: str
    location: Location
    sha256: str
    """The hash of the planned content."""


class Fixes:
    """Part of a `Catalog`; shares its connection and its transactions."""

    def __init__(self, connection: CatalogConnection) -> None:
        self._connection = connection

    def sidecars(self, account: str, id_: str) -> list[Sidecar]:
        """The sidecars of an item's file."""
        rows = self._connection.execute(
            "SELECT outside, path, sha256, ours FROM sidecars WHERE account = ? AND id = ? ORDER BY path",
            (account, id_),
        )
        return [Sidecar(Location(root, path), sha256, bool(ours)) for root, path, sha256, ours in rows]

    def set_sidecars(self, account: str, id_: str, run: int, sidecars: Iterable[Sidecar]) -> None:
        """Record all sidecars of an item's file."""
        self._connection.execute(
            """INSERT OR IGNORE INTO left_files SELECT outside, path, sha256 FROM sidecars
               WHERE account = ? AND id = ?""",
            (account, id_),
        )
        self._connection.execute("DELETE FROM sidecars WHERE account = ? AND id = ?", (account, id_))
        self._connection.executemany(
            """INSERT OR REPLACE INTO sidecars (outside, path, path_key, sha256, account, id, ours, saved_run)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
            [
                (each.location.root, each.location.path, each.location.key, each.sha256, account, id_, each.ours, run)
                for each in sidecars
            ],
        )

    def intend(self, account: str, id_: str, sha256: str, size_bytes: int, fix_record: str | None) -> None:
        """Record a planned content before the file is changed, so that it is known after a crash."""
        self._connection.execute(
            "INSERT OR REPLACE INTO fixing VALUES (?, ?, ?, ?, ?)", (account, id_, sha256, size_bytes, fix_record)
        )

    def intents(self) -> Iterator[Intent]:
        """The intents that were neither settled nor forgotten."""
        rows = self._connection.execute(
            """SELECT fixing.account, fixing.id, outside, path, sha256 FROM fixing
               JOIN items ON items.account = fixing.account AND items.id = fixing.id WHERE path IS NOT NULL"""
        ).fetchall()
        return (Intent(account, id_, Location(root, path), sha256) for account, id_, root, path, sha256 in rows)

    def settle(self, account: str, id_: str) -> None:
        """Record that the item's file has the intended content."""
        self._connection.execute(
            """UPDATE items SET (stored_sha256, stored_size, mended) =
                   (SELECT sha256, size, mended FROM fixing WHERE account = ?1 AND id = ?2)
               WHERE account = ?1 AND id = ?2""",
            (account, id_),
        )
        self._connection.execute(  # there the earlier content is left
            "UPDATE album_folders SET made_run = 0 WHERE account = ? AND form <> 'symlink'", (account,)
        )
        self.forget_intent(account, id_)

    def forget_intent(self, account: str, id_: str) -> None:
        """Delete the intent: it is settled, or the file was not changed."""
        self._connection.execute("DELETE FROM fixing WHERE account = ? AND id = ?", (account, id_))
