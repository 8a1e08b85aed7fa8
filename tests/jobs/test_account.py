"""What a person is told about the waits of a run."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Event
from typing import cast

import pytest

from photosync.jobs.account import Account
from photosync.provider import Provider


@dataclass
class Session:
    refusals: int
    asked_waits: int
    held_s: float
    limit_per_s: float | None = None
    requests: int = 0
    retries: int = 0
    own_hosts: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("sessions", "told"),
    [
        ([Session(3, 3, 6)], "the service asked to wait 3 times (6 s in all)"),
        ([Session(1, 1, 6)], "the service asked to wait once (6 s in all)"),
        ([Session(9, 0, 7, 19.6)], "the service refused 9 times, because there were too many requests (7 s in all)"),
        (
            [Session(9, 0, 7), Session(1, 1, 5), Session(1, 1, 1)],
            "the service refused 10 times, because there were too many requests, and asked to wait once (12 s in all)",
        ),
        ([Session(9, 1, 4.9)], None),
    ],
)
def test_only_what_the_service_asked_for_is_called_so(sessions: list[Session], told: str | None) -> None:
    account = Account("amazon", cast("Provider", None), sessions, Event())
    limits = "; about 20 requests a second were accepted" if any(each.limit_per_s for each in sessions) else ""
    assert account.explain_waits() == (told and told + limits)
