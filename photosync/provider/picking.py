"""Picking: the user chooses items in a browser."""

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
    """Where the user picks, on any device."""
    browser_link: str
    """The same for a browser on this machine."""
    is_done: bool
    """Whether the user has finished."""
    poll_every_s: float
    """How often the service wants to be asked."""
    closes_in_s: float
    """How long the service waits for the user."""


@runtime_checkable
class SupportsPicking(Protocol):
    """May: the user picks items in a browser. To `list`, a picking session is a collection.

    Sessions are kept on the disk until they end, so that a run that was killed can go on.
    """

    def needs_sign_in(self) -> bool:
        """Whether the user has to sign in first, as far as known without asking the service."""

    def unfinished(self) -> Sequence[Collection]:
        """The sessions that have not been ended, the oldest first, without asking the service."""

    def begin_picking(self, most: int | None) -> PickingSession:
        """Open a session in which at most so many items can be picked."""

    def picking(self, session_id: str) -> PickingSession | None:
        """The state of a session; None for one that is over, which is then forgotten."""

    def end_picking(self, session_id: str) -> None:
        """End a session: all that was picked is downloaded, or nothing will be picked."""

    def caveat(self) -> str:
        """What the user should know about the files that this service gives, in a sentence."""
