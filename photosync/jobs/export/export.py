"""Writes all items of a catalog to a file: `.parquet`, `.csv` or `.jsonl`. A row an item, read while it is written."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

from photosync.catalog import Catalog
from photosync.errors import DestinationError, UsageError
from photosync.jobs.export.columns import KINDS, ColumnKind
from photosync.jobs.item_record import COLUMNS, ItemRecord
from photosync.jobs.list import State, recorded
from photosync.library.disk_errors import disk_errors
from photosync.library.move import move_file
from photosync.model import Selection

_ROWS = 500
"""The rows that are in memory at a time as Python's objects."""
_BATCHES = 40
"""So many times these rows are a group of a Parquet file."""


def export(catalog: Catalog, path: Path) -> int:
    """Write the items of all accounts, in all states. Returns their number.

    A file that is there is replaced when the new one is complete. Raises `UsageError` for another kind of file, and
    `DestinationError`.
    """
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise UsageError(f"{path}: expected a name that ends with {', '.join(_WRITERS)}")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is there already, and is no file")
    if not path.parent.is_dir():
        raise DestinationError(f"{path}: there is no folder {path.parent}; make it first")
    counted = _Counted(catalog)
    temporary = path.with_name(f".{path.name}.new")
    with disk_errors(path):
        temporary.unlink(missing_ok=True)  # of an export that was killed
        try:
            with temporary.open("xb") as file:
                write(counted.records(), file)
                file.flush()
                os.fsync(file.fileno())
            move_file(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    return counted.number


class _Counted:
    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self.number = 0

    def records(self) -> Iterator[ItemRecord]:
        for account in self._catalog.accounts():
            for row in recorded(self._catalog, account, Selection(), (), frozenset(State)):
                self.number += 1
                yield ItemRecord.of(account, row)


def _parquet(records: Iterator[ItemRecord], file: IO[bytes]) -> None:
    try:
        import pyarrow  # noqa: PLC0415 - an extra
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError as error:
        raise UsageError(
            "Parquet needs pyarrow: pip install 'photosync-cli[pandas]'; .csv and .jsonl need it not"
        ) from error
    types = {
        ColumnKind.TEXT: pyarrow.string(),
        ColumnKind.WHOLE: pyarrow.int64(),
        ColumnKind.TRUTH: pyarrow.bool_(),
        ColumnKind.TEXTS: pyarrow.list_(pyarrow.string()),
        ColumnKind.NUMBERS: pyarrow.list_(pyarrow.float64()),
    }
    schema = pyarrow.schema([(name, types[kind]) for name, kind in KINDS.items()])
    with pyarrow.parquet.ParquetWriter(file, schema) as writer:
        batches = iter(lambda: list(islice(records, _ROWS)), [])
        while group := [_batch(rows, schema) for rows in islice(batches, _BATCHES)]:
            writer.write_table(pyarrow.Table.from_batches(group))


def _batch(rows: Sequence[ItemRecord], schema: Any) -> Any:
    """The rows as columns."""
    import pyarrow  # noqa: PLC0415 - an extra

    columns = zip(*rows, strict=True)
    arrays = [_array(values, type_) for values, type_ in zip(columns, schema.types, strict=True)]
    return pyarrow.record_batch(arrays, schema=schema)


def _array(values: tuple[object, ...], type_: Any) -> Any:
    import pyarrow  # noqa: PLC0415 - an extra

    try:
        return pyarrow.array(values, type_)
    except UnicodeEncodeError:
        return pyarrow.array(map(_encodable, values), type_)


def _encodable(value: object) -> object:
    """The value, with escapes for what UTF-8 cannot have: services and file systems have such names."""
    if isinstance(value, tuple):
        return [_encodable(each) for each in value]
    return value.encode(errors="backslashreplace").decode() if isinstance(value, str) else value


def _csv(records: Iterator[ItemRecord], file: IO[bytes]) -> None:
    """RFC 4180 in UTF-8; lists as JSON, `true` and `false`, nothing for what is not known."""
    text = io.TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for record in records:
        writer.writerow(map(_cell, record))
    text.flush()
    text.detach()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return value


def _json_lines(records: Iterator[ItemRecord], file: IO[bytes]) -> None:
    """An object a line, with all columns."""
    for record in records:
        line = json.dumps(record._asdict(), ensure_ascii=False)
        file.write(line.encode(errors="backslashreplace") + b"\n")


_WRITERS: dict[str, Callable[[Iterator[ItemRecord], IO[bytes]], None]] = {
    ".parquet": _parquet,
    ".csv": _csv,
    ".jsonl": _json_lines,
}
"""By the end of the file's name."""
