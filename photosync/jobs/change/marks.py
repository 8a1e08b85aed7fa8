"""`favorite` and `hide`: what a user thinks of an item, at the service."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from photosync.catalog import Catalog
from photosync.errors import ItemError, UsageError
from photosync.jobs.account import Account
from photosync.jobs.change.change import Target
from photosync.jobs.change.wanted import Wanted, items_of
from photosync.jobs.list import check_can_list
from photosync.model import Item
from photosync.provider import HidesItems, MarksFavorites


def check_marks_favorites(account: Account) -> MarksFavorites:
    """Raise `UsageError` where items cannot be made favourites."""
    provider = account.provider
    if not isinstance(provider, MarksFavorites):
        raise UsageError(f"account '{account.name}': photosync cannot make favourites at {provider.facts.title}")
    return provider


def check_hides_items(account: Account) -> HidesItems:
    """Raise `UsageError` where items cannot be hidden."""
    provider = account.provider
    if not isinstance(provider, HidesItems):
        raise UsageError(f"account '{account.name}': photosync cannot hide anything at {provider.facts.title}")
    return provider


@dataclass(slots=True)
class _Mark(ABC):
    """A property of items that is on or off."""

    account: Account
    catalog: Catalog
    on: bool
    word = ""
    batch = 50

    @property
    def detail(self) -> str:
        """`off` where the property is taken back."""
        return "" if self.on else "off"

    @abstractmethod
    def marked(self, item: Item) -> Item:
        """The item as it is afterwards."""

    def targets(self, wanted: Wanted) -> list[Target]:
        """What the user named, as the service has it now."""
        check_can_list(self.account)
        return [
            replace(target, is_done=target.item is not None and self.marked(target.item) == target.item)
            for target in items_of(self.account, self.catalog, wanted)
        ]

    def refusal(self, _target: Target) -> ItemError | None:
        """It can be taken back."""
        return None

    def record(self, targets: Sequence[Target]) -> None:
        """The catalog describes the items as they are now, so that sidecars follow with the next pull."""
        known = self.catalog.known(self.account.name, [target.id for target in targets])
        there = (entry.item for entry in known.values() if not entry.is_gone)
        self.catalog.record_described(self.account.name, map(self.marked, there))

    @staticmethod
    def _items(targets: Sequence[Target]) -> list[Item]:
        return [target.item for target in targets if target.item is not None]


@dataclass(slots=True)
class Favorite(_Mark):
    """Makes items favourites, or ends that."""

    word = "favorite"

    def marked(self, item: Item) -> Item:
        """The item as it is afterwards."""
        return replace(item, favorite=self.on)

    def send(self, targets: Sequence[Target]) -> Mapping[str, ItemError]:
        """Change them."""
        return check_marks_favorites(self.account).set_favorite(self._items(targets), on=self.on)


@dataclass(slots=True)
class Hide(_Mark):
    """Hides items from the usual view, or shows them again."""

    word = "hide"

    def marked(self, item: Item) -> Item:
        """The item as it is afterwards."""
        return replace(item, hidden=self.on or None)

    def send(self, targets: Sequence[Target]) -> Mapping[str, ItemError]:
        """Change them."""
        return check_hides_items(self.account).set_hidden(self._items(targets), on=self.on)
