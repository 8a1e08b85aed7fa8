"""Reads fields of a service's JSON: each may be missing or unusable, and is None or empty then.

This is the border behind which all values fit into the model, the catalog and a file system: a value of a wrong type or
beyond the bounds below counts as absent, and the log says so with `-v`.

    for node in parts(json_object(body), "data"):
        size_bytes = number(part(node, "contentProperties"), "size")

All readers accept any value for `content`; a value that is not an object has no fields.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import datetime
from typing import TypeGuard

from photosync.errors import ProviderError
from photosync.transport import json_document

Json = Mapping[str, object]

_CLOCK_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?", re.ASCII | re.IGNORECASE)
_DATE_TIME = re.compile(rf"({_CLOCK_TIME.pattern})(Z|[+-]\d\d:?\d\d)", re.ASCII | re.IGNORECASE)
_IDENTIFIER = re.compile(r"(?!\.+\Z)[A-Za-z0-9_.:~=+@-]{1,512}")
_LONGEST_TEXT = 16_384
_LARGEST_NUMBER = 2**63 - 1
"""The largest integer of a column of SQLite."""
LARGEST_FILE = 2**44
"""Bytes: the largest file of most file systems. Half a million of these can be added up in SQLite."""
_LARGEST_DIMENSION = 2**31 - 1
_YEARS = range(2, 9999)
"""Any time zone can be applied to times in these."""

log = logging.getLogger(__name__)


def json_object(body: bytes | str) -> Json:
    """The object in `body`; empty for anything else."""
    try:
        return as_object(json_document.parse(body))
    except ValueError:
        return {}


def as_object(content: object) -> Json:
    """`content` itself if it is an object, else an empty one."""
    if isinstance(content, dict):  # what the parser makes; to look for other mappings takes much longer
        return content
    return content if isinstance(content, Mapping) else {}


def part(content: object, name: str) -> Json:
    """The object in the field `name`; empty if there is none."""
    value = as_object(content).get(name)
    return {} if value is None else as_object(value)


def parts(content: object, name: str) -> list[Json]:
    """The objects of the list in the field `name`; empty if there is none."""
    return [each for each in _values(content, name) if isinstance(each, Mapping)]


def text(content: object, name: str) -> str | None:
    """The text in the field `name`; None for an empty one, and for one of more than 16,384 characters.

    JSON can have lone surrogates, which are invalid in file names and databases: each becomes U+FFFD.
    """
    value = as_object(content).get(name)
    if isinstance(value, str) and 0 < len(value) <= _LONGEST_TEXT:
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if value:
        _log_ignored(name, value)
    return None


def number(content: object, name: str, least: int = 0, most: int = _LARGEST_NUMBER) -> int | None:
    """The integer in the field `name`, also from a text or with a fraction, which is truncated.

    None for a number outside `least` and `most`, which is what a database can hold, for infinity, NaN and booleans.
    """
    found = value = as_object(content).get(name)
    if type(value) is int and least <= value <= most:
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        _log_ignored(name, found)
        return None
    return int(value)


def file_size(content: object, name: str) -> int | None:
    """The size of a file in bytes in the field `name`; None for one that no file has."""
    return number(content, name, most=LARGEST_FILE)


def dimension(content: object, name: str) -> int | None:
    """The width or height in the field `name`, in pixels; None for none."""
    return number(content, name, least=1, most=_LARGEST_DIMENSION)


def identifier(content: object, name: str = "id") -> str | None:
    """The id in the field `name`; None for one that is not safe in an address or a file name.

    Safe are at most 512 letters, digits and `-_.:~=+@`, and not dots alone.
    """
    value = as_object(content).get(name)
    if not _is_identifier(value):
        _log_ignored(name, value)
        return None
    return value


def identifiers(content: object, name: str) -> list[str]:
    """The ids of the list in the field `name`, without those that are not safe."""
    return [each for each in _values(content, name) if _is_identifier(each)]


def texts(content: object, name: str) -> list[str]:
    """The texts of the list in the field `name`, without empty and very long ones."""
    found = (text({name: each}, name) for each in _values(content, name))
    return [each for each in found if each is not None]


def unusable(content: object, name: str) -> int:
    """The number of entries of the list in the field `name` without a safe id: they cannot be items."""
    return sum(not _is_identifier(as_object(each).get("id")) for each in _values(content, name))


def page_token(content: object, name: str) -> str | None:
    """The text in the field `name` that requests the next page of a listing; None at the end.

    Raises `ProviderError` for one that cannot be sent back: the listing does not end there.
    """
    value = as_object(content).get(name)
    if value in (None, ""):
        return None
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT or not value.isprintable():
        raise ProviderError("the service answered with a mark for the next page that cannot be used")
    return value


def date_time(content: object, name: str) -> datetime | None:
    """The RFC 3339 time in the field `name`, with its zone: `2023-08-14T18:02:11.123456789Z`; cut to microseconds.

    Also with small letters, which that permits, and with `+0200`, which ISO 8601 does.
    """
    match = _DATE_TIME.fullmatch(text(content, name) or "")
    return _parsed(f"{match[1]}{match[2].upper()}") if match else None


def clock_time(content: object, name: str) -> datetime | None:
    """The reading of the time in the field `name`, without its zone and any text after it.

    For services that add a `Z` to the reading of a camera's clock, although it is not UTC.
    """
    match = _CLOCK_TIME.match(text(content, name) or "")
    return _parsed(match[0]) if match else None


def _values(content: object, name: str) -> list[object]:
    value = as_object(content).get(name)
    return value if isinstance(value, list) else []


def _is_identifier(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and _IDENTIFIER.fullmatch(value) is not None


def _log_ignored(name: str, value: object) -> None:
    """Log that a present value counts as absent. The value itself may be a secret, or very long."""
    if value is not None:
        log.info("ignored an unusable value of '%s' in an answer (%s)", name, type(value).__name__)


def _parsed(iso: str) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(iso)
    except ValueError:  # an invalid date
        return None
    return parsed if parsed.year in _YEARS else None
