"""Whether a catalog can be read as a whole, and what an older one of its library lacks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from photosync.catalog import item_json, schema
from photosync.catalog.connection import CatalogConnection, unusable
from photosync.errors import Exit
from photosync.model import Location, Proof

Row = Mapping[str, Any]
"""A row of a table, by the names of the columns."""

_TYPES = {"TEXT": str, "INTEGER": int, "BLOB": bytes}
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as the catalog knows it."""

    account: str
    id: str
    location: Location
    size_bytes: int
    sha256: str


class Soundness:
    """Part of a `Catalog`; shares its connection and its transactions."""

    def __init__(self, connection: CatalogConnection) -> None:
        self._connection = connection

    def check(self) -> None:
        """Read all. Raises `DamagedCatalogError`."""
        found = self._connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise unusable(self._connection.path, found)
        expected = CatalogConnection(self._connection.path, ":memory:")
        schema.migrate(expected, self._connection.path)
        for table in sorted(schema.tables(expected)):
            missing = _columns(expected, table) - _columns(self._connection, table)
            if missing:
                raise unusable(self._connection.path, f"its table {table} has no column {min(missing)}")
        expected.close()
        unreadable = next(self._unreadable(), None)
        if unreadable is not None:
            raise unusable(self._connection.path, f"it has a damaged entry (table {unreadable[0]})")

    def drop_unreadable(self) -> int:
        """Delete the rows whose values cannot be read. Returns how many they were."""
        rows = list(self._unreadable())
        for table, row_id in rows:
            self._connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (row_id,))  # noqa: S608 - our own names
        return len(rows)

    def _unreadable(self) -> Iterator[tuple[str, int]]:
        """The table and the number of each row whose values cannot be read."""
        connection = self._connection
        try:
            for table, read in _READERS.items():
                columns = connection.execute("SELECT name, type FROM pragma_table_info(?)", (table,)).fetchall()
                if not columns:
                    raise unusable(connection.path, f"it has no table {table}")
                names, types = zip(*columns, strict=True)
                connection.text_factory = lambda text: text.decode(errors="surrogateescape")  # damaged text too
                rows = connection.execute(f"SELECT rowid, {', '.join(names)} FROM {table}")  # noqa: S608 - our own names
                for row_id, *values in rows:
                    try:
                        for value, type_ in zip(values, types, strict=True):
                            _check_value(value, type_)
                        read(dict(zip(names, values, strict=True)))
                    except _UNREADABLE:
                        yield table, row_id
                connection.text_factory = str
        finally:
            connection.text_factory = str

    # An older copy, and files that changed since it was made

    def stored_files(self) -> Iterator[StoredFile]:
        """Every file of every account, in the order of the locations."""
        rows = self._connection.execute(
            """SELECT account, id, outside, path, stored_size, stored_sha256 FROM items WHERE path IS NOT NULL
               ORDER BY outside, path"""
        )
        return (StoredFile(account, id_, Location(root, path), *rest) for account, id_, root, path, *rest in rows)

    def restate(self, file: StoredFile, size_bytes: int, sha256: str) -> None:
        """Record that the file has another content, of the same item."""
        self._connection.execute(
            "UPDATE items SET stored_size = ?, stored_sha256 = ? WHERE account = ? AND id = ?",
            (size_bytes, sha256, file.account, file.id),
        )

    def forget(self, file: StoredFile) -> None:
        """Forget the item, and how far its account is listed: the next complete listing has it."""
        for table in ("items", "sidecars"):
            delete = f"DELETE FROM {table} WHERE account = ? AND id = ?"  # noqa: S608 - our own names
            self._connection.execute(delete, (file.account, file.id))
        self.forget_listings(file.account)

    def forget_listings(self, account: str) -> None:
        """Forget how far the account is listed."""
        self._connection.execute("DELETE FROM listings WHERE account = ?", (account,))


def _columns(connection: CatalogConnection, table: str) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))}


def _check_value(value: object, type_: str) -> None:
    """Raise an error unless the value has the type of its column. A text of the catalog is UTF-8."""
    if value is not None and not isinstance(value, _TYPES[type_]):
        raise TypeError(value)
    if isinstance(value, str):
        value.encode()


def _read_item(row: Row) -> None:
    item_json.from_text(row["description"])
    if row["state"] not in ("saved", "offsite", "pushed", "failed", "gone"):
        raise ValueError(row["state"])
    for path, key in (("path", "path_key"), ("offsite_path", "offsite_key")):
        if row[path] is not None:
            is_whole = None not in (row["stored_size"], row["stored_sha256"])
            if not is_whole or Location(row["outside"], row[path]).key != row[key]:
                raise ValueError(row[path])
    for name in ("delivered_md5", "delivered_sha256", "stored_sha256"):
        bytes.fromhex(row[name] or "")
    if row["proof"] is not None:
        Proof(row["proof"])
    if row["mended"] is not None:
        record = json.loads(row["mended"])
        _ = record["outcome"], record["changes"], record["notes"]


def _read_run(row: Row) -> None:
    datetime.fromisoformat(row["started_at"])
    Exit(row["exit"] or 0)


def _read_listing(row: Row) -> None:
    datetime.fromisoformat(row["completed_at"])


def _read_any(_: Row) -> None:
    pass


_READERS: dict[str, Callable[[Row], None]] = {
    "items": _read_item,
    "runs": _read_run,
    "listings": _read_listing,
    **dict.fromkeys(("sidecars", "fixing", "pushes", "repairs", "sums", "changes"), _read_any),
}
"""The tables, and what reads those values of a row that have a form."""
