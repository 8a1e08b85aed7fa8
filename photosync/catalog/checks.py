"""The part of the catalog for checks of files: which to read, when each was read last, and which nobody knows."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from photosync.catalog.connection import CatalogConnection
from photosync.characters import is_utf_8
from photosync.model import Location

_PAGE = 500
_LAST = "\U0010ffff"
"""Follows every other character in SQLite's order of texts, which is that of their UTF-8 bytes."""
_AREA = "outside = ? AND path_key BETWEEN ? AND ?"
_ITEM = """SELECT rowid, account, id, outside, path, stored_sha256, stored_size, delivered_sha256, 0, 0, path_key
    FROM items"""
_SIDECAR = "SELECT rowid, account, id, outside, path, sha256, NULL, NULL, 1, ours, path_key FROM sidecars"
_MADE = "SELECT 0, NULL, NULL, outside, path, sha256, size, NULL, 0, 0, path_key FROM made_files"
_TABLES = """
    CREATE TABLE IF NOT EXISTS temp.list_lines (outside TEXT, name BLOB, path_key TEXT, sha256 TEXT);
    CREATE INDEX IF NOT EXISTS temp.list_lines_by_name ON list_lines (outside, name);
    CREATE TABLE IF NOT EXISTS temp.unlisted (outside TEXT, path TEXT, sha256 TEXT);
    CREATE INDEX IF NOT EXISTS temp.unlisted_by_hash ON unlisted (outside, sha256);
    CREATE TABLE IF NOT EXISTS temp.unknown_files (outside TEXT, name BLOB, size INTEGER, sha256 TEXT);
    CREATE INDEX IF NOT EXISTS temp.unknown_files_by_size ON unknown_files (size);
    CREATE TABLE IF NOT EXISTS temp.pushed_files (path BLOB PRIMARY KEY) WITHOUT ROWID;
    INSERT OR IGNORE INTO temp.pushed_files SELECT path FROM pushes;
    DELETE FROM temp.list_lines;
    DELETE FROM temp.unlisted;
    DELETE FROM temp.unknown_files;
"""
_RECORDED = """SELECT outside, path, path_key, stored_sha256 AS sha256 FROM items WHERE path_key IS NOT NULL
    UNION ALL SELECT outside, path, path_key, sha256 FROM sidecars
    UNION ALL SELECT outside, path, path_key, sha256 FROM made_files"""


@dataclass(frozen=True, slots=True)
class Area:
    """The files below one root that a check is about."""

    root: str
    """As in a `Location`."""
    path: str = ""
    """A folder or a file below the root; empty for all files."""
    is_file: bool = False

    @property
    def bounds(self) -> tuple[str, str, str]:
        """The root, the first and the last possible key of a file's path."""
        key = Location(self.root, self.path).key
        if not is_utf_8(key):  # a path of the user's; no file in the catalog has it
            return self.root, _LAST, ""
        if self.is_file:
            return self.root, key, key
        return self.root, f"{key}/" if key else "", f"{key}/{_LAST}" if key else _LAST

    def has(self, path: str) -> bool:
        """Whether a file below the root belongs to it."""
        return not self.path or path == self.path or (not self.is_file and path.startswith(f"{self.path}/"))


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """A file and its recorded content: of an item, a sidecar, made from the catalog, or the user's in his own list."""

    location: Location
    sha256: str
    size_bytes: int | None = None
    """None if it is not recorded."""
    row_id: int = 0
    account: str | None = None
    id: str | None = None
    delivered_sha256: str | None = None
    """Of the content before an item's file was fixed."""
    is_sidecar: bool = False
    is_own_sidecar: bool = False
    """Made by this program; else it existed, and data was added to it."""
    is_made: bool = False
    """Made from the catalog."""


@dataclass(frozen=True, slots=True)
class UnknownFile:
    """A file that neither the catalog nor a list has."""

    row_id: int
    location: Location
    sha256: str | None
    """None as long as it was not read."""


