"""Lists what a provider has, or what the library has, item by item; or counts it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from collections.abc import Collection as Ids
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Self

from photosync.catalog import Catalog, CatalogEntry
from photosync.errors import UsageError
from photosync.jobs.account import Account
from photosync.jobs.listing_pages import listing_pages
from photosync.jobs.live_photos import other_halves
from photosync.model import Collection, Item, Period, Selection
from photosync.provider import CountsByTime, SupportsCount

_TOGETHER = 500
"""The number of entries that are looked up together."""


class State(StrEnum):
    """The state of an item in the library, compared with the provider."""

    NEW = "new"
    SAVED = "saved"
    CHANGED = "changed"
    PUSHED = "pushed"
    """Uploaded from a file outside the library, and not in the library."""
    OFFSITE = "offsite"
    """Its file was removed from the library; copies of the library have it."""
    GONE = "gone"
    FAILED = "failed"
    """Its content could not be downloaded last; a file from before may be there."""


RECORDED_STATES = frozenset({State.OFFSITE, State.GONE, State.FAILED})
"""The catalog alone has them; the provider need not be asked."""
COMPARED_STATES = frozenset({State.NEW, State.CHANGED})
"""Only the provider shows whether an item is in them."""


@dataclass(frozen=True, slots=True)
class ListedItem:
    """An item, its state, and its entry in the catalog if it has one."""

    item: Item
    state: State
    entry: CatalogEntry | None = None
    collections: Sequence[str] = ()
    """The names of its collections, as the listing and the catalog have them."""
    people: Sequence[str] = ()
    """The names of the people who are seen on it."""
    pair: str | None = None
    """The id of the other half of a live photo."""

    @property
    def path(self) -> str | None:
        """The path of its file, also of one that only copies have: relative to the library, or absolute outside it."""
        location = self.entry and self.entry.own_location
        return str(location) if location else None


def check_can_list(account: Account) -> None:
    """Raise `UsageError` if the provider lists nothing before a person picks."""
    if account.provider.facts.needs_picking:
        raise UsageError(
            f"account '{account.name}': its provider lists nothing before a person picks: photosync pick {account.name}"
        )


def count(account: Account, selection: Selection, collections: tuple[Collection, ...]) -> int:
    """How many distinct items match. The service is asked where it can tell, else they are listed."""
    provider = account.provider
    if isinstance(provider, SupportsCount) and len(collections) <= 1 and selection.ids is None:
        number = provider.count(selection, collections[0].id if collections else None)
        if number is not None:
            return min(number, selection.max_items or number)
    with closing(Catalog.empty()) as counted:
        return sum(len(page) for page in _pages(account, counted, selection, collections))


def count_by_time(
    account: Account, selection: Selection, collections: tuple[Collection, ...], period: Period
) -> Mapping[str | None, int] | None:
    """How many items match, by period; None where only a listing can tell."""
    provider = account.provider
    can_ask = isinstance(provider, CountsByTime) and not collections and selection.ids is None
    if not can_ask or selection.max_items is not None or selection.offset:
        return None
    assert isinstance(provider, CountsByTime)
    return provider.count_by_time(selection, period)


def listed(
    account: Account,
    catalog: Catalog,
    selection: Selection,
    collections: tuple[Collection, ...],
    missing: Callable[[str], None],
) -> Iterator[ListedItem]:
    """The items of `selection` at the provider, with the catalog's entry of each; read page by page.

    `missing` gets each id that was asked for and that the provider does not have.
    """
    for items in _pages(account, catalog, selection, collections, missing):
        known = catalog.known(account.name, {item.id for item in items})
        memberships = _Memberships.of(catalog, account.name, known)
        pairs = other_halves(catalog, account.name, items)
        for item in items:
            entry = known.get(item.id)
            yield memberships.listed(item, state_of(item, entry), entry, pairs.get(item.id))


def state_of(item: Item, entry: CatalogEntry | None) -> State:
    """The state of an item that the provider has."""
    if entry is None:
        return State.NEW
    if entry.reason is not None:
        return State.FAILED
    if entry.location is None and entry.offsite is None:
        return State.PUSHED if entry.was_pushed else State.NEW
    if entry.differs_from(item):
        return State.CHANGED
    return State.SAVED if entry.location else State.OFFSITE


def recorded(
    catalog: Catalog, account: str, selection: Selection, collections: Iterable[str], states: Set[State] = frozenset()
) -> Iterator[ListedItem]:
    """The items of `selection` in the library, without asking the provider; or those in the catalog in `states`."""
    return islice(_recorded(catalog, account, selection, set(collections), states), selection.max_items)


def _recorded(
    catalog: Catalog, account: str, selection: Selection, names: Set[str], states: Set[State]
) -> Iterator[ListedItem]:
    entries = catalog.entries(account)
    while some := list(islice(entries, _TOGETHER)):
        memberships = _Memberships.of(catalog, account, {each.id for each in some})
        items = [each.item for each in some]
        pairs = other_halves(catalog, account, items)
        for entry, item in zip(some, items, strict=True):
            state = _recorded_state(entry)
            is_wanted = state in states if states else entry.location is not None
            is_in_collection = not names or names & memberships.words_of(item)
            if is_wanted and is_in_collection and selection.matches(item):
                yield memberships.listed(item, state, entry, pairs.get(item.id))


@dataclass(frozen=True, slots=True)
class _Memberships:
    """The collections and people of a few items, as the catalog knows them."""

    collections: Mapping[str, list[Collection]]
    people: Mapping[str, list[Collection]]

    @classmethod
    def of(cls, catalog: Catalog, account: str, ids: Ids[str]) -> Self:
        recorded = catalog.collections
        return cls(*(recorded.of_items(account, ids, people=people) if ids else {} for people in (False, True)))

    def words_of(self, item: Item) -> Set[str]:
        """The names and ids of its collections, by which a user may ask for it."""
        known = self.collections.get(item.id, [])
        return {
            *item.collections,
            *filter(None, [item.folder]),
            *(word for each in known for word in (each.id, each.name)),
        }

    def listed(self, item: Item, state: State, entry: CatalogEntry | None, pair: str | None) -> ListedItem:
        names = [each.name for each in self.collections.get(item.id, [])]
        people = [each.name for each in self.people.get(item.id, [])]
        return ListedItem(item, state, entry, tuple(dict.fromkeys((*item.collections, *names))), people, pair)


def _recorded_state(entry: CatalogEntry) -> State:
    if entry.is_gone:
        return State.GONE
    if entry.reason is not None:
        return State.FAILED
    if entry.location is not None:
        return State.SAVED
    return State.OFFSITE if entry.offsite is not None else State.PUSHED


def _pages(
    account: Account,
    catalog: Catalog,
    selection: Selection,
    collections: tuple[Collection, ...],
    missing: Callable[[str], None] = lambda _: None,
) -> Iterator[list[Item]]:
    """Pages of items that match and did not come before. The catalog notes their ids, on the disk."""
    catalog.begin_listing()
    left = selection.max_items
    for page in listing_pages(account.provider, selection, collections):
        for id_ in page.missing:
            missing(id_)
        matching = {item.id: item for item in page.items if selection.matches(item)}
        new = catalog.note_seen(matching)
        fresh = [item for id_, item in matching.items() if id_ in new][:left]
        yield fresh
        left = None if left is None else left - len(fresh)
        if left == 0:
            return
