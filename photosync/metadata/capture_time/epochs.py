"""The moments from which clocks and files count, and the errors that follow when two of them are confused.

Mac and QuickTime count from 1904 (ISO/IEC 14496-12, 8.2.2), Unix from 1970, FAT from 1980, Apple's frameworks from
2001. GPS counts weeks from 1980-01-06 modulo 1,024 (IS-GPS-200, 20.3.3.3.1.1): a receiver that missed a rollover
reports a day that is 7,168 days early, or twice that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import permutations

from photosync.metadata.capture_time.sources import TimeSource

MAC, UNIX, FAT, APPLE = (datetime(year, 1, 1) for year in (1904, 1970, 1980, 2001))  # noqa: DTZ001 - readings
GPS = datetime(1980, 1, 6)  # noqa: DTZ001


@dataclass(frozen=True, slots=True)
class Miscount:
    """A known error of a clock."""

    by: timedelta
    """What has to be added."""
    text: str


WEEKS = tuple(Miscount(timedelta(weeks=weeks), f"is {weeks:,} weeks early") for weeks in (1024, 2048))
_EPOCHS = {
    (right, wrong): Miscount(right - wrong, f"counts from {right.year} in place of {wrong.year}")
    for right, wrong in permutations((MAC, UNIX, FAT, APPLE), 2)
}
LOCAL_DAYS = tuple(Miscount(timedelta(days=days), "has the day of a time zone, not that of UTC") for days in (-1, 1))
"""GPS times of phones that combine the local day with the time in UTC."""
FROM_UNIX = _EPOCHS[UNIX, MAC]
"""The movie header of many phones and cameras."""


def miscounts(source: TimeSource) -> tuple[Miscount, ...]:
    """The errors that this source may have, the most common first."""
    if source is TimeSource.GPS:
        return WEEKS
    if source is TimeSource.MOVIE_HEADER:
        others = (each for (_, wrong), each in _EPOCHS.items() if wrong is MAC and each is not FROM_UNIX)
        return FROM_UNIX, *others, _EPOCHS[MAC, UNIX]
    return *WEEKS, *_EPOCHS.values()
