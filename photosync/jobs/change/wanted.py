"""What a command is to change: ids, or a selection of what the service lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from photosync.catalog import Catalog
from photosync.jobs import list as listing
from photosync.jobs.account import Account
from photosync.jobs.change.change import Target
from photosync.model import Collection, Item, Selection


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user named."""

    ids: Sequence[str] = ()
    """Without repetitions; then there is no selection."""
    selection: Selection = field(default_factory=Selection)
    collections: tuple[Collection, ...] = ()
    everything: bool = False
    """All that the command can be about."""


def listed_items(account: Account, catalog: Catalog, wanted: Wanted) -> list[Target]:
    """The items of the selection, as the service lists them now."""
    listing.check_can_list(account)
    rows = listing.listed(account, catalog, wanted.selection, wanted.collections, lambda _: None)
    return [item_target(row.item) for row in rows]


def named_items(account: Account, catalog: Catalog, ids: Sequence[str]) -> list[Target]:
    """Items by their ids alone, without asking the service: it refuses those that it does not have."""
    known = catalog.known(account.name, ids)
    return [Target(id_, known[id_].item.name, known[id_].item) if id_ in known else Target(id_, id_) for id_ in ids]


def item_target(item: Item) -> Target:
    """An item that the service has listed."""
    return Target(item.id, item.name or item.id, item)
