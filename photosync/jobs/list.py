"""What a provider has, or what the library has, item by item."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from photosync.catalog import Catalog
from photosync.errors import UsageError
from photosync.jobs.account import Account
from photosync.model import Collection, Item, Selection


class State(StrEnum):
    """How an item stands between the provider and the library."""

    NEW = "new"
    SAVED = "saved"
    CHANGED = "changed"
    PUSHED = "pushed"
    """Not in the library: a file of the user's went up as this item."""
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Row:
    """An item, how it stands, and where its file lies: relative to the library, or absolute outside it."""

    item: Item
    state: State
    path: str | None


def check_can_list(account: Account) -> None:
    """Raise `UsageError` where the provider lists nothing before a person picks."""
    if account.provider.facts.needs_picking:
        raise UsageError(
            f"account '{account.name}': its provider lists nothing before a person picks: photosync pick {account.name}"
        )


def matching(account: Account, selection: Selection, collections: tuple[Collection, ...]) -> Iterator[Item]:
    """What the provider has of `selection`, each item once, without keeping more than the ids in memory."""
    return (item for page in _pages(account, selection, collections) for item in page)


def listed(
    account: Account, catalog: Catalog, selection: Selection, collections: tuple[Collection, ...]
) -> Iterator[Row]:
    """What the provider has of `selection`, and what the catalog knows of it; a page at a time."""
    for items in _pages(account, selection, collections):
        known = catalog.known(account.name, {item.id for item in items})
        for item in items:
            there = known.get(item.id)
            if there is None or there.location is None:
                yield Row(item, State.PUSHED if there is not None and there.was_pushed else State.NEW, None)
            else:
                state = State.CHANGED if there.differs_from(item) else State.SAVED
                yield Row(item, state, str(there.location))


def saved(catalog: Catalog, account: str, selection: Selection, collections: Iterable[str]) -> Iterator[Row]:
    """What the library has of `selection`, without asking the provider."""
    names = set(collections)
    rows = (
        Row(item, State.GONE if entry.state == "gone" else State.SAVED, str(entry.location))
        for entry in catalog.entries(account)
        if entry.location is not None
        and selection.matches(item := entry.item)
        and (not names or names & {*item.collections, item.folder})
    )
    return islice(rows, selection.recent or selection.limit)


def _pages(account: Account, selection: Selection, collections: tuple[Collection, ...]) -> Iterator[list[Item]]:
    """Pages of items that match and were not in an earlier page."""
    seen: set[str] = set()
    left = selection.recent or selection.limit
    wanted: list[str | None] = [each.id for each in collections]
    for collection in wanted or [None]:
        for page in account.provider.list(selection, collection, None):
            fresh = [item for item in page.items if item.id not in seen and selection.matches(item)]
            seen.update(item.id for item in fresh)
            yield fresh[:left]
            left = None if left is None else left - len(fresh[:left])
            if left == 0:
                return
