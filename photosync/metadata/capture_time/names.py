"""Dates that cameras, phones and messengers put into file names."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import PurePath

from photosync.metadata.capture_time.dates import read_date
from photosync.metadata.result import TimeKind

_FULL = re.compile(
    r"(?<![0-9])((?:19|20)\d{2})([-_.]?)(\d{2})\2(\d{2})"
    r"(?:[-_ T.]|[ _]at[ _]|, )"
    r"(\d{2})([-_.:h]?)(\d{2})[-_.:m]?(\d{2})s?(?:[._]?(\d{3}))?(?![0-9])",
    re.ASCII,
)
_PIXEL = re.compile(r"PXL_(\d{8})_(\d{6})(\d{3})?", re.ASCII)
_WHATSAPP = re.compile(r"(?:IMG|VID)-(\d{4})(\d{2})(\d{2})-WA\d+", re.ASCII)


def date_in_name(name: str) -> tuple[datetime, TimeKind] | None:
    """The capture time that `name` holds, and what it is; None for names without a date.

    >>> date_in_name("IMG_20230405_123456.jpg")[0].isoformat()
    '2023-04-05T12:34:56'
    """
    name = PurePath(name).name
    if pixel := _PIXEL.match(name):
        day, time, fraction = pixel.groups()
        return _date((day[:4], day[4:6], day[6:], time[:2], time[2:4], time[4:], fraction), TimeKind.INSTANT)
    if whatsapp := _WHATSAPP.match(name):
        return _date((*whatsapp.groups(), "00", "00", "00", None), TimeKind.DAY)
    if full := _FULL.search(name):
        year, _, month, day, hour, _, minute, second, fraction = full.groups()
        return _date((year, month, day, hour, minute, second, fraction), TimeKind.LOCAL)
    return None


def _date(parts: tuple[str | None, ...], kind: TimeKind) -> tuple[datetime, TimeKind] | None:
    year, month, day, hour, minute, second, fraction = parts
    found = read_date(f"{year}-{month}-{day}T{hour}:{minute}:{second}.{fraction or '0'}")
    return (found.reading, kind) if found else None
