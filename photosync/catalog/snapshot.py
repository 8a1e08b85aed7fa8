"""A private copy of a catalog, to be compared with a complete listing of an account.

The listing takes long for a large account. Meanwhile other runs may change the catalog, so the copy is made anew when
the listing has been read. All is in a temporary file: a million items need little memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Self

from photosync.catalog import entry, item_json
from photosync.catalog.connection import CatalogConnection
from photosync.catalog.database import Catalog
from photosync.catalog.entry import CatalogEntry
from photosync.model import Item

BATCH = 500
_ATTEMPTS = 5


class Snapshot:
    """A copy of a catalog, and the items of a listing. A context manager."""

    def __init__(self, path: Path, read: Callable[[], AbstractContextManager[Catalog]]) -> None:
        """`path`: the catalog's file. `read` opens it for reading."""
        self._path = path
        self._read = read
        self._connection = CatalogConnection(path, "")  # SQLite's name for a temporary file that it removes itself
        self._connection.execute("CREATE TABLE temp.listed (id TEXT PRIMARY KEY, description TEXT NOT NULL)")
        self.refresh()
        self.catalog = Catalog(self._connection)
        """The copy."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def refresh(self) -> None:
        """Copy the catalog as it is now."""
        for _ in range(_ATTEMPTS):
            before = self._state()
            with self._read() as source:
                source.copy_to(self._connection)
            if self._state() == before:
                return  # else a run wrote to it meanwhile: it was opened as a file that nobody changes

    def _state(self) -> tuple[object, ...]:
        log = self._path.with_name(f"{self._path.name}-wal")
        with suppress(OSError):
            found = self._path.stat()
            return found.st_ino, found.st_mtime_ns, found.st_size, log.exists()
        return ()

    # The listing

    def note_listed(self, items: Iterable[Item]) -> None:
        """Store items of the listing; each is new."""
        rows = ((each.id, item_json.to_text(each)) for each in items)
        self._connection.executemany("INSERT INTO temp.listed VALUES (?, ?)", rows)

    def listed(self) -> Iterator[list[Item]]:
        """The stored items, in batches, in the order of the listing."""
        after = 0
        query = "SELECT rowid, description FROM temp.listed WHERE rowid > ? ORDER BY rowid LIMIT ?"
        while rows := self._connection.execute(query, (after, BATCH)).fetchall():
            after = rows[-1][0]
            yield [item_json.from_text(description) for _, description in rows]

    # The catalog

    def unlisted(self, account: str) -> Iterator[CatalogEntry]:
        """The account's items that the listing does not have, in the order of their files."""
        condition = "account = ? AND id NOT IN (SELECT id FROM temp.seen) ORDER BY outside, path, id"
        return entry.select(self._connection, condition, account)

    def known_count(self, account: str) -> int:
        """How many items of the listing the catalog has."""
        query = "SELECT count(*) FROM items WHERE account = ? AND id IN (SELECT id FROM temp.seen)"
        return int(self._connection.execute(query, (account,)).fetchone()[0])

    def roots(self, account: str) -> list[str]:
        """The roots of the account's files."""
        query = "SELECT DISTINCT outside FROM items WHERE account = ? AND path IS NOT NULL ORDER BY outside"
        return [root for (root,) in self._connection.execute(query, (account,))]
