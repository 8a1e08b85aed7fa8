"""Reads fields of a service's JSON: each may be missing or have a wrong type, and is None or empty then.

    for node in parts(json_object(body), "data"):
        size_bytes = number(part(node, "contentProperties"), "size")

All readers accept any value for `content`; a value that is not an object has no fields.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from photosync.transport import json_document

Json = Mapping[str, object]

_DATE_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?", re.ASCII)
_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,512}")
_LARGEST_NUMBER = 2**63 - 1
"""The largest integer of a column of SQLite."""


def json_object(body: bytes | str) -> Json:
    """The object in `body`; empty for anything else."""
    try:
        return as_object(json_document.parse(body))
    except ValueError:
        return {}


def as_object(content: object) -> Json:
    """`content` itself if it is an object, else an empty one."""
    return content if isinstance(content, Mapping) else {}


def part(content: object, name: str) -> Json:
    """The object in the field `name`; empty if there is none."""
    return as_object(as_object(content).get(name))


def parts(content: object, name: str) -> list[Json]:
    """The objects of the list in the field `name`; empty if there is none."""
    return [each for each in _values(content, name) if isinstance(each, Mapping)]


def text(content: object, name: str) -> str | None:
    """The text in the field `name`; None for an empty one.

    JSON can have lone surrogates, which are invalid in file names and databases: each becomes U+FFFD.
    """
    return _text(as_object(content).get(name))


def texts(content: object, name: str) -> list[str]:
    """The texts of the list in the field `name` that are not empty, cleaned as by `text`."""
    return [found for each in _values(content, name) if (found := _text(each))]


def number(content: object, name: str, least: int = 0) -> int | None:
    """The integer in the field `name`, also from a text or with a fraction, which is truncated.

    None for a number below `least`, for infinity, NaN and booleans, and for a number too large for a database.
    """
    value = as_object(content).get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= _LARGEST_NUMBER:
        return None
    return int(value)


def identifier(content: object, name: str = "id") -> str | None:
    """An id that is safe in an address or a file name: letters, digits, `-` and `_`; None for others."""
    value = text(content, name)
    return value if value and _IDENTIFIER.fullmatch(value) else None


def date_time(content: object, name: str) -> datetime | None:
    """The RFC 3339 time in the field `name`, with its zone: `2023-08-14T18:02:11.123456789Z`; cut to microseconds."""
    match = _DATE_TIME.fullmatch(text(content, name) or "")
    return _parsed(f"{match[1]}T{match[2]}{match[3]}") if match and match[3] else None


def clock_time(content: object, name: str) -> datetime | None:
    """The reading of the time in the field `name`, without its zone and any text after it.

    For services that add a `Z` to the reading of a camera's clock, although it is not UTC.
    """
    match = _DATE_TIME.match(text(content, name) or "")
    return _parsed(f"{match[1]}T{match[2]}") if match else None


def _values(content: object, name: str) -> list[object]:
    value = as_object(content).get(name)
    return value if isinstance(value, list) else []


def _text(value: object) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _parsed(iso: str) -> datetime | None:
    try:
        return datetime.fromisoformat(iso)
    except ValueError:  # an invalid date
        return None
