"""How much one run may bring, asked of the limits themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from photosync.jobs.pull.decide import Action
from photosync.jobs.pull.limits import LimitReachedError, Limits
from photosync.model import Item, Kind


def item(size_bytes: int | None) -> Item:
    return Item("a", "a.jpg", Kind.PHOTO, size_bytes=size_bytes)


def test_the_first_download_is_always_admitted_and_the_next_only_if_it_fits() -> None:
    limits = Limits(None, 10, None)
    assert limits.admit(item(12), Action.DOWNLOAD)
    assert limits.admit(item(100), Action.NOTHING)
    assert not limits.admit(item(1), Action.DOWNLOAD)
    with pytest.raises(LimitReachedError):
        limits.check_bytes()


def test_after_the_limit_of_bytes_nothing_is_admitted() -> None:
    limits = Limits(None, 10, None)
    assert limits.admit(item(6), Action.DOWNLOAD)
    assert limits.admit(item(4), Action.DOWNLOAD)
    limits.check_bytes()
    assert not limits.is_reached
    assert not limits.admit(item(1), Action.DOWNLOAD)
    assert not limits.admit(item(None), Action.SKIP)
    assert limits.is_reached


def test_only_items_that_match_count() -> None:
    limits = Limits(2, None, None)
    assert limits.has_item_limit
    for action in (Action.NOTHING, Action.SKIP):
        assert limits.admit(item(1), action)
        assert not limits.is_reached
    assert limits.admit(item(1), Action.DOWNLOAD)
    assert limits.is_reached


def test_time_runs_out() -> None:
    limits = Limits(None, None, timedelta(seconds=2))
    limits.check_time(2.0)
    with pytest.raises(LimitReachedError):
        limits.check_time(2.1)
    Limits(None, None, None).check_time(1e9)
