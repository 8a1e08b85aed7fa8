"""The times that a clock shows which was never set, or that stand for 'no time'."""

from __future__ import annotations

from datetime import datetime, timedelta

from photosync.metadata.capture_time.epochs import APPLE, FAT, GPS, MAC, UNIX
from photosync.metadata.capture_time.zones import is_offset_in_use

_SECOND, _MINUTE, _QUARTER, _DAY = (timedelta(seconds=seconds) for seconds in (1, 60, 900, 86400))
_ZEROS = (MAC, UNIX, FAT, GPS)
_YEAR_2000, _NTP = datetime(2000, 1, 1), datetime(1900, 1, 1)  # noqa: DTZ001 - readings
_DEFAULTS = (
    *(APPLE, GPS + timedelta(weeks=1024), GPS + timedelta(weeks=2048)),
    *(datetime(year, 1, 1) for year in (2000, 2002, 2010)),  # noqa: DTZ001
    *(datetime(1899, 12, 30), datetime(1999, 11, 30)),  # noqa: DTZ001 - zero of OLE and Delphi; 0000-00-00 in PHP
)
"""Where cameras and phones begin when their battery was empty, GPS receivers without a fix, and zeros of programs."""
_OVERFLOWS = (
    *(UNIX + timedelta(seconds=seconds) for seconds in (-(1 << 31), (1 << 31) - 1, (1 << 32) - 1)),
    *(MAC + timedelta(seconds=seconds) for seconds in ((1 << 31) - 1, (1 << 32) - 1)),
    _NTP + timedelta(seconds=1 << 32),
)
"""The smallest and largest numbers of seconds."""
_QUALCOMM = datetime(2002, 12, 8, 12)  # noqa: DTZ001
"""The constant in the camera software of many Android phones (Android issue 36967504)."""
_MILLISECONDS = (UNIX + timedelta(days=7), UNIX + timedelta(days=26))
"""Where seconds of the years from 1990 to 2040 lie that are counted as milliseconds since 1970."""
_FIRST_YEAR_OF_DIGITAL_CAMERAS = 1995
_YEARS = frozenset(
    (moment + timedelta(days=days)).year
    for moment in (*_ZEROS, *_DEFAULTS, *_OVERFLOWS, _YEAR_2000, _NTP, _QUALCOMM)
    for days in (-2, 2)
)
"""The years of all these moments, in any time zone. Most photos are of other years, so that nothing is compared."""


def is_zero(reading: datetime, *, by_hand: bool) -> bool:
    """Whether it is a count of zero or of -1, an overflow or a constant: it never is a capture time.

    `by_hand`: a person may have written it, so that other hours of that day count as `is_default` only.
    """
    if reading.year not in _YEARS:
        return False
    if _QUALCOMM <= reading < _QUALCOMM + _SECOND:
        return True
    if any(-_SECOND <= reading - start < _MINUTE for start in _ZEROS):
        return True
    if any(_is_in_some_zone(reading, end - timedelta(seconds=2), _MINUTE) for end in _OVERFLOWS):
        return True
    zeros = (start - _SECOND for start in _ZEROS if start is not FAT)
    return not by_hand and any(_is_in_some_zone(reading, start, _MINUTE + _SECOND) for start in zeros)


def is_default(reading: datetime, *, by_hand: bool) -> bool:
    """Whether it is what a clock shows that was just reset: true only if nothing contradicts it."""
    if reading.year not in _YEARS:
        return False
    if by_hand and (reading.hour, reading.minute, reading.second) == (12, 0, 0):
        return False  # for people, noon stands for a day without a time
    if any(timedelta() <= reading - start < _DAY for start in _ZEROS):
        return True
    if any(_is_in_some_zone(reading, start, _MINUTE) for start in (UNIX, GPS, APPLE)):
        return True
    if not by_hand and any(_is_in_some_zone(reading, start, _MINUTE) for start in (FAT, _YEAR_2000, _NTP)):
        return True
    return any(timedelta() <= reading - start < _MINUTE for start in _DEFAULTS)


def is_in_milliseconds(reading: datetime) -> bool:
    """Whether it is what a present number of seconds gives that is read as milliseconds."""
    start, end = _MILLISECONDS
    return start <= reading < end


def is_start_of_year(reading: datetime, within: timedelta) -> bool:
    """Whether it may be the default of some camera: just after the start of a year. It may also be a firework."""
    start = reading.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    return reading - start < within and reading.year >= _FIRST_YEAR_OF_DIGITAL_CAMERAS


def _is_in_some_zone(reading: datetime, moment: datetime, within: timedelta) -> bool:
    """Whether `reading` shows `moment`, or a time just after it, on a local clock."""
    apart = reading - moment
    if not -_DAY < apart < _DAY:  # no zone is that far, and hardly any reading is that near
        return False
    late = apart % _QUARTER
    return late < within and is_offset_in_use(apart - late)
