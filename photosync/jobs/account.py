"""What every job is given: an account that is ready for work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event
from typing import Protocol

from photosync.provider import Provider


class Traffic(Protocol):
    """What an HTTP session has sent so far."""

    @property
    def requests(self) -> int:
        """Every HTTP request, redirects and repetitions included."""

    @property
    def retries(self) -> int:
        """Those among them that repeated one that failed."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account that is ready for work: what every job is given."""

    name: str
    provider: Provider
    sessions: Sequence[Traffic]
    """Its HTTP sessions; most accounts have one."""
    cancel: Event
    """Set by whoever wants the account's requests to end at once."""
