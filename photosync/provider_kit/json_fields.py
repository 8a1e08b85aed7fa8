"""Fields of JSON that a service sent: each may be missing or have a wrong type, and is None or empty then.

    for node in parts(json_object(body), "data"):
        size_bytes = number(part(node, "contentProperties"), "size")

All readers take any value for `content`; what is no object has no fields.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime

Json = Mapping[str, object]

_DATE_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?", re.ASCII)
_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,512}")
_LARGEST_NUMBER = 2**63 - 1
"""What a column of SQLite holds."""


def json_object(body: bytes | str) -> Json:
    """The object that `body` holds; empty for anything else."""
    try:
        return as_object(json.loads(body))
    except (ValueError, RecursionError):  # no JSON, no text, or nested too deeply
        return {}


def as_object(content: object) -> Json:
    """`content` itself if it is an object, else an empty one."""
    return content if isinstance(content, Mapping) else {}


def part(content: object, name: str) -> Json:
    """The object called `name`; empty where there is none."""
    return as_object(as_object(content).get(name))


def parts(content: object, name: str) -> list[Json]:
    """The objects in the list called `name`; empty where there is none."""
    return [each for each in _values(content, name) if isinstance(each, Mapping)]


def text(content: object, name: str) -> str | None:
    """The text called `name`; None for an empty one.

    JSON can hold lone surrogates, which no file name and no database takes: each becomes U+FFFD.
    """
    return _text(as_object(content).get(name))


def texts(content: object, name: str) -> list[str]:
    """The texts in the list called `name` that are not empty, repaired as `text` does."""
    return [found for each in _values(content, name) if (found := _text(each))]


def number(content: object, name: str, least: int = 0) -> int | None:
    """The whole number called `name`, also written as text or with a fraction, which is cut off.

    None for what is less than `least`, for infinity, NaN and booleans, and for what no database takes.
    """
    value = as_object(content).get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= _LARGEST_NUMBER:
        return None
    return int(value)


def identifier(content: object, name: str = "id") -> str | None:
    """An id that may stand in an address or a file name as it is: letters, digits, `-` and `_`; None for others."""
    value = text(content, name)
    return value if value and _IDENTIFIER.fullmatch(value) else None


def date_time(content: object, name: str) -> datetime | None:
    """The RFC 3339 time called `name`, with its zone: `2023-08-14T18:02:11.123456789Z`; nanoseconds are cut off."""
    match = _DATE_TIME.fullmatch(text(content, name) or "")
    return _parsed(f"{match[1]}T{match[2]}{match[3]}") if match and match[3] else None


def clock_time(content: object, name: str) -> datetime | None:
    """The time called `name` as it reads, without a zone and whatever follows it.

    For services that write the clock of a camera with a `Z` behind it, which does not mean UTC then.
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
    except ValueError:  # the 31st of February
        return None
