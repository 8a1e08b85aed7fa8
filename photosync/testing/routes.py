"""The routes of a simulated service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from photosync.testing.faults import RouteKind

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """One route of a service."""

    method: str
    path: str
    """With `{name}` for what varies, as aiohttp's router has it."""
    handler: Handler
    kind: RouteKind = "other"
    signed: bool = True
    """Whether it wants the account's credentials: only there can a sign-in expire."""
    changes: bool = False
    """Whether it changes anything at the service: files, folders, albums. A sign-in does not."""

    @property
    def label(self) -> str:
        """What the counters call it."""
        return f"{self.method} {self.path}"
