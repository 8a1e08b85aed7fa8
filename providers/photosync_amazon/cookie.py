"""One cookie, and the time until which it is valid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from photosync.transport.http_date import http_date

_MILLISECONDS_FROM = 1e11
"""A larger number is a time in milliseconds: in seconds it is after the year 5138."""


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie. Lines and mappings have only names and values."""

    name: str
    value: str
    domain: str | None = None
    expires_at: float = math.inf
    """Seconds since 1970; infinite for the cookie of a session, and where it is not known."""
    path: str = "/"


def expiry(value: object) -> float:
    """The time as exports and browsers write it: a number, ISO 8601, an HTTP date. A session's has 0, -1 or a word."""
    if isinstance(value, str):
        text = value
        try:
            value = float(text)
        except ValueError:
            return _date(text)
    if not isinstance(value, int | float):
        return math.inf
    try:
        seconds = float(value)
    except OverflowError:
        return math.inf
    if not 0 < seconds < math.inf:
        return math.inf
    return seconds / 1000 if seconds > _MILLISECONDS_FROM else seconds


def _date(text: str) -> float:
    moment: datetime | None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        moment = http_date(text)
        if moment is None:
            return math.inf
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return math.inf
