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


class EndlessListingError(ProviderError):
    """The service lists the same again and again."""


class ListingProgress:
    """What one listing has had so far."""

    def __init__(self, what: str) -> None:
        """`what` names the service or the listing, for the message."""
        self._what = what
        self._entries: set[int] = set()
        """The hashes of ids, which take less memory."""
        self._marks: set[int] = set()
        self._barren = 0

    def repeats(self, ids: Iterable[object]) -> bool:
        """Whether a page has only entries that came before: it may stand in place of another one."""
        page = {hash(str(each)) for each in ids}
        return bool(page) and page <= self._entries

    def check(self, ids: Iterable[object], mark: str | None = None) -> None:
        """Take the ids of a page, and the mark of the page after it. Raises `EndlessListingError`."""
        before = len(self._entries)
        self._entries.update(map(hash, map(str, ids)))
        self._barren = self._barren + 1 if len(self._entries) == before else 0
        is_repeated = mark is not None and hash(mark) in self._marks
        if is_repeated or self._barren > MOST_BARREN_PAGES:
            raise EndlessListingError(
                f"{self._what} repeats a page again and again. What came is kept, and nothing is taken for gone; try "
                "again later."
            )
        if mark is not None:
            self._marks.add(hash(mark))
