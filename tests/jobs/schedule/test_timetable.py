"""When runs begin."""

from __future__ import annotations

import random
import re

import pytest

from photosync.jobs.schedule.timetable import timetable


@pytest.mark.parametrize(
    ("every", "at", "cron", "calendar"),
    [
        (None, "03:10", r"(1\d|2\d|3\d) 3 \* \* \*", r"\*-\*-\* 03:10:00"),
        (None, "23:50", r"(5\d 23|[01]?\d 0) \* \* \*", r"\*-\*-\* 23:50:00"),
        (None, None, r"[0-2]?\d [1-4] \* \* \*", r"\*-\*-\* 0[1-4]:00:00"),
        ("1d", "3:05", r"([5-9]|[12]\d|3[0-4]) 3 \* \* \*", r"\*-\*-\* 03:05:00"),
        ("1w", "04:00", r"[0-2]?\d 4 \* \* [0-6]", r"(Sun|Mon|Tue|Wed|Thu|Fri|Sat) \*-\*-\* 04:00:00"),
        ("6h", None, r"[0-2]?\d [0-5],\d+,\d+,\d+ \* \* \*", r"\*-\*-\* [0-5]/6:00:00"),
        ("1h", None, r"[0-2]?\d \* \* \* \*", r"\*-\*-\* 0/1:00:00"),
        ("12h", None, r"[0-2]?\d \d+,\d+ \* \* \*", r"\*-\*-\* \d+/12:00:00"),
        ("15m", None, r"[0-6]-59/15 \* \* \* \*", r"\*:0/15"),
    ],
)
def test_a_run_begins_at_most_half_an_hour_later(every: str | None, at: str | None, cron: str, calendar: str) -> None:
    for seed in range(60):
        chance = random.Random(seed)
        when = timetable(every, at, chance)
        assert re.fullmatch(cron, when.cron(chance)), when.cron(chance)
        assert re.fullmatch(calendar, when.calendar()), when.calendar()
        assert 0 < when.jitter_min <= 30


@pytest.mark.parametrize(
    ("every", "at", "problem"),
    [
        ("7m", None, "--every: expected 5m to 30m"),
        ("1m", None, "--every: expected 5m to 30m"),
        ("90m", None, "--every: expected 5m to 30m"),
        ("5h", None, "--every: expected 5m to 30m"),
        ("2d", None, "--every: expected 5m to 30m"),
        ("90s", None, "--every: expected 5m to 30m"),
        ("0", None, "--every: expected 5m to 30m"),
        ("often", None, "--every: expected a duration"),
        (None, "24:00", "--at: expected a time of day such as 03:10, not '24:00'"),
        (None, "3", "--at: expected a time of day"),
        ("6h", "03:10", "it does not go with --every 6h"),
    ],
)
def test_what_cron_cannot_do_is_refused(every: str | None, at: str | None, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        timetable(every, at, random.Random(1))
