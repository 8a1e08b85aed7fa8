"""Sizes, rates and durations as people write them."""

from datetime import timedelta

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
