"""Which files, here or in copies alone, may be halves of live photos: by their content identifiers and their names."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from photosync.catalog import entry
from photosync.catalog.connection import CatalogConnection
from photosync.catalog.entry import CatalogEntry
from photosync.model import Location

MOST_FILES = 16
"""Of a live photo, its copies and edited ones. If more files have it, a program wrote it everywhere."""

_RELATED = """account = ?1 AND coalesce(path, offsite_path) IS NOT NULL AND content_identifier IN (
        SELECT content_identifier FROM items WHERE account = ?1 AND content_identifier IN (
            SELECT content_identifier FROM items
            WHERE account = ?1 AND id IN (SELECT value FROM json_each(?2)) AND +content_identifier IS NOT NULL
        ) GROUP BY content_identifier HAVING count(*) <= ?3
    ) ORDER BY rowid"""
"""With the plus, the items are found by their ids, and not among all files with identifiers."""


@dataclass(frozen=True, slots=True)
class LivePhotos:
    """A part of the catalog."""

    _connection: CatalogConnection

    def has_any(self, account: str) -> bool:
        """Whether a file of the account has a content identifier."""
        query = "SELECT EXISTS (SELECT 1 FROM items WHERE account = ? AND content_identifier IS NOT NULL)"
        return bool(self._connection.execute(query, (account,)).fetchone()[0])

    def with_identifier(self, account: str, identifier: str) -> list[CatalogEntry]:
        """The files with this content identifier, the oldest first; none if there are too many."""
        condition = """account = ? AND content_identifier = ? AND coalesce(path, offsite_path) IS NOT NULL
            ORDER BY rowid LIMIT ?"""
        found = list(entry.select(self._connection, condition, account, identifier, MOST_FILES + 1))
        return found if len(found) <= MOST_FILES else []

    def related(self, account: str, ids: Collection[str]) -> list[CatalogEntry]:
        """The files with the content identifiers of these items, where there are not too many: theirs and others."""
        return list(entry.select(self._connection, _RELATED, account, json.dumps([*ids]), MOST_FILES))

    def beside(self, location: Location) -> list[CatalogEntry]:
        """The files in the same folder with the same name but for the extension; also those that come back there."""
        stem = location.stem_key
        # In the order of the index, a slash follows the full stop.
        condition = """(outside = ?1 AND path_key > ?2 AND path_key < ?3)
            OR (outside = ?1 AND offsite_key > ?2 AND offsite_key < ?3)"""
        found = entry.select(self._connection, condition, location.root, f"{stem}.", f"{stem}/")
        return [each for each in found if (each.own_location or location).stem_key == stem]
