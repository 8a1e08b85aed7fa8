"""Recognises a listing that does not come to its end, or repeats a page.

progress = ListingProgress("Example Photos")
while mark is not None:
    ...
    progress.check(ids_of_the_page, mark)
"""

from __future__ import annotations

from collections.abc import Iterable

from photosync.errors import ProviderError

MOST_BARREN_PAGES = 50
"""Pages in a row without a new entry. Services may send empty pages in the middle of a listing."""

_BITS = 26
"""The memory of `_Entries` has 2 to the power of this many bits."""
_LAST_BYTE = (1 << _BITS - 3) - 1


class EndlessListingError(ProviderError):
    """The service lists the same again and again."""


class ListingProgress:
    """What one listing has had so far."""

    def __init__(self, what: str) -> None:
        """`what` names the service or the listing, for the message."""
        self._what = what
        self._entries = _Entries()
        self._marks: set[int] = set()
        self._barren = 0

    def repeats(self, ids: Iterable[object]) -> bool:
        """Whether a page has only entries that came before: it may stand in place of another one."""
        page = [str(each) for each in ids]
        return bool(page) and all(each in self._entries for each in page)

    def check(self, ids: Iterable[object], mark: str | None = None) -> None:
        """Take the ids of a page, and the mark of the page after it. Raises `EndlessListingError`."""
        self._barren = 0 if self._entries.add(map(str, ids)) else self._barren + 1
        is_repeated = mark is not None and hash(mark) in self._marks
        if is_repeated or self._barren > MOST_BARREN_PAGES:
            raise EndlessListingError(
                f"{self._what} repeats a page again and again. What came is kept, and nothing is taken for gone; try "
                "again later."
            )
        if mark is not None:
            self._marks.add(hash(mark))


class _Entries:
    """The ids of any number of entries in 8 MB: a Bloom filter, https://en.wikipedia.org/wiki/Bloom_filter.

    A new id is taken for a known one in one of 100,000 cases among 100,000 ids, and in one of 1,000 among a million.
    """

    def __init__(self) -> None:
        self._bits = bytearray(1 << _BITS - 3)

    def __contains__(self, id_: str) -> bool:
        (first, first_bit), (second, second_bit) = _places(id_)
        return bool(self._bits[first] & first_bit and self._bits[second] & second_bit)

    def add(self, ids: Iterable[str]) -> bool:
        """Whether one of them is new."""
        is_new = False
        bits = self._bits
        for id_ in ids:
            for byte, bit in _places(id_):
                if not bits[byte] & bit:
                    bits[byte] |= bit
                    is_new = True
        return is_new


def _places(id_: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Two bits in the memory of `_Entries`: the byte, and the bit in it."""
    first = hash(id_)
    second = first >> _BITS
    return (first >> 3 & _LAST_BYTE, 1 << (first & 7)), (second >> 3 & _LAST_BYTE, 1 << (second & 7))
