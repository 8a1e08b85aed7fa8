"""An account's collections: all of them, or those that a user names."""

from __future__ import annotations

from collections.abc import Sequence

from photosync.errors import UsageError
from photosync.jobs.account import Account
from photosync.model import Collection
from photosync.provider import HasCollections


def collections_of(account: Account) -> list[Collection]:
    """All albums, frames or folders. Raises `UsageError` where the provider has none."""
    provider = account.provider
    if not isinstance(provider, HasCollections):
        raise UsageError(f"account '{account.name}': {provider.facts.title} has no collections")
    return list(provider.collections())


def find_collections(account: Account, names: Sequence[str]) -> tuple[Collection, ...]:
    """The collections that `names` name, by id or name. Raises `UsageError` unless each name means exactly one."""
    if not names:
        return ()
    existing = collections_of(account)
    return tuple(_find(name, existing, account) for name in names)


def _find(text: str, existing: Sequence[Collection], account: Account) -> Collection:
    """By exact id, by exact name, or by a part of one name only."""
    for found in (
        [each for each in existing if each.id == text],
        [each for each in existing if each.name == text],
        [each for each in existing if text.casefold() in each.name.casefold()],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(f"{each.name} ({each.id})" for each in found)
            raise UsageError(f"account '{account.name}': '{text}' may be any of {names}; say which by its id")
    names = ", ".join(sorted(each.name for each in existing)[:20]) or "none"
    word = account.provider.facts.collection_word
    raise UsageError(f"account '{account.name}': there is no {word} '{text}'; there are: {names}")
