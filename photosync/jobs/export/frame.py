"""Items as a pandas `DataFrame`. pandas is an extra, imported here alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from photosync.errors import UsageError
from photosync.jobs.export.columns import KINDS, ColumnKind
from photosync.jobs.item_record import ItemRecord

if TYPE_CHECKING:
    import pandas

_TYPES = {ColumnKind.TEXT: "string", ColumnKind.WHOLE: "Int64", ColumnKind.TRUTH: "boolean"}
"""pandas' types for values that can be missing; lists are objects."""


def data_frame(records: Iterable[ItemRecord]) -> pandas.DataFrame:
    """A row for each record; the columns have the same names and types with any number of rows, also with none.

    Raises `UsageError` without pandas.
    """
    try:
        import pandas  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UsageError("tables need pandas: pip install 'photosync-cli[pandas]'") from error
    rows = list(records)
    return pandas.DataFrame(
        {
            name: pandas.Series([getattr(row, name) for row in rows], dtype=_TYPES.get(kind, "object"))
            for name, kind in KINDS.items()
        }
    )
