"""The storage that an account uses."""

from __future__ import annotations

from collections.abc import Mapping

from photosync.errors import ProviderError
from photosync.model import Usage
from photosync.provider_kit.json_fields import Json, number, part

_TYPES = ("photo", "video", "doc", "other")


def usage_of(answer: object, service: str) -> list[Usage]:
    """The answer to `account/usage` by type, for the types in it, with the service's words for them."""
    if not isinstance(answer, Mapping):
        raise ProviderError(f"{service} answered account/usage with something else than an object")
    return [_usage(name, part(answer, name)) for name in _TYPES if part(part(answer, name), "total")]


def _usage(name: str, content: Json) -> Usage:
    total, billable = part(content, "total"), part(content, "billable")
    return Usage(
        name,
        number(total, "bytes") or 0,
        number(total, "count") or 0,
        billable_bytes=number(billable, "bytes"),
        billable_count=number(billable, "count"),
    )
