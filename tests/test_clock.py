from __future__ import annotations

import threading
import time

import pytest

from photosync import clock
from photosync.errors import CancelledError


def test_a_wait_takes_less_real_time() -> None:
    began, really_began = clock.monotonic(), time.monotonic()
    clock.wait(None, 3)
    assert clock.monotonic() - began >= 3
    assert 3 / clock.SPEED <= time.monotonic() - really_began < 3


def test_a_wait_ends_when_the_run_does() -> None:
    cancel = threading.Event()
    threading.Timer(0.1, cancel.set).start()
    with pytest.raises(CancelledError):
        clock.wait(cancel, 3600)


@pytest.mark.parametrize("text", ["0", "-1", "fast", "", "nan", "inf"])
def test_a_speed_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="PHOTOSYNC_CLOCK_SPEED must be a number above 0"):
        clock.parse_speed(text)


def test_a_speed_is_a_factor() -> None:
    assert clock.parse_speed("2.5") == 2.5