class Checks:
    """Part of a `Catalog`; shares its connection and its transactions."""

    def __init__(self, connection: CatalogConnection) -> None:
        self._connection = connection

    def begin(self) -> None:
        """Forget the lines and files of an earlier check."""
        self._connection.executescript(_TABLES)

    # Files to check

    def count(self, area: Area) -> tuple[int, int]:
        """The number of files and sidecars, and the size of the files in bytes."""
        items, size_bytes = self._connection.execute(
            f"SELECT count(*), coalesce(sum(stored_size), 0) FROM items WHERE {_AREA}",  # noqa: S608 - our own text
            area.bounds,
        ).fetchone()
        sidecars = self._connection.execute(f"SELECT count(*) FROM sidecars WHERE {_AREA}", area.bounds)  # noqa: S608
        return int(items) + int(sidecars.fetchone()[0]), int(size_bytes)

    def count_made(self, area: Area) -> int:
        """The number of files that were made from the catalog."""
        made = self._connection.execute(f"SELECT count(*) FROM made_files WHERE {_AREA}", area.bounds)  # noqa: S608
        return int(made.fetchone()[0])

    def files(self, area: Area) -> Iterator[RecordedFile]:
        """Every file, sidecar and file that was made, by their paths. Rows may change during the iteration."""
        for select in (_ITEM, _SIDECAR, _MADE):
            query, after = f"{select} WHERE {_AREA} AND path_key > ? ORDER BY path_key LIMIT {_PAGE}", ""
            root, first, last = area.bounds
            while rows := self._connection.execute(query, (root, first, last, after)).fetchall():
                yield from map(_recorded, rows)
                first = after = rows[-1][-1]  # only the lower bound lets the index skip the pages before

    def longest_unread(self, areas: Sequence[Area]) -> Iterator[RecordedFile]:
        """Every file and sidecar; first those that were read, or else saved, by the earliest run."""
        if not areas:
            return
        where = " OR ".join([f"({_AREA})"] * len(areas))
        bounds = [bound for area in areas for bound in area.bounds]
        rows = self._connection.execute(
            f"""SELECT 0 AS is_sidecar, rowid AS row, coalesce(verified_run, saved_run, 0) AS run FROM items
                WHERE {where} UNION ALL SELECT 1, rowid, coalesce(verified_run, saved_run) FROM sidecars
                WHERE {where} ORDER BY run, is_sidecar, row""",  # noqa: S608 - our own text
            (*bounds, *bounds),
        )
        for is_sidecar, row_id, _ in rows:  # sorted before the first row comes: recording changes nothing in it
            query = f"{_SIDECAR if is_sidecar else _ITEM} WHERE rowid = ?"
            yield from map(_recorded, self._connection.execute(query, (row_id,)).fetchall())

    def record_read(self, run: int, files: Iterable[RecordedFile]) -> None:
        """Record that these files were read and are as they were saved. The caller holds a transaction."""
        for each in files:
            table, column = ("sidecars", "sha256") if each.is_sidecar else ("items", "stored_sha256")
            self._connection.execute(
                f"UPDATE {table} SET verified_run = ? WHERE rowid = ? AND {column} = ?",  # noqa: S608 - our own text
                (run, each.row_id, each.sha256),
            )

    # SHA256SUMS

    def add_list_lines(self, root: str, lines: Iterable[tuple[bytes, str]]) -> None:
        """Take the lines of a root's list: the bytes of each name, and its hash."""
        self._connection.execute("BEGIN")
        try:
            self._connection.executemany(
                "INSERT INTO temp.list_lines VALUES (?, ?, ?, ?)",
                ((root, name, _key(name), sha256) for name, sha256 in lines),
            )
        finally:
            self._connection.execute("COMMIT")

    def files_without_line(self, area: Area) -> Iterator[str]:
        """The paths of files and sidecars that the list lacks, or has with another hash only."""
        self._connection.execute(
            f"""INSERT INTO temp.unlisted SELECT outside, path, sha256 FROM ({_RECORDED}) AS r WHERE {_AREA}
                AND NOT EXISTS (SELECT 1 FROM list_lines AS l WHERE l.outside = r.outside
                                AND l.name = CAST(r.path AS BLOB) AND l.sha256 = r.sha256)""",  # noqa: S608
            area.bounds,
        )
        rows = self._connection.execute(
            """SELECT path FROM unlisted AS u WHERE outside = ? AND NOT EXISTS (SELECT 1 FROM list_lines AS l
               WHERE l.outside = u.outside AND l.name = CAST(u.path AS BLOB)) ORDER BY path""",
            (area.root,),
        )
        return (path for (path,) in rows)

    def files_with_other_line(self, area: Area) -> Iterator[str]:
        """The paths of files and sidecars that the list has with another hash."""
        rows = self._connection.execute(
            f"""SELECT DISTINCT path FROM ({_RECORDED}) AS r WHERE {_AREA}
                AND EXISTS (SELECT 1 FROM list_lines AS l WHERE l.outside = r.outside
                            AND l.name = CAST(r.path AS BLOB) AND l.sha256 <> r.sha256) ORDER BY path""",  # noqa: S608
            area.bounds,
        )
        return (path for (path,) in rows)

    def other_lines(self, root: str) -> Iterator[RecordedFile]:
        """The files of the list that the catalog does not have. After `files_without_line`.

        Not what is left of a damaged line: another name with the hash of a file that has no line. Nor a line of a file
        that the program itself moved away.
        """
        rows = self._connection.execute(
            f"""SELECT l.name, l.sha256 FROM list_lines AS l WHERE l.outside = ?
                AND NOT EXISTS (SELECT 1 FROM ({_RECORDED}) AS r WHERE r.outside = l.outside
                                AND r.path_key = l.path_key AND CAST(r.path AS BLOB) = l.name)
                AND NOT EXISTS (SELECT 1 FROM unlisted AS u WHERE u.outside = l.outside AND u.sha256 = l.sha256)
                AND NOT EXISTS (SELECT 1 FROM left_files AS f WHERE f.outside = l.outside
                                AND CAST(f.path AS BLOB) = l.name AND f.sha256 = l.sha256)
                ORDER BY l.rowid""",  # noqa: S608 - our own text
            (root,),
        )
        return (RecordedFile(Location(root, os.fsdecode(name)), sha256) for name, sha256 in rows)

    # Unknown files

    def similar_paths(self, location: Location) -> list[str]:
        """The recorded paths that some file system takes for this one, this one included."""
        if not is_utf_8(location.path):
            return []
        rows = self._connection.execute(
            """SELECT path FROM items WHERE outside = ?1 AND path_key = ?2
               UNION ALL SELECT path FROM sidecars WHERE outside = ?1 AND path_key = ?2
               UNION ALL SELECT path FROM made_files WHERE outside = ?1 AND path_key = ?2
               UNION ALL SELECT path FROM album_files WHERE outside = ?1 AND path_key = ?2""",
            (location.root, location.key),
        )
        return [path for (path,) in rows]

    def is_listed(self, location: Location) -> bool:
        """Whether a line of the root's list names the file."""
        found = self._connection.execute(
            "SELECT 1 FROM list_lines WHERE outside = ? AND name = ? LIMIT 1",
            (location.root, os.fsencode(location.path)),
        )
        return found.fetchone() is not None

    def was_pushed(self, path: Path) -> bool:
        """Whether the file was uploaded from here."""
        found = self._connection.execute("SELECT 1 FROM pushed_files WHERE path = ?", (os.fsencode(path),))
        return found.fetchone() is not None

    def has_file_named(self, location: Location) -> bool:
        """Whether an item's file is at this location, or there with any extension added."""
        if not is_utf_8(location.path):
            return False
        key = location.key
        found = self._connection.execute(
            """SELECT 1 FROM items WHERE outside = ?1 AND path_key = ?2 UNION ALL
               SELECT 1 FROM items WHERE outside = ?1 AND path_key BETWEEN ?2 || '.' AND ?2 || '/' LIMIT 1""",
            (location.root, key),  # a slash is the character after the dot
        )
        return found.fetchone() is not None

    def add_unknown(self, location: Location, size_bytes: int) -> None:
        """Note a file that nobody knows."""
        self._connection.execute(
            "INSERT INTO temp.unknown_files VALUES (?, ?, ?, NULL)",
            (location.root, os.fsencode(location.path), size_bytes),
        )

    def unknown(self) -> Iterator[UnknownFile]:
        """The unknown files, in the order of their paths."""
        return self._unknown("TRUE", ())

    def unknown_of_size(self, size_bytes: int) -> list[UnknownFile]:
        """The unknown files of this size."""
        return list(self._unknown("size = ?", (size_bytes,)))

    def _unknown(self, condition: str, parameters: tuple[int, ...]) -> Iterator[UnknownFile]:
        rows = self._connection.execute(
            f"SELECT rowid, outside, name, sha256 FROM unknown_files WHERE {condition} ORDER BY outside, name",  # noqa: S608
            parameters,
        )
        return (UnknownFile(row_id, Location(root, os.fsdecode(name)), sha256) for row_id, root, name, sha256 in rows)

    def set_unknown_sha256(self, file: UnknownFile, sha256: str) -> None:
        """Note the content of an unknown file, so that it is read once."""
        self._connection.execute("UPDATE temp.unknown_files SET sha256 = ? WHERE rowid = ?", (sha256, file.row_id))

    def forget_unknown(self, file: UnknownFile) -> None:
        """The file is known now: it is a missing one that was moved."""
        self._connection.execute("DELETE FROM temp.unknown_files WHERE rowid = ?", (file.row_id,))

    # When files were read last

    def started_at(self, run: int | None) -> datetime | None:
        """When a run began, if that is known."""
        row = self._connection.execute("SELECT started_at FROM runs WHERE run = ?", (run,)).fetchone()
        with self._connection.stored_values():
            return datetime.fromisoformat(row[0]) if row else None


def _recorded(
    row: tuple[int, str | None, str | None, str, str, str, int | None, str | None, int, int, str],
) -> RecordedFile:
    row_id, account, id_, root, path, sha256, size_bytes, delivered, is_sidecar, ours, _ = row
    return RecordedFile(
        *(Location(root, path), sha256, size_bytes, row_id, account, id_, delivered),
        is_sidecar=bool(is_sidecar),
        is_own_sidecar=bool(ours),
        is_made=account is None,
    )


def _key(name: bytes) -> str | None:
    path = os.fsdecode(name)
    return Location("", path).key if is_utf_8(path) else None
