"""An account's collections: all of them, or those that a user names."""

from __future__ import annotations

from collections.abc import Sequence

from photosync.errors import UsageError
from photosync.jobs.account import Account
from photosync.model import Collection
from photosync.provider import HasCollections, find_collection


def collections_of(account: Account) -> list[Collection]:
    """All albums, frames or folders. Raises `UsageError` where the provider has none."""
    provider = account.provider
    if not isinstance(provider, HasCollections):
        raise UsageError(f"account '{account.name}': {provider.facts.title} has no collections")
    return list(provider.collections())


def collection_json(account: str, collection: Collection) -> dict[str, object]:
    """The object of the command line's contract."""
    return {
        "account": account,
        "id": collection.id,
        "name": collection.name,
        "kind": collection.kind,
        "count": collection.count,
    }


def find_collections(account: Account, names: Sequence[str]) -> tuple[Collection, ...]:
    """The collections with these ids or names. Raises `UsageError` unless each name matches exactly one."""
    if not names:
        return ()
    existing = collections_of(account)
    word = account.provider.facts.collection_word
    return tuple(find_collection(name, existing, account.name, word) for name in names)
