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
    """With `{name}` for variable parts, as in aiohttp's router."""
    handler: Handler
    kind: RouteKind = "other"
    signed: bool = True
    """Whether it requires the account's credentials: only there can a sign-in expire."""
    changes: bool = False
    """Whether it changes files, folders or albums at the service. A sign-in does not."""

    @property
    def label(self) -> str:
        """Its name in the counters."""
        return f"{self.method} {self.path}"
