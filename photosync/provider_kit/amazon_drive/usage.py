"""The storage that an account uses."""

from __future__ import annotations

from collections.abc import Mapping

from photosync.errors import ProviderError
from photosync.model import Usage
from photosync.provider_kit.json_fields import number, part


def usage_of(answer: object, service: str, documents: str = "doc") -> list[Usage]:
    """The answer to `account/usage` by type, for the types in it; `documents` is the name of one type."""
    if not isinstance(answer, Mapping):
        raise ProviderError(f"{service} answered account/usage with something else than an object")
    types = {"photo": "photo", "video": "video", "doc": documents, "other": "other"}
    totals = {name: part(part(answer, key), "total") for key, name in types.items()}
    return [
        Usage(name, number(total, "bytes") or 0, number(total, "count") or 0) for name, total in totals.items() if total
    ]
