"""The period of a partial date, and the dates that refine it."""

from __future__ import annotations

from datetime import datetime

from photosync.model import CaptureTime, TimeMeaning

_KNOWN_PARTS = {TimeMeaning.YEAR: 1, TimeMeaning.MONTH: 2, TimeMeaning.DAY: 3}


def refines(reading: datetime, meaning: TimeMeaning, partial: CaptureTime) -> bool:
    """Whether a date with this local `reading` says more than `partial`, and does not contradict it."""
    known = _KNOWN_PARTS.get(partial.meaning)
    if known is None or _KNOWN_PARTS.get(meaning, 4) <= known:
        return False
    return reading.timetuple()[:known] == partial.reading.timetuple()[:known]
