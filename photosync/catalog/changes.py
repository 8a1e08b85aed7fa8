"""The part of the catalog about changes at a service: what a user had changed there, when, and by which run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from photosync import clock
from photosync.catalog.connection import CatalogConnection


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """A change of one item, folder or album."""

    account: str
    id: str
    action: str
    """The command's word: `trash`, `restore`, `favorite`."""
    detail: str
    """What else belongs to it, such as a new name; empty for nothing."""
    changed_at: str | None
    """When the service confirmed it, ISO 8601; None: it was sent, and no answer came."""


class Changes:
    """Part of a `Catalog`; shares its connection and its transactions."""

    def __init__(self, connection: CatalogConnection) -> None:
        self._connection = connection

    def begin(self, *, run: int, account: str, ids: Iterable[str], action: str, detail: str = "") -> None:
        """Record that these changes are about to be sent."""
        self._connection.executemany(
            "INSERT INTO changes VALUES (?, ?, ?, ?, ?, NULL)", [(run, account, id_, action, detail) for id_ in ids]
        )

    def confirm(self, *, run: int, account: str, ids: Iterable[str], action: str) -> None:
        """Record that the service has made these changes of `begin`."""
        now = clock.now_text()
        self._connection.executemany(
            "UPDATE changes SET changed_at = ? WHERE run = ? AND account = ? AND id = ? AND action = ?",
            [(now, run, account, id_, action) for id_ in ids],
        )

    def withdraw(self, *, run: int, account: str, ids: Iterable[str], action: str) -> None:
        """Forget changes of `begin` that the service refused."""
        self._connection.executemany(
            "DELETE FROM changes WHERE run = ? AND account = ? AND id = ? AND action = ?",
            [(run, account, id_, action) for id_ in ids],
        )

    def of(self, account: str, id_: str) -> list[ChangeRecord]:
        """The changes of an item, folder or album, the oldest first."""
        rows = self._connection.execute(
            """SELECT account, id, action, detail, changed_at FROM changes
               WHERE account = ? AND id = ? ORDER BY run, rowid""",
            (account, id_),
        )
        return [ChangeRecord(*row) for row in rows]
