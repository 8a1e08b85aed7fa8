"""Picking: the user chooses items in a browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from photosync.model import Collection


@dataclass(frozen=True, slots=True)
class PickingSession:
    """The current state of a picking session."""

    id: str
    link: str
    """Where the user picks, on any device."""
    browser_link: str
    """The same for a browser on this machine."""
    is_done: bool
    """Whether the user has finished."""
    poll_every_s: float
    """The interval at which the service wants to be polled."""
    closes_in_s: float
    """The time that the service waits for the user."""


@runtime_checkable
class SupportsPicking(Protocol):
    """Optional: the user picks items in a browser. For `list`, a picking session is a collection.

    Sessions are kept on the disk until they end, so that the run after a killed one can continue.
    """

    def needs_sign_in(self) -> bool:
        """Whether the user must sign in first, as far as known without asking the service."""

    def unfinished(self) -> Sequence[Collection]:
        """The sessions that have not been ended, the oldest first, without asking the service."""

    def begin_picking(self, most: int | None) -> PickingSession:
        """Open a session with a maximum number of items."""

    def picking(self, session_id: str) -> PickingSession | None:
        """The state of a session; None if it has ended, which is then forgotten."""

    def end_picking(self, session_id: str) -> None:
        """End a session: all picked items are downloaded, or no items will be picked."""

    def caveat(self) -> str:
        """A sentence about the limits of this service's files, for the user."""
