"""The address of a database of SQLite, to read it while another process may write it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def address_to_read(path: Path) -> str:
    """For `sqlite3.connect` with `uri=True`, or for `ATTACH`. The content is not changed, also not that of its log.

    A reader of a database in WAL mode has to create files next to it. Where that is not possible, as on a disk that is
    mounted to read only, it is read as a file that nobody changes.
    """
    uri = path.absolute().as_uri()
    if _has_log(path):
        return f"{uri}?mode=ro"
    address = f"{uri}?mode=rw"  # `ro` would leave the files there; this removes those that a killed reader left
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            database.execute("PRAGMA schema_version").fetchone()
    except sqlite3.Error:
        return f"{uri}?mode=ro&immutable=1"
    return address


def _has_log(path: Path) -> bool:
    """Whether there is a log with content, of a run that works now or was killed."""
    try:
        return path.with_name(f"{path.name}-wal").stat().st_size > 0
    except FileNotFoundError:
        return False
