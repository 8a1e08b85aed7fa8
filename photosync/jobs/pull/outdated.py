"""Items that are downloaded as the catalog describes them, and have changed at the provider since."""

from __future__ import annotations

from collections.abc import Iterable

from photosync.errors import Reason
from photosync.jobs.pull.fetch import DownloadFailure

_SIGNS = frozenset({Reason.HASH_MISMATCH, Reason.SIZE_MISMATCH, Reason.NOT_FOUND})
"""What comes of a download when the item has changed or is gone."""


class OutdatedItems:
    """Finds them by their failures. The complete listing then describes them as they are."""

    def __init__(self) -> None:
        self._from_catalog: set[str] = set()
        self.ids: set[str] = set()

    def watch(self, ids: Iterable[str]) -> None:
        """These items are downloaded as the catalog describes them."""
        self._from_catalog.update(ids)

    def take(self, failure: DownloadFailure) -> bool:
        """Whether the failure may be because of the description. An item that failed this way before is damaged."""
        item, entry, reason = failure.task.item, failure.task.entry, failure.error.reason
        is_new = entry is not None and entry.reason != reason
        if not (is_new and reason in _SIGNS and item.id in self._from_catalog):
            return False
        self._from_catalog.remove(item.id)
        self.ids.add(item.id)
        return True
