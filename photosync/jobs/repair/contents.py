"""Which contents give the file of an item: the stored one, the delivered one, and fixed ones that can be undone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from photosync import metadata
from photosync.catalog import CatalogEntry
from photosync.errors import ItemError
from photosync.library import UndoRecords


@dataclass(frozen=True, slots=True)
class Content:
    """A content that gives the wanted one."""

    sha256: str
    size_bytes: int | None
    """None for a sidecar: its size is not recorded."""
    record: bytes | None = None
    """The undo record that turns it into the delivered content, if it is a fixed one."""


@dataclass(slots=True)
class Contents:
    """Finds the undo records that lead to a delivered content."""

    records: Sequence[UndoRecords]
    """Of the library, and of the folders that may be a source."""
    _leading_to: dict[str, list[tuple[str, UndoRecords]]] | None = field(default=None, init=False)

    def giving_delivered(self, entry: CatalogEntry) -> Iterator[Content]:
        """The delivered content, and every fixed one with a record that leads back to it."""
        delivered = entry.delivered_sha256
        if delivered is None:
            return
        yield Content(delivered, entry.delivered_size)
        for sha256, records in self._records(delivered):
            try:
                record = records.find(sha256)[delivered]
                yield Content(sha256, (entry.delivered_size or 0) - metadata.growth(record), record)
            except (ItemError, KeyError):
                continue  # a damaged record

    def sizes(self, entry: CatalogEntry) -> set[int | None]:
        """The sizes of all contents that give the item's file."""
        return {entry.stored_size, *(each.size_bytes for each in self.giving_delivered(entry))}

    def _records(self, delivered: str) -> list[tuple[str, UndoRecords]]:
        if self._leading_to is None:
            self._leading_to = {}
            for records in self.records:
                for sha256, before in records.all():
                    self._leading_to.setdefault(before, []).append((sha256, records))
        return self._leading_to.get(delivered, [])
