"""The part of the catalog that compares what is saved with what copies of the library have.

The record of a copy is a database with the table `files (path, sha256, verified_at, …)`. It is attached as `copy`, to
read, and each method raises `sqlite3.Error` where that cannot be read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from photosync.catalog.connection import CatalogConnection
from photosync.catalog.contents import PATH, SAVED, of_accounts
from photosync.databases import address_to_read

_WANTED = f"""SELECT outside, {PATH} AS path, stored_sha256 AS sha256, stored_size AS size,
        path IS NULL AS is_offsite, 0 AS is_made FROM items WHERE {PATH} IS NOT NULL
    UNION ALL SELECT outside, path, sha256, NULL, 0, 0 FROM sidecars
    UNION ALL SELECT outside, path, sha256, size, 0, 1 FROM made_files"""  # noqa: S608 - our own text
_COMPARED = f"""
    SELECT count(*) FILTER (WHERE there.path IS NULL AND NOT is_offsite),
        coalesce(sum(wanted.size) FILTER (WHERE there.path IS NULL AND NOT is_offsite), 0),
        count(*) FILTER (WHERE there.path IS NOT NULL AND verified_at IS NULL AND NOT is_made),
        min(verified_at) FILTER (WHERE NOT is_made)
    FROM ({_WANTED}) AS wanted LEFT JOIN copy.files AS there
        ON there.path = path_in_copy(outside, wanted.path) AND there.sha256 = wanted.sha256"""  # noqa: S608 - our own text

_COUNTS = """DROP TABLE IF EXISTS temp.counted;
    CREATE TABLE temp.counted (item INTEGER PRIMARY KEY, copies INTEGER, verified INTEGER)"""

_NO_FILES = """DETACH copy;
    ATTACH ':memory:' AS copy;
    CREATE TABLE copy.files (path, sha256, verified_at)"""
"""Where there is no record, or one that a copy is just making."""


@dataclass(frozen=True, slots=True)
class ItemsInCopies:
    """In how many copies the items of an account are. Each list has their number for no copy, one copy, two, …."""

    in_copies: list[int]
    in_verified_copies: list[int]
    """Of copies in which their files were read, and were right."""


@dataclass(frozen=True, slots=True)
class CopyComparison:
    """What a copy has of the library's files, as they are now."""

    lacking: int
    """The files that it lacks, or has with another content."""
    lacking_bytes: int
    """As far as their sizes are recorded."""
    unread: int
    """The files that it has, and that were not read there since."""
    oldest_reading_at: float | None
    """When the file was read there that was not read for longest, of those that were; seconds since 1970."""


class InCopies:
    """Part of a `Catalog`; shares its connection."""

    def __init__(self, connection: CatalogConnection) -> None:
        self._connection = connection

    def compared(self, record: Path | None, path_in_copy: Callable[[str, str], str]) -> CopyComparison:
        """With the record of a copy. `path_in_copy`: the path there of a root and a path, as of a `Location`.

        Without a record, the copy has nothing.
        """
        with self._attached(record, path_in_copy) as cursor:
            return CopyComparison(*cursor.execute(_COMPARED).fetchone())

    def begin_count(self) -> None:
        """Items are counted anew: no copy has been looked at yet."""
        self._connection.executescript(_COUNTS)

    def count(self, record: Path | None, path_in_copy: Callable[[str, str], str]) -> None:
        """Look which items a copy has. What was found missing or damaged there is not in it."""
        with self._attached(record, path_in_copy) as cursor:
            columns = cursor.execute("SELECT name FROM pragma_table_info('files', 'copy')").fetchall()
            right = "wrong_since IS NULL" if ("wrong_since",) in columns else "TRUE"  # not in older records
            cursor.execute(
                f"""INSERT INTO temp.counted SELECT item, 1, verified_at IS NOT NULL
                    FROM (SELECT rowid AS item, path_in_copy(outside, {PATH}) AS wanted, stored_sha256 FROM items
                          WHERE {SAVED}) JOIN copy.files ON path = wanted AND sha256 = stored_sha256
                    WHERE {right} ON CONFLICT (item) DO UPDATE
                        SET copies = copies + 1, verified = verified + excluded.verified"""  # noqa: S608 - our own text
            )

    def counts(self, copies: int, accounts: Sequence[str]) -> Mapping[str, ItemsInCopies]:
        """For each account with saved items, in how many they are, of this number of copies that were looked at.

        Of the named accounts, or of all.
        """
        of_those, names = of_accounts(accounts)
        rows = self._connection.execute(
            f"""SELECT account, coalesce(copies, 0), coalesce(verified, 0), count(*)
                FROM items LEFT JOIN temp.counted ON item = items.rowid
                WHERE {SAVED}{of_those} GROUP BY 1, 2, 3""",  # noqa: S608 - our own text
            names,
        )
        found: dict[str, ItemsInCopies] = {}
        for account, number, verified, count in rows:
            if account not in found:
                found[account] = ItemsInCopies([0] * (copies + 1), [0] * (copies + 1))
            found[account].in_copies[number] += count
            found[account].in_verified_copies[verified] += count
        return found

    @contextmanager
    def _attached(self, record: Path | None, path_in_copy: Callable[[str, str], str]) -> Iterator[sqlite3.Cursor]:
        cursor = self._connection.cursor()  # not the catalog's own kind: its errors name the catalog
        self._connection.create_function("path_in_copy", 2, path_in_copy, deterministic=True)
        cursor.execute("ATTACH ? AS copy", (address_to_read(record) if record else ":memory:",))
        try:
            if cursor.execute("SELECT 1 FROM copy.sqlite_master WHERE name = 'files'").fetchone() is None:
                cursor.executescript(_NO_FILES)
            yield cursor
        finally:
            cursor.execute("DETACH copy")
