"""How many bytes a body may have, so that no service can fill the disk."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from photosync.errors import ItemError, Reason
from photosync.model import Item, Kind

MOST_PHOTO_BYTES = 1 << 30
MOST_BYTES = 1 << 36
"""The bounds for contents of unknown size. The largest that a service is known to take is a video of 20 GB."""
RESERVE_BYTES = 256 << 20
"""The free space on the disk that a large content of unknown size leaves."""
_LARGE_BYTES = 64 << 20
"""Smaller ones may use the last free space, so that photos are saved until the disk is really full."""


@dataclass(frozen=True, slots=True)
class SizeBound:
    """The bound for one content: the size that the provider listed, or a general bound where it listed none."""

    most_bytes: int
    is_listed: bool
    reserve_bytes: int = RESERVE_BYTES

    @classmethod
    def of(cls, item: Item) -> SizeBound:
        """The bound for an item's content."""
        if item.size_bytes is not None:
            return cls(item.size_bytes, is_listed=True)
        return cls(MOST_PHOTO_BYTES if item.kind is Kind.PHOTO else MOST_BYTES, is_listed=False)

    def check(self, present_bytes: int, size_bytes: int, folder: Path) -> None:
        """Raise `ItemError` if a content of `size_bytes` is too large, of which `present_bytes` are in `folder`."""
        if size_bytes > self.most_bytes and self.is_listed:
            raise ItemError(
                f"more bytes came than the {self.most_bytes} listed; the download was stopped", Reason.SIZE_MISMATCH
            )
        if size_bytes > self.most_bytes:
            raise ItemError(
                f"its size is not listed, and it has more than {self.most_bytes >> 20} MiB; the download was stopped",
                Reason.TOO_LARGE,
            )
        if self.is_listed or size_bytes < _LARGE_BYTES:
            return
        if shutil.disk_usage(folder).free - (size_bytes - present_bytes) < self.reserve_bytes:
            raise ItemError(
                f"its size is not listed, and it would leave less than {self.reserve_bytes >> 20} MiB free on the "
                "disk; the download was stopped. Make room and run again",
                Reason.TOO_LARGE,
            )


GENERAL = SizeBound(MOST_BYTES, is_listed=False)
"""The bound for a content of which nothing is known."""
