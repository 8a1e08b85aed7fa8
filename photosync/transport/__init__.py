"""One HTTP session an account: requests, with every policy stacked in one place.

Time-outs, back-off, pacing, the bandwidth bucket, host rules, redaction and the single refresh after a 401 all live
here; a provider says what to ask and never how often.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Destination(Protocol):
    """Where a downloaded body goes. Bytes that an earlier try brought may already be there."""

    @property
    def offset(self) -> int:
        """How many bytes are there already."""
        ...

    @property
    def validator(self) -> str | None:
        """The strong ETag of the answer that those bytes came from, if there was one."""
        ...

    @property
    def provable(self) -> bool:
        """Whether a hash will prove the whole later, so that a resume needs no validator."""
        ...

    def begin(self, offset: int, total: int | None, validator: str | None) -> None:
        """A body follows that starts at `offset`: 0 throws away what is there. `total` is the whole size if known."""
        ...

    def write(self, chunk: bytes) -> None:
        """Append the next bytes."""
        ...


class Auth(Protocol):
    """An account's credentials, as the transport uses them."""

    def headers(self) -> Mapping[str, str]:
        """The headers that sign a request to one of the account's own hosts."""
        ...

    def refresh(self) -> bool:
        """Get new credentials after a 401; called once at a time. False where that cannot be done."""
        ...

    def secrets(self) -> tuple[str, ...]:
        """Everything that no log line may show."""
        ...

    def explain(self, detail: str) -> str:
        """The message of the sign-in error: the account, what happened, and the file or command that mends it."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer of a service, read to its end."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class TransportSettings:
    """What a provider says about its service."""

    own_hosts: tuple[str, ...]
    auth: Auth | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    pause_s: float = 0.0


class Transport:
    """The account's session."""
