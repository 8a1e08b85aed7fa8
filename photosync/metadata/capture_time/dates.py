"""Dates in files: read leniently, written strictly."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from photosync.metadata.capture_time.zones import is_offset
from photosync.model import CaptureTime, TimeMeaning

_EXIF = re.compile(
    r"\s*(\d{4})[-:/. ](\d{1,2})[-:/. ](\d{1,2})"
    r"(?:[T\s_]+(\d{1,2})[-:.](\d{1,2})(?:[-:.](\d{1,2})(?:[.,](\d{1,9}))?)?)?"
    r"\s*(Z|[+-]\d{1,2}:?\d{2})?",
    re.ASCII,
)
_OFFSET = re.compile(r"\s*([+-])(\d{1,2}):?(\d{2})", re.ASCII)

_EARLIEST_YEAR = 1826
"""The year of the oldest photograph that is kept."""
_FACTORY_RESETS = {"1970-01-01T00:00:00", "1980-01-01T00:00:00"}


def read_date(text: str) -> CaptureTime | None:
    """A date of Exif or ISO 8601, however written; None for spaces, zeros and anything else that is no date.

    >>> read_date("2023-04-05T12:34").reading.isoformat()
    '2023-04-05T12:34:00'
    """
    found = _EXIF.match(text.replace("\0", " "))
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    microsecond = int((fraction or "0").ljust(6, "0")[:6])
    seconds = 59 if second == "60" else int(second or 0)
    whole = (int(year), int(month), int(day), int(hour or 0), int(minute or 0), seconds, microsecond)
    try:
        reading = datetime(*whole, tzinfo=UTC)
    except ValueError:
        return None
    meaning = TimeMeaning.DAY if hour is None else TimeMeaning.LOCAL
    return CaptureTime(reading.replace(tzinfo=None), meaning, read_offset(offset or ""))


def read_offset(text: str) -> timedelta | None:
    """`+02:00` as Exif 2.31 writes it, or `Z`; None for anything else.

    >>> read_offset("-03:30")
    datetime.timedelta(days=-1, seconds=73800)
    """
    if text.strip() == "Z":
        return timedelta()
    found = _OFFSET.match(text)
    if found is None:
        return None
    sign, hours, minutes = found.groups()
    size = timedelta(hours=int(hours), minutes=int(minutes))
    value = -size if sign == "-" else size
    return value if is_offset(value) else None


def read_rfc_date(text: str) -> CaptureTime | None:
    """A date as in e-mail (RFC 5322), which the PNG specification recommends for `Creation Time`."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return CaptureTime(found.replace(tzinfo=None), TimeMeaning.LOCAL, found.utcoffset())


def exif_text(reading: datetime) -> str:
    """`2023:04:05 12:34:56`; years before 1000 keep their four digits."""
    return f"{reading.year:04}:{reading:%m:%d %H:%M:%S}"


def offset_text(offset: timedelta) -> str:
    """`+02:00`, `-03:30`."""
    minutes = round(offset / timedelta(minutes=1))
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def doubt(reading: datetime, now: datetime) -> str:
    """Why a date is not plausible; empty if it is. `now` is the UTC reading of the clock."""
    if reading > now + timedelta(days=1, hours=14):
        return "lies in the future"
    if reading.year < _EARLIEST_YEAR:
        return f"is before {_EARLIEST_YEAR}"
    if reading.isoformat()[:19] in _FACTORY_RESETS:
        return "is what a clock shows that was never set"
    return ""


def shifted(reading: datetime, by: timedelta) -> datetime | None:
    """`reading` moved; None before the year 1 and after 9999."""
    with suppress(OverflowError):
        return reading + by
    return None
