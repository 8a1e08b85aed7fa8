"""What an account has, asked of the service with one call: for a user who has just set it up."""

from __future__ import annotations

from photosync.jobs.account import Account
from photosync.model import Selection
from photosync.provider import ChecksSignIn, HasCollections, HasUsage, SupportsCount

_MEDIA = ("photo", "video")


def first_look(account: Account) -> str:
    """`300 photos and videos`. Raises `SignInError`, `TemporaryError`, `ProviderError`."""
    provider = account.provider
    if provider.facts.needs_picking:
        if isinstance(provider, ChecksSignIn):
            provider.check_sign_in()
        return "you choose in a browser what it downloads"
    number = provider.count(Selection(), None) if isinstance(provider, SupportsCount) else None
    if number is not None:
        return _items(number)
    if isinstance(provider, HasUsage):
        return _items(sum(each.count for each in provider.usage() if each.type.casefold() in _MEDIA))
    if isinstance(provider, HasCollections):
        return _in_collections(account, provider)
    with_total = next(iter(provider.list(Selection(limit=1), None, None)), None)
    return _items(with_total.total) if with_total and with_total.total is not None else "it answers"


def _in_collections(account: Account, provider: HasCollections) -> str:
    collections = list(provider.collections())
    word = account.provider.facts.collection_word
    counts = [each.count for each in collections if each.count is not None]
    said = f"{len(collections):,} {word}{'' if len(collections) == 1 else 's'}"
    return f"{said} with {_items(sum(counts))}" if counts else said


def _items(number: int) -> str:
    return f"{number:,} photos and videos"
