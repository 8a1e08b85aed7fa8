"""How a user's text names a collection."""

from __future__ import annotations

from collections.abc import Sequence

from photosync.errors import UsageError
from photosync.model import Collection


def find_collection(text: str, collections: Sequence[Collection], account: str, word: str) -> Collection:
    """By exact id, by exact name, or by a part of a name that only one has. `word` is the provider's for a collection.

    Raises `UsageError` unless it is exactly one.
    """
    for found in (
        [each for each in collections if each.id == text],
        [each for each in collections if each.name == text],
        [each for each in collections if text.casefold() in each.name.casefold()],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(f"{each.name} ({each.id})" for each in found)
            raise UsageError(f"account '{account}': '{text}' may be any of {names}; say which by its id")
    names = ", ".join(sorted(each.name for each in collections)[:20]) or "none"
    raise UsageError(f"account '{account}': there is no {word} '{text}'; there are: {names}")
