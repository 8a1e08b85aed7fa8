"""The known content of the service: uploads of this push, and earlier ones in the catalog."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from photosync.catalog import Catalog, PushedFile, Pushes
from photosync.jobs.push.local_file import LocalFile
from photosync.model import Digest, Item

RECORD_EVERY_S = 1.0
RECORD_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Known:
    """Content that is at the service."""

    item: Item | None
    """None in a dry run, for files that would have been uploaded."""
    is_in_place: bool
    """It is where this push puts its files."""


@dataclass(slots=True, kw_only=True)
class KnownContent:
    """The content at the service, by its hash. New content is recorded in the catalog in batches."""

    catalog: Catalog
    pushes: Pushes
    run: int
    destination: str
    """Where this push puts its files."""
    full: bool
    """Ignore the records of earlier pushes."""
    dry_run: bool
    _recent: dict[Digest, Item | None] = field(default_factory=dict)
    _unrecorded: list[PushedFile] = field(default_factory=list)
    _recorded_at: float = field(default_factory=time.monotonic)

    def has_file(self, file: LocalFile) -> bool:
        """Whether an earlier push uploaded this unchanged file."""
        return not self.full and self.pushes.has_file(self.destination, file.path, file.stamp)

    def find(self, digest: Digest) -> Known | None:
        """The content with this hash."""
        if digest in self._recent:
            return Known(self._recent[digest], is_in_place=True)
        match = None if self.full else self.pushes.with_content(self.destination, digest)
        return Known(match.item, match.is_in_place) if match is not None else None

    def add(self, file: LocalFile, item: Item | None) -> None:
        """Add the content of `file`, which is at the service as `item`, or would be after a dry run."""
        self._recent[file.digest()] = item
        if item is not None and not self.dry_run:
            self._unrecorded.append(PushedFile(file.path, file.stamp, file.digest(), item))

    def record_if_due(self) -> None:
        """Record new content if the batch is large or old enough."""
        if time.monotonic() - self._recorded_at >= RECORD_EVERY_S or len(self._unrecorded) >= RECORD_AT_MOST:
            self.record()

    def record(self) -> None:
        """Record all new content."""
        if self._unrecorded:
            with self.catalog.transaction():
                self.pushes.record(self.run, self.destination, self._unrecorded)
            self._unrecorded.clear()
            if not self.full:
                self._recent.clear()  # it is in the catalog now
        self._recorded_at = time.monotonic()
