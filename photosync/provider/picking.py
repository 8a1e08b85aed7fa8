"""Picking: a person chooses in a browser what is brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from photosync.model import Collection


@dataclass(frozen=True, slots=True)
class PickingSession:
    """A picking session as it stands at the moment."""

    id: str
    link: str
    """Where a person picks, on any device."""
    browser_link: str
    """The same for a browser on this machine."""
    is_done: bool
    """Whether the person has finished."""
    poll_every_s: float
    """How often the service wants to be asked."""
    closes_in_s: float
    """How long it is worth asking."""


@runtime_checkable
class SupportsPicking(Protocol):
    """May: a person picks in a browser what is to be brought. To `list`, a picking session is a collection.

    Sessions are remembered on the disk from their beginning to their end, so that a run that was killed can go on.
    """

    def needs_sign_in(self) -> bool:
        """Whether a person has to sign in first, as far as can be told without asking the service."""

    def unfinished(self) -> Sequence[Collection]:
        """The sessions that have not been ended, the oldest first, without asking the service."""

    def begin_picking(self, most: int | None) -> PickingSession:
        """Open a session in which at most so many items can be picked."""

    def picking(self, session_id: str) -> PickingSession | None:
        """How a session stands; None for one that is over, which is forgotten by then."""

    def end_picking(self, session_id: str) -> None:
        """End a session: all that was picked is here, or nothing will be picked."""

    def caveat(self) -> str:
        """What a person should know of what this service gives, in a sentence."""
