"""Counts the items that match: the service is asked where it can tell, else they are listed."""

from __future__ import annotations

from photosync.jobs.account import Account
from photosync.jobs.list import matching
from photosync.model import Collection, Selection
from photosync.provider import SupportsCount


def count(account: Account, selection: Selection, collections: tuple[Collection, ...]) -> int:
    """The number of distinct items that match."""
    provider = account.provider
    if isinstance(provider, SupportsCount) and len(collections) <= 1:
        number = provider.count(selection, collections[0].id if collections else None)
        if number is not None:
            return min(number, selection.max_items or number)
    return sum(1 for _ in matching(account, selection, collections))
