"""Sizes, rates and durations as people write them."""

from datetime import date, timedelta

import pytest

from photosync import units


@pytest.mark.parametrize(
    ("text", "size"), [("500", 500), ("10M", 10_000_000), ("1.5GB", 1_500_000_000), ("2GiB", 2 * 1024**3), ("3k", 3000)]
)
def test_sizes(text: str, size: int) -> None:
    assert units.size(text) == size


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90", timedelta(seconds=90)),
        ("30s", timedelta(seconds=30)),
        ("1h30m", timedelta(minutes=90)),
        ("2d", timedelta(2)),
    ],
)
def test_durations(text: str, span: timedelta) -> None:
    assert units.duration(text) == span


@pytest.mark.parametrize(
    ("text", "today", "day"),
    [
        ("0d", date(2024, 3, 1), date(2024, 3, 1)),
        ("1d", date(2024, 3, 1), date(2024, 2, 29)),
        ("2w", date(2024, 3, 1), date(2024, 2, 16)),
        ("1m", date(2024, 3, 31), date(2024, 2, 29)),
        ("18m", date(2024, 3, 31), date(2022, 9, 30)),
        ("12m", date(2024, 1, 15), date(2023, 1, 15)),
        ("1y", date(2024, 2, 29), date(2023, 2, 28)),
        ("4Y", date(2024, 2, 29), date(2020, 2, 29)),
    ],
)
def test_the_day_before_is_by_the_calendar(text: str, today: date, day: date) -> None:
    assert units.day_before(text, today) == day


@pytest.mark.parametrize("text", ["", "5", "y", "-1y", "2019", "1y6m", "1h", "9999y", "9" * 5000 + "d", "\u0665y"])
def test_what_is_no_time_ago_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected a time|before all calendars"):
        units.day_before(text, date(2024, 3, 1))


@pytest.mark.parametrize("text", ["", "fast", "10X", "-5M"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a size"):
        units.size(text)


@pytest.mark.parametrize("text", ["", "soon", "5 parsecs"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a duration"):
        units.duration(text)


def test_no_rate_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        units.rate("0")
