"""What the catalog knows of the fixer's work: sidecars, what was done to a file, and what is about to be done."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from photosync.catalog import described
from photosync.model import Item


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A sidecar that holds something of ours, relative to where its file's path is."""

    path: str
    path_key: str
    sha256: str
    ours: bool
    """Made by us; else it was there, and something was added to it."""


@dataclass(frozen=True, slots=True)
class Story:
    """All that is known of one item and its file."""

    account: str
    item: Item
    state: str
    outside: str
    path: str | None
    saved_at: str | None
    delivered_size: int | None
    delivered_md5: str | None
    delivered_sha256: str | None
    stored_size: int | None
    stored_sha256: str | None
    reason: str | None
    error: str | None
    mended: str | None


@dataclass(frozen=True, slots=True)
class Intent:
    """A file that is about to get, or just got, another content."""

    account: str
    id: str
    outside: str
    path: str
    sha256: str


class Fixes:
    """Part of a `Catalog`; shares its connection and its transactions."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def sidecars(self, account: str, id_: str) -> list[Sidecar]:
        """Those that belong to an item's file."""
        rows = self._connection.execute(
            "SELECT path, path_key, sha256, ours FROM sidecars WHERE account = ? AND id = ? ORDER BY path",
            (account, id_),
        )
        return [Sidecar(path, key, sha256, bool(ours)) for path, key, sha256, ours in rows]

    def set_sidecars(self, account: str, id_: str, run: int, outside: str, sidecars: Iterable[Sidecar]) -> None:
        """These belong to an item's file, and no others."""
        self._connection.execute("DELETE FROM sidecars WHERE account = ? AND id = ?", (account, id_))
        self._connection.executemany(
            "INSERT OR REPLACE INTO sidecars VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(outside, each.path, each.path_key, each.sha256, account, id_, each.ours, run) for each in sidecars],
        )

    def intend(self, account: str, id_: str, sha256: str, size_bytes: int, mended: str | None) -> None:
        """The item's file is about to get this content. Known even if the program is killed in between."""
        self._connection.execute(
            "INSERT OR REPLACE INTO fixing VALUES (?, ?, ?, ?, ?)", (account, id_, sha256, size_bytes, mended)
        )

    def intents(self) -> Iterator[Intent]:
        """What was begun and never settled."""
        rows = self._connection.execute(
            """SELECT fixing.account, fixing.id, outside, path, sha256 FROM fixing
               JOIN items ON items.account = fixing.account AND items.id = fixing.id WHERE path IS NOT NULL"""
        ).fetchall()
        return (Intent(*row) for row in rows)

    def settle(self, account: str, id_: str) -> None:
        """The item's file has the content now that was intended."""
        self._connection.execute(
            """UPDATE items SET (stored_sha256, stored_size, mended) =
                   (SELECT sha256, size, mended FROM fixing WHERE account = ?1 AND id = ?2)
               WHERE account = ?1 AND id = ?2""",
            (account, id_),
        )
        self.forget_intent(account, id_)

    def forget_intent(self, account: str, id_: str) -> None:
        """What was begun is settled, or did not happen."""
        self._connection.execute("DELETE FROM fixing WHERE account = ? AND id = ?", (account, id_))

    def count(self, account: str) -> int:
        """How many of the account's files differ from what was delivered, and can be taken back."""
        row = self._connection.execute(
            "SELECT count(*) FROM items WHERE account = ? AND path IS NOT NULL AND stored_sha256 <> delivered_sha256",
            (account,),
        ).fetchone()
        return int(row[0])

    def accounts_with(self, id_: str) -> list[str]:
        """The accounts that have an item with this id."""
        rows = self._connection.execute("SELECT account FROM items WHERE id = ? ORDER BY account", (id_,))
        return [row[0] for row in rows]

    def story(self, account: str, id_: str) -> Story | None:
        """All that is known of an item."""
        row = self._connection.execute(
            """SELECT description, state, outside, path, saved_at, delivered_size, delivered_md5, delivered_sha256,
                      stored_size, stored_sha256, reason, error, mended
               FROM items WHERE account = ? AND id = ?""",
            (account, id_),
        ).fetchone()
        return Story(account, described.from_text(row[0]), *row[1:]) if row else None
