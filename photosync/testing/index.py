"""Which items a listing has, and in which order, at any size of the library.

A listing in the order of arrival needs no index: the number follows from the position. For all other orders, one
compact integer per item is computed once, in an `array`, and the result of each different query is kept in another
until the library changes.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from photosync.model import Kind
from photosync.testing.library import SimulatedLibrary
from photosync.testing.media import CAMERAS

Order = Literal["added", "taken", "name"]

_REMEMBERED = 12
"""The number of queries whose results are kept: a few megabytes each at a million items."""


class Card(NamedTuple):
    """The data that an index has of an item without generating it: enough for most queries."""

    number: int
    year: int
    """0, like month and day, where the service has no date."""
    month: int
    day: int
    kind: Kind
    favorite: bool


class Numbers(Protocol):
    """The numbers that a listing has, the oldest first."""

    def __len__(self) -> int: ...

    def page(self, offset: int, limit: int, *, descending: bool) -> list[int]:
        """`limit` numbers from `offset` on."""


class LibraryIndex:
    """The index of one library. It checks the library's version and so notices changes itself."""

    def __init__(self, library: SimulatedLibrary) -> None:
        self._library = library
        self._compact = array("q")
        self._answers: OrderedDict[Hashable, tuple[int, array[int]]] = OrderedDict()

    def all(self, order: Order = "added") -> Numbers:
        """All items that exist now."""
        if order == "added":
            return _Arrived(self._library)
        return self.select("all", lambda _card: True, order)

    def select(self, question: Hashable, keep: Callable[[Card], bool], order: Order = "added") -> Numbers:
        """The items for which `keep` is true. `question` identifies `keep`: a known question gives the kept result."""
        with self._library.lock:
            version, key = self._library.version, (question, order)
            known = self._answers.get(key)
            if known is None or known[0] != version:
                known = (version, self._sorted(self._kept(keep), order))
                self._answers[key] = known
                while len(self._answers) > _REMEMBERED:
                    self._answers.popitem(last=False)
            self._answers.move_to_end(key)
            return _Listed(known[1])

    def cards(self) -> Iterator[Card]:
        """All items that exist, in the order of arrival."""
        compact, has, removed = self._compact_all(), self._library.has, bool(self._library.removed)
        marked = self._library.marked
        for number, word in enumerate(compact):
            if not removed or has(number):
                card = _card(number, word)
                yield card._replace(favorite=marked[number]) if number in marked else card

    def _kept(self, keep: Callable[[Card], bool]) -> array[int]:
        return array("L", [card.number for card in self.cards() if keep(card)])

    def _sorted(self, numbers: array[int], order: Order) -> array[int]:
        if order == "taken":
            return array("L", sorted(numbers, key=self._compact.__getitem__))
        if order == "name":
            return array("L", sorted(numbers, key=lambda number: self._library.item(number).name))
        return numbers

    def _compact_all(self) -> array[int]:
        """One integer for each number ever used. Dates and kinds never change, so it only grows."""
        compact, library = self._compact, self._library
        with library.lock:
            compact.extend([_pack(library, number) for number in range(len(compact), library.next_number)])
        return compact


class _Listed:
    def __init__(self, numbers: array[int]) -> None:
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def page(self, offset: int, limit: int, *, descending: bool) -> list[int]:
        if not descending:
            return list(self._numbers[offset : offset + limit])
        end = len(self) - offset
        return list(reversed(self._numbers[max(end - limit, 0) : max(end, 0)]))


class _Arrived:
    """All items in the order of arrival, found by counting, without a list."""

    def __init__(self, library: SimulatedLibrary) -> None:
        self._library = library

    def __len__(self) -> int:
        return len(self._library)

    def page(self, offset: int, limit: int, *, descending: bool) -> list[int]:
        with self._library.lock:
            total, has = len(self._library), self._library.has
            count = max(0, min(limit, total - offset))
            if not count:
                return []
            number = self._number_at(total - 1 - offset if descending else offset)
            step, page = (-1 if descending else 1), list[int]()
            while len(page) < count:
                if has(number):
                    page.append(number)
                number += step
            return page

    def _number_at(self, position: int) -> int:
        """The number of the item that has `position` others before it."""
        removed = self._library.removed
        number = position
        while (shifted := position + bisect_right(removed, number)) != number:
            number = shifted
        return number


# The integer has the digits of the listed time (year month day second) and two bits: the year 9999 fits in 2**63.


def _pack(library: SimulatedLibrary, number: int) -> int:
    if library.has_traits(number):
        item = library.item(number)
        return _word(item.taken, item.kind is Kind.VIDEO, item.favorite)
    draw = library.draw(number)
    flags = draw.video << 1 | draw.favorite
    if draw.dateless:
        return flags
    camera = None if draw.video else CAMERAS[draw.camera]
    second = draw.second - 3600 * (camera.offset_hours or 0) if camera else draw.second
    year, month, day = draw.date
    return ((year * 10000 + month * 100 + day) * 100000 + second) << 2 | flags


def _word(taken: datetime | None, video: bool, favorite: bool) -> int:
    flags = video << 1 | favorite
    if taken is None:
        return flags
    second = taken.hour * 3600 + taken.minute * 60 + taken.second
    return ((taken.year * 10000 + taken.month * 100 + taken.day) * 100000 + second) << 2 | flags


def _card(number: int, word: int) -> Card:
    date = (word >> 2) // 100000
    return Card(
        number, date // 10000, date // 100 % 100, date % 100, Kind.VIDEO if word & 2 else Kind.PHOTO, bool(word & 1)
    )
