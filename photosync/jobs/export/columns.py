"""What kind of values each column of an export has, from the types of `ItemRecord`."""

from __future__ import annotations

from enum import Enum

from photosync.jobs.item_record import ItemRecord


class ColumnKind(Enum):
    """The kind of a column; each value can be missing."""

    TEXT = "text"
    WHOLE = "whole number"
    TRUTH = "true or false"
    TEXTS = "list of texts"
    NUMBERS = "list of numbers"


_OF_TYPE = {
    "str": ColumnKind.TEXT,
    "str | None": ColumnKind.TEXT,
    "int | None": ColumnKind.WHOLE,
    "bool | None": ColumnKind.TRUTH,
    "tuple[str, ...]": ColumnKind.TEXTS,
    "tuple[float, float] | None": ColumnKind.NUMBERS,
}
KINDS = {name: _OF_TYPE[ItemRecord.__annotations__[name].__forward_arg__] for name in ItemRecord._fields}
"""By the name of the column, in the order of the columns."""
