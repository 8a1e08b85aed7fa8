"""The input of every job: an account that is ready for work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Protocol

from photosync.jobs.concurrency import Concurrency
from photosync.provider import Provider

_WORTH_TELLING_S = 5.0


class Traffic(Protocol):
    """The numbers of requests that an HTTP session has sent."""

    @property
    def requests(self) -> int:
        """Every HTTP request, redirects and repetitions included."""

    @property
    def retries(self) -> int:
        """The repeated requests among them."""

    @property
    def refusals(self) -> int:
        """The requests that the service refused because there were too many."""

    @property
    def held_s(self) -> float:
        """For how long that held all requests."""

    @property
    def limit_per_s(self) -> float | None:
        """The most requests a second that the service accepts, as far as it is known."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account that is ready for work: the input of every job."""

    name: str
    provider: Provider
    sessions: Sequence[Traffic]
    """Its HTTP sessions; most accounts have one."""
    cancel: Event
    """When set, the account's requests end at once."""
    concurrency: Concurrency = field(default_factory=lambda: Concurrency(1))
    """How many of its files are worked on at a time."""

    def explain_waits(self) -> str | None:
        """Why the service made the run slower, for a person; None if it hardly did."""
        slowed = [session for session in self.sessions if session.held_s >= _WORTH_TELLING_S]
        if not slowed:
            return None
        refusals = sum(session.refusals for session in slowed)
        times = "once" if refusals == 1 else f"{refusals:,} times"
        text = f"the service asked to wait {times} ({sum(session.held_s for session in slowed):.0f} s in all)"
        limits = [session.limit_per_s for session in slowed if session.limit_per_s is not None]
        if not limits:
            return text
        per_s = f"{min(limits):,.0f}" if min(limits) >= 10 else f"{min(limits):.1f}"
        return f"{text}; about {per_s} requests a second were accepted"
