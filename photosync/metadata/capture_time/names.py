"""Dates that cameras, phones and messengers put into file names."""

from __future__ import annotations

import re
from pathlib import PurePath

from photosync.metadata.capture_time.read_date import read_date
from photosync.model import CaptureTime, TimeMeaning

_DAY = r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
_PATTERNS = {
    TimeMeaning.INSTANT: rf"\APXL_{_DAY}_(?P<hour>\d{{2}})(?P<minute>\d{{2}})(?P<second>\d{{2}})(?P<fraction>\d{{3}})?",
    TimeMeaning.DAY: rf"\A(?:IMG|VID)-{_DAY}-WA\d+",
    TimeMeaning.LOCAL: r"(?<![0-9])(?P<year>(?:19|20)\d{2})([-_.]?)(?P<month>\d{2})\2(?P<day>\d{2})"
    r"(?:[-_ T.]|[ _]at[ _]|, )"
    r"(?P<hour>\d{2})[-_.:h]?(?P<minute>\d{2})[-_.:m]?(?P<second>\d{2})s?(?:[._]?(?P<fraction>\d{3}))?(?![0-9])",
}
"""The patterns of Pixel phones, WhatsApp and all others. The first match counts."""


def date_in_name(name: str) -> CaptureTime | None:
    """The capture time in `name`; None for names without a date.

    >>> date_in_name("IMG_20230405_123456.jpg").isoformat()
    '2023-04-05T12:34:56'
    """
    name = PurePath(name).name
    for meaning, pattern in _PATTERNS.items():
        if found := re.search(pattern, name, re.ASCII):
            parts = dict.fromkeys(("hour", "minute", "second", "fraction"), "0") | found.groupdict("0")
            date = read_date("{year}-{month}-{day}T{hour}:{minute}:{second}.{fraction}".format_map(parts))
            if isinstance(date, CaptureTime) and not date.meaning.is_partial:
                return CaptureTime(date.reading, meaning)
            return None
    return None
