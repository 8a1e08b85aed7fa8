"""Dates that cameras, phones and messengers put into file names."""

from __future__ import annotations

import re
from pathlib import PurePath

from photosync.metadata.capture_time.dates import read_date
from photosync.model import CaptureTime, TimeMeaning

_FULL = re.compile(
    r"(?<![0-9])((?:19|20)\d{2})([-_.]?)(\d{2})\2(\d{2})"
    r"(?:[-_ T.]|[ _]at[ _]|, )"
    r"(\d{2})([-_.:h]?)(\d{2})[-_.:m]?(\d{2})s?(?:[._]?(\d{3}))?(?![0-9])",
    re.ASCII,
)
_PIXEL = re.compile(r"PXL_(\d{8})_(\d{6})(\d{3})?", re.ASCII)
_WHATSAPP = re.compile(r"(?:IMG|VID)-(\d{4})(\d{2})(\d{2})-WA\d+", re.ASCII)


def date_in_name(name: str) -> CaptureTime | None:
    """The capture time that `name` holds; None for names without a date.

    >>> date_in_name("IMG_20230405_123456.jpg").isoformat()
    '2023-04-05T12:34:56'
    """
    name = PurePath(name).name
    if pixel := _PIXEL.match(name):
        day, time, fraction = pixel.groups()
        return _date((day[:4], day[4:6], day[6:], time[:2], time[2:4], time[4:], fraction), TimeMeaning.INSTANT)
    if whatsapp := _WHATSAPP.match(name):
        return _date((*whatsapp.groups(), "00", "00", "00", None), TimeMeaning.DAY)
    if full := _FULL.search(name):
        year, _, month, day, hour, _, minute, second, fraction = full.groups()
        return _date((year, month, day, hour, minute, second, fraction), TimeMeaning.LOCAL)
    return None


def _date(parts: tuple[str | None, ...], meaning: TimeMeaning) -> CaptureTime | None:
    year, month, day, hour, minute, second, fraction = parts
    found = read_date(f"{year}-{month}-{day}T{hour}:{minute}:{second}.{fraction or '0'}")
    return CaptureTime(found.reading, meaning) if found else None
