"""The items of a listing, read while they are used."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from photosync.jobs.item_record import ItemRecord

if TYPE_CHECKING:
    import pandas


class Items:
    """The items that were asked for. Nothing is requested before they are used; each loop lists them anew."""

    def __init__(self, listing: Callable[[list[str]], Generator[ItemRecord, None, None]]) -> None:
        """`listing` lists the items, and adds the ids that were not found to its argument."""
        self._listing = listing
        self.missing: list[str] = []
        """The sentences about ids that were asked for and that the service does not have, of the last loop."""

    def __iter__(self) -> Iterator[ItemRecord]:
        self.missing = []
        with closing(self._listing(self.missing)) as records:
            yield from records

    def to_pandas(self) -> pandas.DataFrame:
        """A table with a row for each item, and a column for each value of `ItemRecord`.

        Needs pandas: `pip install 'photosync-cli[pandas]'`; raises `UsageError` without it.
        """
        from photosync.jobs.export.frame import data_frame

        return data_frame(self)
