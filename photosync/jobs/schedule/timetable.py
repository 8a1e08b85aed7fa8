"""When a run begins: every few hours or days, or at a time of day; as fields of cron and as a calendar of systemd."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import timedelta

from photosync.units import duration

JITTER_MIN = 30
"""A run begins up to so many minutes later, so that not everybody asks a service at the same moment."""
_DAY_MIN = 24 * 60
_WEEK_MIN = 7 * _DAY_MIN
_WEEKDAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_NIGHT = range(1, 5)
"""The hours in which a run begins where nobody names one."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """A period in minutes, and the time of day at which it is counted."""

    every_min: int = _DAY_MIN
    hour: int = 0
    minute: int = 0
    weekday: int = 0
    """0 is Sunday; of a weekly run."""

    @property
    def jitter_min(self) -> int:
        """The minutes by which a run may begin later."""
        return min(JITTER_MIN, self.every_min // 2)

    def cron(self, chance: random.Random) -> str:
        """Five fields. cron has no jitter: the minute is chosen here, once."""
        late = chance.randrange(max(self.jitter_min, 1))
        minute, hour = (self.minute + late) % 60, (self.hour + (self.minute + late) // 60) % 24
        if self.every_min < 60:
            return f"{late % self.every_min}-59/{self.every_min} * * * *"
        if self.every_min < _DAY_MIN:
            step = self.every_min // 60
            hours = "*" if step == 1 else ",".join(str(each) for each in range(hour % step, 24, step))
            return f"{minute} {hours} * * *"
        return f"{minute} {hour} * * {self.weekday if self.every_min == _WEEK_MIN else '*'}"

    def calendar(self) -> str:
        """systemd's `OnCalendar`."""
        if self.every_min < 60:
            return f"*:0/{self.every_min}"
        if self.every_min < _DAY_MIN:
            step = self.every_min // 60
            return f"*-*-* {self.hour % step}/{step}:{self.minute:02}:00"
        weekday = (
            ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][self.weekday] + " " if self.every_min == _WEEK_MIN else ""
        )
        return f"{weekday}*-*-* {self.hour:02}:{self.minute:02}:00"


def timetable(every: str | None, at: str | None, chance: random.Random) -> Timetable:
    """From `6h` and `03:10`; without both, once in a night. Raises `ValueError` with the option's name."""
    every_min = _period(every) if every is not None else _DAY_MIN
    if at is None:
        weekday = chance.randrange(7)
        return Timetable(every_min, chance.choice(_NIGHT), 0, weekday)
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", at.strip(), re.ASCII)
    if match is None:
        raise ValueError(f"--at: expected a time of day such as 03:10, not '{at}'")
    if every_min < _DAY_MIN:
        raise ValueError(f"--at names the time of a daily or weekly run; it does not go with --every {every}")
    return Timetable(every_min, int(match[1]), int(match[2]), chance.randrange(7))


def _period(text: str) -> int:
    """Minutes. Only what divides an hour, a day or a week, because cron begins anew with each of them."""
    try:
        period = duration(text)
    except ValueError as error:
        raise ValueError(f"--every: {error}") from error
    minutes, rest = divmod(period, timedelta(minutes=1))
    of_hour = 5 <= minutes < 60 and 60 % minutes == 0
    of_day = minutes >= 60 and minutes % 60 == 0 and _DAY_MIN % minutes == 0
    if rest or not (of_hour or of_day or minutes == _WEEK_MIN):
        raise ValueError(
            f"--every: expected 5m to 30m that divide an hour, 1h to 12h that divide a day, 1d or 1w, not '{text}'"
        )
    return minutes
