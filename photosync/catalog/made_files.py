"""The part of the catalog about files for the user that are made from it: `albums.json`, `people.json`."""

from __future__ import annotations

from dataclasses import dataclass

from photosync.catalog.connection import CatalogConnection
from photosync.model import Location

BEING_MADE = 0
"""In place of a run."""


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file that was made from the catalog."""

    location: Location
    sha256: str
    size_bytes: int
    made_run: int
    """The last run whose changes it has; `BEING_MADE`: it may have its earlier content, or not be there."""


class MadeFiles:
    """Part of a `Catalog`; shares its connection and its transactions."""

    def __init__(self, connection: CatalogConnection) -> None:
        self._connection = connection

    def all(self) -> list[MadeFile]:
        """All of them: a few."""
        rows = self._connection.execute("SELECT outside, path, sha256, size, made_run FROM made_files")
        return [MadeFile(Location(root, path), *values) for root, path, *values in rows]

    def at(self, location: Location) -> MadeFile | None:
        """The file that was made at this location."""
        return next((each for each in self.all() if each.location == location), None)

    def record(self, file: MadeFile) -> None:
        """Record the file, or its new content."""
        location = file.location
        self._connection.execute(
            "INSERT OR REPLACE INTO made_files VALUES (?, ?, ?, ?, ?, ?)",
            (location.root, location.path, location.key, file.sha256, file.size_bytes, file.made_run),
        )

    def forget(self, file: MadeFile) -> None:
        """The file is not made any more."""
        self._connection.execute(
            "INSERT OR IGNORE INTO left_files VALUES (?, ?, ?)",
            (file.location.root, file.location.path, file.sha256),
        )
        self._connection.execute(
            "DELETE FROM made_files WHERE outside = ? AND path_key = ?", (file.location.root, file.location.key)
        )
