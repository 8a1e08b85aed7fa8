"""Offsets read from files, dates written into them, and dates that are not plausible."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta

from photosync.metadata.capture_time.zones import is_offset

_OFFSET = re.compile(r"\s*([+-])(\d{1,2})(?::?(\d{2}))?(?!\d)", re.ASCII)

_EARLIEST_YEAR = 1826
"""The year of the oldest photograph that is kept."""


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
    size = timedelta(hours=int(hours), minutes=int(minutes or 0))
    value = -size if sign == "-" else size
    return value if is_offset(value) else None


def exif_text(reading: datetime) -> str:
    """`2023:04:05 12:34:56`; years before 1000 keep their four digits."""
    return f"{reading.year:04}:{reading:%m:%d %H:%M:%S}"


def offset_text(offset: timedelta) -> str:
    """`+02:00`, `-03:30`."""
    minutes = round(offset / timedelta(minutes=1))
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def doubt(reading: datetime, now: datetime) -> str:
    """Why a date is not plausible; empty if it is. `now` is the UTC reading of the clock."""
    if reading > (shifted(now, timedelta(days=1, hours=14)) or now):
        return "lies in the future"
    if reading.year < _EARLIEST_YEAR:
        return f"is before {_EARLIEST_YEAR}"
    return ""


def shifted(reading: datetime, by: timedelta) -> datetime | None:
    """`reading` moved; None before the year 1 and after 9999."""
    with suppress(OverflowError):
        return reading + by
    return None
