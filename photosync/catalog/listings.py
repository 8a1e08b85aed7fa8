"""How far the listings of each account are known: for all of it, a collection or a selection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from photosync.catalog.connection import CatalogConnection


@dataclass(frozen=True, slots=True)
class Listing:
    """The known extent of one kind of listing."""

    covered_run: int
    """The last run that knew all its items."""
    completed_at: datetime
    """When a listing was last read to its end."""
    total: int | None
    """The service's number of items."""
    mark: str | None
    """The mark for the next listing, if the service gives marks."""


class Listings:
    """The listings of all accounts, one of each kind: by account, collection and selection."""

    def __init__(self, connection: CatalogConnection) -> None:
        self._connection = connection

    def get(self, account: str, collection: str, selection: str) -> Listing | None:
        """The known extent of this kind of listing."""
        row = self._connection.execute(
            """SELECT covered_run, completed_at, total, mark FROM listings
               WHERE account = ? AND collection = ? AND selection = ?""",
            (account, collection, selection),
        ).fetchone()
        with self._connection.stored_values():
            return Listing(row[0], datetime.fromisoformat(row[1]), row[2], row[3]) if row else None

    def set(self, account: str, collection: str, selection: str, listing: Listing) -> None:
        """Record the known extent of this kind of listing."""
        known = (listing.covered_run, listing.completed_at.isoformat(), listing.total, listing.mark)
        self._connection.execute(
            "INSERT OR REPLACE INTO listings VALUES (?, ?, ?, ?, ?, ?, ?)", (account, collection, selection, *known)
        )

    def forget(self, account: str, collection: str, selection: str) -> None:
        """Forget the extent of this kind of listing."""
        self._connection.execute(
            "DELETE FROM listings WHERE account = ? AND collection = ? AND selection = ?",
            (account, collection, selection),
        )
