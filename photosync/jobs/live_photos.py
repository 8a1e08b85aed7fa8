"""Which two items are the still and the movie of one live photo.

Apple's content identifier decides, then what the service says. Copies and edited pictures have the identifier too:
then the two that have one name belong together, else the two whose files have one name. Any other stays alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Self

from photosync.catalog import Catalog, CatalogEntry
from photosync.formats.sniff import FormatKind, by_name
from photosync.model import Item, Kind, Location


@dataclass(frozen=True, slots=True)
class SavedHalf:
    """A saved still or movie, which may be half of a live photo."""

    item: Item
    location: Location
    content_identifier: str | None
    is_movie: bool
    is_gone: bool

    @classmethod
    def of(cls, entry: CatalogEntry) -> Self:
        """The file of an entry that has one."""
        item, location = entry.item, entry.own_location
        assert location is not None
        format_ = by_name(location.path)  # the extension is that of the content, where the service says another kind
        is_movie = item.kind is Kind.VIDEO if format_ is None else format_.kind is FormatKind.VIDEO
        return cls(item, location, entry.content_identifier, is_movie, entry.is_gone)

    @property
    def name_stem(self) -> str:
        """Equal for names that differ in the extension, or in capital letters."""
        return name_stem(self.item.name)

    def belongs_with(self, item: Item, content_identifier: str | None) -> bool:
        """Whether the file of an item has the same identifier, or the service says that the two belong together."""
        is_same = content_identifier is not None and content_identifier == self.content_identifier
        return is_same or self.item.id == item.pair or self.item.pair == item.id


def name_stem(name: str) -> str:
    """A name without its extension; equal for names that differ in capital letters."""
    return Location("", name).stem_key


def other_halves(catalog: Catalog, account: str, items: Iterable[Item]) -> Mapping[str, str]:
    """By the id of each of `items` that is half of a live photo, the id of the other half."""
    told = {item.id: item.pair for item in items}
    found = pairs(map(SavedHalf.of, catalog.live_photos.related(account, {*told, *filter(None, told.values())})))
    by_service = {
        id_: pair for id_, pair in told.items() if pair and pair != id_ and id_ not in found and pair not in found
    }
    return by_service | found


def pairs(halves: Iterable[SavedHalf]) -> dict[str, str]:
    """The pairs among files of one account by their content identifiers, both ways."""
    groups = defaultdict[str | None, list[SavedHalf]](list)
    for half in halves:
        groups[half.content_identifier].append(half)
    found: dict[str, str] = {}
    for identifier, group in groups.items():
        if identifier is not None:
            found |= _pairs_of_one(group)
    return found


def _pairs_of_one(halves: Sequence[SavedHalf]) -> dict[str, str]:
    """The pairs among files with one content identifier. What is gone at the service comes last."""
    found: dict[str, str] = {}
    there = [half for half in halves if not half.is_gone]
    keys: tuple[Callable[[SavedHalf], Hashable], ...] = (
        lambda _: None,
        lambda half: half.name_stem,
        lambda half: (half.location.root, half.location.stem_key),
    )
    for some, key in product((there, halves), keys):
        groups = defaultdict[Hashable, list[SavedHalf]](list)
        for half in some:
            if half.item.id not in found:
                groups[key(half)].append(half)
        for group in groups.values():
            if len(group) == 2 and group[0].is_movie != group[1].is_movie:
                one, other = (half.item.id for half in group)
                found |= {one: other, other: one}
    return found
