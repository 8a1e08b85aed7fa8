"""The part of the catalog about items whose content could not be downloaded."""

from __future__ import annotations

from collections.abc import Iterator

from photosync import clock
from photosync.catalog import entry, item_json
from photosync.catalog.connection import CatalogConnection
from photosync.catalog.entry import CatalogEntry
from photosync.model import Item

NO_FAILURE = "reason = NULL, error = NULL, tries = 0, failed_since = NULL, failed_at = NULL, told_at = NULL"
"""What an item has that is not failed, for `SET`."""


class Failures:
    """Part of a `Catalog`; shares its connection and its transactions."""

    def __init__(self, connection: CatalogConnection) -> None:
        self._connection = connection

    def record(self, account: str, run: int, item: Item, reason: str, error: str) -> None:
        """Record that the item's content could not be downloaded. An older file stays recorded."""
        self._connection.execute(
            """INSERT INTO items (account, id, description, state, first_run, outside, reason, error,
                                  tries, failed_since, failed_at)
               VALUES (?1, ?2, ?3, 'failed', ?4, '', ?5, ?6, 1, ?7, ?7)
               ON CONFLICT (account, id) DO UPDATE SET
                   description = excluded.description, reason = excluded.reason, error = excluded.error,
                   tries = CASE WHEN reason = excluded.reason THEN tries + 1 ELSE 1 END,
                   told_at = CASE WHEN reason = excluded.reason THEN told_at END,
                   failed_since = coalesce(failed_since, excluded.failed_since), failed_at = excluded.failed_at""",
            (account, item.id, item_json.to_text(item), run, reason, error, clock.now_text()),
        )

    def record_told(self, account: str, id_: str) -> None:
        """Record that the user was told of the item's failure."""
        self._connection.execute(
            "UPDATE items SET told_at = ? WHERE account = ? AND id = ?", (clock.now_text(), account, id_)
        )

    def of(self, account: str) -> Iterator[CatalogEntry]:
        """The account's failed items, in the order in which they failed first."""
        condition = "account = ? AND reason IS NOT NULL ORDER BY failed_since, rowid"
        return entry.select(self._connection, condition, account)

    def reasons(self, account: str) -> dict[str, int]:
        """How many of the account's items failed, for each reason; the most frequent first."""
        rows = self._connection.execute(
            """SELECT reason, count(*) FROM items WHERE account = ? AND reason IS NOT NULL
               GROUP BY reason ORDER BY count(*) DESC, reason""",
            (account,),
        )
        return dict(rows)

    def accounts(self) -> list[str]:
        """The accounts with failed items."""
        rows = self._connection.execute("SELECT DISTINCT account FROM items WHERE reason IS NOT NULL ORDER BY account")
        return [account for (account,) in rows]
