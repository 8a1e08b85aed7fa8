"""A call: one request as a provider asked for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from photosync.transport import hosts


@dataclass(frozen=True, slots=True)
class Call:
    """What `RequestOptions` says, with everything that was not said filled in."""

    method: str
    url: str
    params: Mapping[str, str | int | None] | None = None
    json: object = None
    form: Mapping[str, str] | None = None
    body: bytes | Callable[[], BinaryIO] | None = None
    headers: Mapping[str, str] | None = None
    accept: Collection[int] = (200,)
    idempotent: bool = True
    signed: bool = True
    timeout_s: float | None = None

    @property
    def label(self) -> str:
        """`GET www.example.org/photos`: what a message may show, once redacted."""
        target = hosts.target(self.url)
        return f"{self.method} {target.origin.name}{target.path}"
