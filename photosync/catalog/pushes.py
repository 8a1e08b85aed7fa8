"""The part of the catalog about pushes: file, time and item, so that nothing is uploaded twice."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from photosync.catalog import item_json
from photosync.catalog.connection import CatalogConnection
from photosync.model import Digest, Item

_GONE = "EXISTS (SELECT 1 FROM items AS i WHERE i.account = p.account AND i.id = p.id AND i.state = 'gone')"


@dataclass(frozen=True, slots=True)
class PushedFile:
    """A file that was uploaded, and its item."""

    path: Path
    stamp: str
    """Size and time of the file, which show whether it has changed."""
    digest: Digest
    item: Item


@dataclass(frozen=True, slots=True)
class Match:
    """An item with a given content."""

    item: Item
    is_in_place: bool
    """It was pushed to the requested destination."""


@dataclass(frozen=True, slots=True)
class PushRecord:
    """An earlier upload of a file."""

    account: str
    id: str
    path: Path
    size_bytes: int
    stamp: str
    pushed_at: str


def records(
    connection: CatalogConnection, *, path: Path | None = None, item: tuple[str, str] | None = None
) -> list[PushRecord]:
    """Every push of the file at `path`, or as `item`, an account and an id; the oldest first."""
    account, id_ = item or (None, None)
    rows = connection.execute(
        """SELECT account, id, path, size, stamp, pushed_at FROM pushes
           WHERE path = ?1 OR (account = ?2 AND id = ?3) ORDER BY pushed_at, path""",
        (os.fsencode(path) if path else None, account, id_),
    )
    return [PushRecord(account, id_, Path(os.fsdecode(path)), *rest) for account, id_, path, *rest in rows]


class Pushes:
    """The pushes of one account; shares the connection and the transactions of a `Catalog`."""

    def __init__(self, connection: CatalogConnection, account: str) -> None:
        self._connection = connection
        self._account = account

    def has_file(self, destination: str, path: Path, stamp: str) -> bool:
        """Whether the unchanged file was pushed to `destination`, and its item is not known to be gone."""
        found = self._connection.execute(
            f"SELECT 1 FROM pushes AS p WHERE account = ? AND place = ? AND path = ? AND stamp = ? AND NOT {_GONE}",  # noqa: S608 - our own text
            (self._account, destination, os.fsencode(path), stamp),
        )
        return found.fetchone() is not None

    def has_size(self, size_bytes: int) -> bool:
        """Whether any content of this size is known to be at the service."""
        found = self._connection.execute(
            """SELECT EXISTS (SELECT 1 FROM pushes WHERE account = ?1 AND size = ?2)
                   OR EXISTS (SELECT 1 FROM items WHERE account = ?1 AND stored_size = ?2)""",
            (self._account, size_bytes),
        )
        return bool(found.fetchone()[0])

    def has_item(self, item_id: str) -> bool:
        """Whether this item is known to be at the service."""
        found = self._connection.execute(
            "SELECT 1 FROM items WHERE account = ? AND id = ? AND state IN ('pushed', 'saved', 'offsite')",
            (self._account, item_id),
        )
        return found.fetchone() is not None

    def with_content(self, destination: str, digest: Digest) -> Match | None:
        """The item with this content: pushed to `destination` if there is one, else to another one, or pulled.

        A pulled file counts with its content in the library, including the fixer's changes.
        """
        row = self._connection.execute(
            f"""SELECT i.description, p.place = ?4 AS in_place FROM pushes AS p JOIN items AS i USING (account, id)
                WHERE p.account = ?1 AND p.size = ?2 AND p.sha256 = ?3 AND NOT {_GONE}
                UNION ALL SELECT description, ?4 = '' FROM items
                WHERE account = ?1 AND stored_size = ?2 AND stored_sha256 = ?3 AND state IN ('saved', 'offsite')
                ORDER BY in_place DESC LIMIT 1""",  # noqa: S608 - our own text
            (self._account, digest.size_bytes, digest.sha256, destination),
        ).fetchone()
        with self._connection.stored_values():
            return Match(item_json.from_text(row[0]), bool(row[1])) if row else None

    def record(self, run: int, destination: str, pushed: Iterable[PushedFile]) -> None:
        """Record that these files are at the service. The caller holds a transaction."""
        for each in pushed:
            digest, item = each.digest, each.item
            self._connection.execute(
                "INSERT OR REPLACE INTO pushes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(self._account, destination, os.fsencode(each.path), each.stamp),
                    *(digest.size_bytes, digest.md5, digest.sha256, item.id),
                    datetime.now(UTC).isoformat(timespec="seconds"),
                ),
            )
            self._connection.execute(
                """INSERT INTO items
                       (account, id, description, state, first_run, outside, delivered_size, delivered_md5)
                   VALUES (?, ?, ?, 'pushed', ?, '', ?, ?)
                   ON CONFLICT (account, id) DO UPDATE SET
                       state = CASE WHEN path IS NOT NULL THEN 'saved'
                           WHEN offsite_path IS NOT NULL THEN 'offsite' ELSE 'pushed' END,
                       reason = CASE WHEN path IS NULL THEN NULL ELSE reason END,
                       error = CASE WHEN path IS NULL THEN NULL ELSE error END""",
                (self._account, item.id, item_json.to_text(item), run, digest.size_bytes, digest.md5),
            )
