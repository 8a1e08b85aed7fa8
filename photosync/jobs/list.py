"""Lists what a provider has, or what the library has, item by item; or counts it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from photosync.catalog import Catalog
from photosync.errors import UsageError
from photosync.jobs.account import Account
from photosync.model import Collection, Item, Selection
from photosync.provider import SupportsCount


class State(StrEnum):
    """The state of an item in the library, compared with the provider."""

    NEW = "new"
    SAVED = "saved"
    CHANGED = "changed"
    PUSHED = "pushed"
    """Uploaded from a file outside the library, and not in the library."""
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class ListedItem:
    """An item, its state, and the path of its file: relative to the library, or absolute outside it."""

    item: Item
    state: State
    path: str | None
    proof: str | None = None
    """See `CatalogEntry.proof`."""


def check_can_list(account: Account) -> None:
    """Raise `UsageError` if the provider lists nothing before a person picks."""
    if account.provider.facts.needs_picking:
        raise UsageError(
            f"account '{account.name}': its provider lists nothing before a person picks: photosync pick {account.name}"
        )


def count(account: Account, selection: Selection, collections: tuple[Collection, ...]) -> int:
    """How many distinct items match. The service is asked where it can tell, else they are listed."""
    provider = account.provider
    if isinstance(provider, SupportsCount) and len(collections) <= 1:
        number = provider.count(selection, collections[0].id if collections else None)
        if number is not None:
            return min(number, selection.max_items or number)
    return sum(len(page) for page in _pages(account, selection, collections))


def listed(
    account: Account, catalog: Catalog, selection: Selection, collections: tuple[Collection, ...]
) -> Iterator[ListedItem]:
    """The items of `selection` at the provider, with the catalog's entry of each; read page by page."""
    for items in _pages(account, selection, collections):
        known = catalog.known(account.name, {item.id for item in items})
        for item in items:
            entry = known.get(item.id)
            if entry is None or entry.location is None:
                state = State.PUSHED if entry is not None and entry.was_pushed else State.NEW
                yield ListedItem(item, state, None)
            else:
                state = State.CHANGED if entry.differs_from(item) else State.SAVED
                yield ListedItem(item, state, str(entry.location), entry.proof)


def saved(catalog: Catalog, account: str, selection: Selection, collections: Iterable[str]) -> Iterator[ListedItem]:
    """The items of `selection` in the library, without asking the provider."""
    names = set(collections)
    rows = (
        ListedItem(item, State.GONE if entry.state == "gone" else State.SAVED, str(entry.location), entry.proof)
        for entry in catalog.entries(account)
        if entry.location is not None
        and selection.matches(item := entry.item)
        and (not names or names & {*item.collections, item.folder})
    )
    return islice(rows, selection.max_items)


def _pages(account: Account, selection: Selection, collections: tuple[Collection, ...]) -> Iterator[list[Item]]:
    """Pages of items that match and were not in an earlier page. Keeps no more than their ids in memory."""
    seen: set[str] = set()
    left = selection.max_items
    wanted: list[str | None] = [each.id for each in collections]
    for collection in wanted or [None]:
        for page in account.provider.list(selection, collection, None):
            fresh = [item for item in page.items if item.id not in seen and selection.matches(item)]
            seen.update(item.id for item in fresh)
            yield fresh[:left]
            left = None if left is None else left - len(fresh[:left])
            if left == 0:
                return
