"""How long a run will still take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from photosync.cli.estimate import Estimate

COUNT = 2000


@dataclass
class Clock:
    """A clock that is set."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def even(number: int) -> tuple[float, int]:
    """The seconds that a file takes, and its bytes."""
    return 0.02, 2_000_000


def slow(number: int) -> tuple[float, int]:
    return 3.0, 4_000_000


def warming_up(number: int) -> tuple[float, int]:
    return (0.1 if number < COUNT / 50 else 0.03), 2_000_000


def videos_between(number: int) -> tuple[float, int]:
    return (5.0, 200_000_000) if number % 20 == 7 else (0.05, 2_000_000)


def paused(number: int) -> tuple[float, int]:
    return (10.0 if number % 200 == 150 else 0.05), 2_000_000


def without_sizes(number: int) -> tuple[float, int]:
    return 0.02, 0


@pytest.mark.parametrize("pace", [even, slow, warming_up, videos_between, paused, without_sizes])
def test_the_time_left_is_within_a_factor_of_two(pace: Callable[[int], tuple[float, int]]) -> None:
    files: Sequence[tuple[float, int]] = [pace(number) for number in range(COUNT)]
    whole_s = sum(seconds for seconds, _ in files)
    clock = Clock()
    estimate = Estimate(clock)
    asked = {0.1, 0.5, 0.9}
    for number, (seconds, size_bytes) in enumerate(files):
        if number % 100 == 0:  # a page of the listing
            estimate.want(100, sum(each for _, each in files[number : number + 100]))
            estimate.expect(COUNT)
        for _ in range(10):
            clock.now += seconds / 10
            estimate.receive(size_bytes // 10 or 1)
        estimate.finish()
        for share in [each for each in asked if clock.now >= each * whole_s]:
            asked.remove(share)
            left_s = estimate.left_s()
            assert left_s is not None
            assert 0.5 < left_s / (whole_s - clock.now) < 2, (share, left_s, whole_s - clock.now)
    assert not asked
    assert estimate.left_s() == 0


def test_nothing_is_said_before_something_is_known() -> None:
    clock = Clock()
    estimate = Estimate(clock)
    assert (estimate.left_s(), estimate.all_bytes, estimate.bytes_per_s()) == (None, None, 0)
    estimate.want(10, 1000)
    estimate.expect(10)
    assert estimate.left_s() is None
    clock.now = 60.0
    assert estimate.left_s() is None
    estimate.receive(100)
    assert estimate.left_s() == 540


def test_the_current_speed_is_that_of_the_last_seconds() -> None:
    clock = Clock()
    estimate = Estimate(clock)
    estimate.want(100, 10_000)
    for _ in range(100):
        clock.now += 1
        estimate.receive(100)
    assert estimate.bytes_per_s() == 100
    clock.now += 30
    assert estimate.bytes_per_s() == 0


def test_an_audit_has_only_a_listing() -> None:
    clock = Clock()
    estimate = Estimate(clock)
    for number in range(11):
        estimate.list_(number * 100, 4000)
        clock.now += 1
    assert (estimate.done_files, estimate.all_files) == (1000, 4000)
    left_s = estimate.left_s()
    assert left_s is not None
    assert 28 < left_s <= 36
