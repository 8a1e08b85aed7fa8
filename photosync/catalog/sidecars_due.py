"""The part of the catalog about sidecars that may lack something that the catalog knows.

Triggers note the items: when their files are saved, when their descriptions change, and when people on them do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from photosync.catalog import entry
from photosync.catalog.connection import CatalogConnection
from photosync.catalog.entry import CatalogEntry


class SidecarsDue:
    """Part of a `Catalog`; shares its connection and its transactions."""

    def __init__(self, connection: CatalogConnection) -> None:
        self._connection = connection

    def count(self, account: str) -> int:
        """The number of the account's items."""
        query = "SELECT count(*) FROM sidecars_due WHERE account = ?"
        return int(self._connection.execute(query, (account,)).fetchone()[0])

    def entries(self, account: str, after: str, limit: int) -> list[CatalogEntry]:
        """The next items of the account whose ids come after the given one, in that order."""
        due = "SELECT id FROM sidecars_due WHERE account = ?1 AND id > ?2 ORDER BY id LIMIT ?3"
        condition = f"account = ?1 AND id IN ({due}) ORDER BY id"
        return list(entry.select(self._connection, condition, account, after, limit))

    def settle(self, account: str, ids: Iterable[str]) -> None:
        """The sidecars of these items have everything, or cannot have it."""
        self._connection.execute(
            "DELETE FROM sidecars_due WHERE account = ? AND id IN (SELECT value FROM json_each(?))",
            (account, json.dumps([*ids])),
        )
