"""The input of every job: an account that is ready for work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Protocol

from photosync.jobs.concurrency import Concurrency
from photosync.provider import Provider


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
