"""The part of the catalog about files that were removed from the library, and that only copies of it have.

Such an item has no file in any other part of the catalog. Its location stays its own, because its file has that path in
the copies too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from photosync.catalog.collections import Collections
from photosync.catalog.connection import CatalogConnection
from photosync.model import Location

_PAGE = 500


@dataclass(frozen=True, slots=True)
class OffsiteFile:
    """A file that only copies of the library have."""

    account: str
    id: str
    location: Location
    size_bytes: int
    sha256: str


class OffsiteFiles:
    """Part of a `Catalog`; shares its connection. The caller holds a transaction around each change."""

    def __init__(self, connection: CatalogConnection, collections: Collections) -> None:
        self._connection = connection
        self._collections = collections

    def files(self) -> Iterator[OffsiteFile]:
        """All of them, in the order of their locations. Rows may change during the iteration."""
        after = "", ""
        while rows := self._connection.execute(
            """SELECT account, id, outside, offsite_path, stored_size, stored_sha256, offsite_key FROM items
               WHERE offsite_key IS NOT NULL AND (outside, offsite_key) > (?, ?) ORDER BY outside, offsite_key
               LIMIT ?""",
            (*after, _PAGE),
        ).fetchall():
            for account, id_, root, path, size_bytes, sha256, _ in rows:
                yield OffsiteFile(account, id_, Location(root, path), size_bytes, sha256)
            after = rows[-1][2], rows[-1][-1]

    def record_removed(self, account: str, ids: Iterable[str]) -> None:
        """The files of these items leave the library; also those that a killed run recorded and did not remove."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        for id_ in ids:
            self._connection.execute(
                """INSERT OR IGNORE INTO left_files SELECT outside, coalesce(path, offsite_path), stored_sha256
                   FROM items WHERE account = ? AND id = ? AND coalesce(path, offsite_path) IS NOT NULL""",
                (account, id_),
            )
            self._connection.execute(
                """UPDATE items SET state = CASE state WHEN 'saved' THEN 'offsite' ELSE state END,
                       offsite_path = path, offsite_key = path_key, offsite_since = ?, path = NULL, path_key = NULL
                   WHERE account = ? AND id = ? AND path IS NOT NULL""",
                (now, account, id_),
            )

    def record_kept(self, account: str, ids: Iterable[str]) -> None:
        """The files of these items were not removed after all."""
        self._connection.executemany(
            """UPDATE items SET state = CASE state WHEN 'offsite' THEN 'saved' ELSE state END,
                   path = offsite_path, path_key = offsite_key,
                   offsite_path = NULL, offsite_key = NULL, offsite_since = NULL
               WHERE account = ? AND id = ? AND offsite_path IS NOT NULL""",
            [(account, id_) for id_ in ids],
        )

    def record_back(self, account: str, run: int, ids: Sequence[str]) -> None:
        """The files of these items are in the library again, at their locations, and were read."""
        self._connection.executemany(
            """UPDATE items SET state = CASE state WHEN 'offsite' THEN 'saved' ELSE state END,
                   path = offsite_path, path_key = offsite_key, saved_run = ?, verified_run = ?,
                   offsite_path = NULL, offsite_key = NULL, offsite_since = NULL
               WHERE account = ? AND id = ? AND offsite_path IS NOT NULL""",
            [(run, run, account, id_) for id_ in ids],
        )
        self._collections.note_saved(account, run, ids)
