"""What a command is to change: ids, or a selection of what the service lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from photosync.catalog import Catalog
from photosync.jobs import list as listing
from photosync.jobs.account import Account
from photosync.jobs.change.change import Target
from photosync.jobs.listing_pages import not_there
from photosync.model import Collection, Item, Selection


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user named."""

    ids: Sequence[str] | None = None
    """Without repetitions, and there may be none; then there is no selection. None: what is selected."""
    selection: Selection = field(default_factory=Selection)
    collections: tuple[Collection, ...] = ()
    everything: bool = False
    """All that the command can be about."""


def items_of(account: Account, catalog: Catalog, wanted: Wanted) -> list[Target]:
    """The items that the user named, as the service has them now."""
    if wanted.ids is not None:
        return named_items(account, catalog, wanted.ids)
    return listed_items(account, catalog, wanted)


def listed_items(account: Account, catalog: Catalog, wanted: Wanted) -> list[Target]:
    """The items of the selection, as the service lists them now."""
    listing.check_can_list(account)
    rows = listing.listed(account, catalog, wanted.selection, wanted.collections, lambda _: None)
    return [item_target(row.item) for row in rows]


def named_items(account: Account, catalog: Catalog, ids: Sequence[str]) -> list[Target]:
    """The items with these ids, as the service has them now; those that it does not have are refused."""
    targets: list[Target] = []

    def note_missing(id_: str) -> None:
        targets.append(Target(id_, id_, refusal=not_there(account, id_)))

    selection = Selection(ids=frozenset(ids))
    targets += [item_target(row.item) for row in listing.listed(account, catalog, selection, (), note_missing)]
    return targets


def item_target(item: Item) -> Target:
    """An item that the service has listed."""
    return Target(item.id, item.name or item.id, item)
