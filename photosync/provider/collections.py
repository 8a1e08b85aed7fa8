"""Finds the collection that a user's text names."""

from __future__ import annotations

from collections.abc import Sequence

from photosync.errors import UsageError
from photosync.model import Collection
from photosync.suggestions import did_you_mean


def find_collection(text: str, collections: Sequence[Collection], account: str, word: str) -> Collection:
    """By exact id, exact name, or a unique part of a name. `word` is the provider's word for a collection.

    Raises `UsageError` unless exactly one matches.
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
    known = sorted(each.name for each in collections)
    there = ", ".join(known[:20]) or "none"
    raise UsageError(f"account '{account}': there is no {word} '{text}'; there are: {there}{did_you_mean(text, known)}")
