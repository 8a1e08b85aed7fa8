"""The offset of local time from UTC, from the file and the provider. Never from a map or this computer's zone.

The difference between two readings of the same moment, one local and one in UTC, is the offset; but only offsets that
are in use somewhere in the world are accepted.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from photosync.errors import ConfigError
from photosync.model import CaptureTime, TimeMeaning

GPS_TOLERANCE = timedelta(seconds=90)
"""A receiver's time may be that of its last fix."""
CLOCK_TOLERANCE = timedelta(seconds=5)

_QUARTER = timedelta(minutes=15)
_FRACTIONAL_MINUTES = {-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765}
"""Offsets in use that are not whole hours, in minutes (the IANA time zone database, 2025). An old GPS time gives
other quarter hours, such as `+02:15`, which are used nowhere."""


def difference(local: datetime, utc: datetime, tolerance: timedelta) -> timedelta | None:
    """The offset between two readings of one moment; None if the difference cannot be an offset.

    >>> from datetime import datetime
    >>> difference(datetime(2023, 7, 1, 14), datetime(2023, 7, 1, 12, 0, 3), CLOCK_TOLERANCE)
    datetime.timedelta(seconds=7200)
    """
    exact = local - utc
    rounded = _QUARTER * round(exact / _QUARTER)
    return rounded if abs(exact - rounded) <= tolerance and is_offset_in_use(rounded) else None


def is_offset_in_use(value: timedelta) -> bool:
    """Whether some place of the world has, or had, this offset."""
    minutes = round(value / timedelta(minutes=1))
    return is_offset(value) and (minutes % 60 == 0 or minutes in _FRACTIONAL_MINUTES)


def is_offset(value: timedelta) -> bool:
    """Whether an offset of this size is possible."""
    return timedelta(hours=-12) <= value <= timedelta(hours=14) and not value % timedelta(minutes=1)


def zone_offset(zone: ZoneInfo, time: CaptureTime) -> timedelta | None:
    """The offset of `zone` at `time`; in an hour that autumn repeats, that of the first reading."""
    is_instant = time.meaning is TimeMeaning.INSTANT
    try:
        local = time.reading.replace(tzinfo=UTC if is_instant else zone, fold=0).astimezone(zone)
        offset = local.utcoffset()
    except (OverflowError, ValueError):
        return None
    if offset is None or offset % timedelta(minutes=1):  # local mean times of the 19th century have seconds
        return None
    return offset


def named_zone(name: str) -> ZoneInfo:
    """The zone called `name`, from the system or from the `tzdata` package. Raises `ConfigError`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(f"time zone '{name}' is not known. Use a name such as Europe/Berlin.") from error
