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
    """The hosts of an HTTP session, and the numbers of requests that it has sent."""

    @property
    def own_hosts(self) -> tuple[str, ...]:
        """The hosts that may get credentials: names, suffixes that begin with a dot, and addresses."""

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
    def asked_waits(self) -> int:
        """Those of them that said how long to wait."""

    @property
    def held_s(self) -> float:
        """For how long they held all requests."""

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
        """Why the service made the run slower, for a person; None if it hardly did.

        A service that refuses a request need not say how long to wait; then the transport waits for a time of its own.
        """
        slowed = [session for session in self.sessions if session.held_s >= _WORTH_TELLING_S]
        if not slowed:
            return None
        refusals = sum(session.refusals for session in slowed)
        asked = sum(session.asked_waits for session in slowed)
        what = f"refused {_times(refusals)}, because there were too many requests" if asked < refusals else ""
        if asked:
            what = f"{what}, and asked to wait {_times(asked)}".removeprefix(", and ")
        text = f"the service {what} ({sum(session.held_s for session in slowed):.0f} s in all)"
        limits = [session.limit_per_s for session in slowed if session.limit_per_s is not None]
        if not limits:
            return text
        per_s = f"{min(limits):,.0f}" if min(limits) >= 10 else f"{min(limits):.1f}"
        return f"{text}; about {per_s} requests a second were accepted"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number:,} times"
