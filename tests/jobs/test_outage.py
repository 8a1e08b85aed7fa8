"""More failures in a row than there are workers are an outage."""

from __future__ import annotations

import pytest

from photosync.errors import TemporaryError
from photosync.jobs.outage import OutageDetector

WORKERS = 2


def test_more_failures_in_a_row_than_workers_are_an_outage() -> None:
    outage = OutageDetector[str](lambda: WORKERS)
    last = TemporaryError("third")

    outage.add("a", TemporaryError("first"))
    outage.add("b", TemporaryError("second"))
    with pytest.raises(TemporaryError) as raised:
        outage.add("c", last)

    assert raised.value is last


def test_after_a_success_earlier_failures_do_not_count() -> None:
    outage = OutageDetector[str](lambda: WORKERS)
    outage.add("a", TemporaryError("first"))
    outage.add("b", TemporaryError("second"))

    outage.settle()
    outage.add("c", TemporaryError("third"))
    outage.add("d", TemporaryError("fourth"))

    with pytest.raises(TemporaryError):
        outage.add("e", TemporaryError("fifth"))


def test_settling_gives_each_failure_once_and_in_order() -> None:
    outage = OutageDetector[str](lambda: WORKERS)
    outage.add("a", TemporaryError("first"))
    outage.add("b", TemporaryError("second"))

    assert outage.settle() == ["a", "b"]
    assert outage.settle() == []
