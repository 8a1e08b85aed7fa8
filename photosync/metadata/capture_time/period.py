"""The period of a partial date, the dates that refine it, and dates that say the same."""

from __future__ import annotations

from datetime import datetime

from photosync.metadata.capture_time.zones import GPS_TOLERANCE, difference
from photosync.model import CaptureTime, TimeMeaning

_KNOWN_PARTS = {TimeMeaning.YEAR: 1, TimeMeaning.MONTH: 2, TimeMeaning.DAY: 3}


def refines(reading: datetime, meaning: TimeMeaning, partial: CaptureTime) -> bool:
    """Whether a date with this local `reading` says more than `partial`, and does not contradict it."""
    known = _KNOWN_PARTS.get(partial.meaning)
    if known is None or _KNOWN_PARTS.get(meaning, 4) <= known:
        return False
    return reading.timetuple()[:known] == partial.reading.timetuple()[:known]


def says_the_same(local: CaptureTime, other: CaptureTime) -> bool:
    """Whether the local reading can stand beside another date of the same meaning: a program may show either."""
    if other.meaning.is_partial:
        return refines(local.reading, local.meaning, other)
    if abs(local.reading - other.reading) <= GPS_TOLERANCE:
        return True
    if other.utc is None:
        return False
    offset = difference(local.reading, other.utc.replace(tzinfo=None), GPS_TOLERANCE)
    return offset is not None and local.offset in (None, offset)
