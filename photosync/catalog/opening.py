"""Opens the catalog's file, to write or to read only, and brings it to this program's version."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from photosync.catalog import schema
from photosync.catalog.connection import CatalogConnection, opening, unusable
from photosync.catalog.copy import watch_changes
from photosync.databases import address_to_read
from photosync.errors import DestinationError

CACHE_KIB = 16 * 1024


def to_write(path: Path) -> CatalogConnection:
    """Open for writing. A missing catalog is created, an older one is migrated. Raises `DestinationError`."""
    try:
        return _to_write(path, "WAL")
    except DestinationError as error:
        if not isinstance(error.__cause__, sqlite3.OperationalError):
            raise
    # A write-ahead log needs shared memory, which network file systems do not have. Not while the error is handled:
    # it refers to the first connection, which keeps its lock until then.
    return _to_write(path, "TRUNCATE")


def _to_write(path: Path, journal: str) -> CatalogConnection:
    with opening(path, path.absolute().as_uri()) as connection:
        if journal != "WAL":  # the log of an earlier run can be read without shared memory in this mode
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        _check_tables(connection, path)
        connection.execute(f"PRAGMA journal_mode = {journal}")
        connection.execute("PRAGMA locking_mode = NORMAL")
        connection.execute("BEGIN IMMEDIATE")  # only a write shows whether a log can be used
        connection.execute("ROLLBACK")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        schema.migrate(connection, path)
        watch_changes(connection)
    return connection


def to_read(path: Path) -> CatalogConnection:
    """Open without changing the content; another process may write it meanwhile. Raises `DestinationError`."""
    with opening(path, address_to_read(path)) as on_disk:
        on_disk.execute("BEGIN")  # the tables are looked at as of one moment: another process may be making them
        _check_tables(on_disk, path)
        on_disk.execute("COMMIT")
        connection = on_disk
        if schema.check_version(on_disk, path) < schema.SCHEMA_VERSION:
            connection = on_disk.copy_in_memory()
            on_disk.close()
            schema.migrate(connection, path)
    return connection


def _check_tables(connection: CatalogConnection, path: Path) -> None:
    """Raise `DestinationError` if the database is no catalog of this version or an older one. A new one is empty."""
    version = schema.check_version(connection, path)
    missing = schema.missing_tables(connection, version)
    if missing or (version == 0 and schema.tables(connection)):
        raise unusable(path, f"it has no table {missing[0]}" if missing else "it is another program's database")
