"""Which content is at the service: what this push brought up, and what the catalog knows from before."""

from __future__ import annotations

import time
from dataclasses import dataclass

from photosync.catalog import Catalog, PushedFile, Pushes
from photosync.jobs.push.local_file import LocalFile
from photosync.model import Digest, Item

RECORD_EVERY_S = 1.0
RECORD_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Known:
    """Content that is at the service."""

    item: Item | None
    """None in a dry run, for what would have been uploaded."""
    is_in_place: bool
    """It is where this push puts its files."""


class KnownContent:
    """The content at the service, by its hash. What arrives is recorded in the catalog in groups."""

    def __init__(self, catalog: Catalog, pushes: Pushes, run: int, place: str, *, full: bool, dry_run: bool) -> None:
        """`place`: where this push puts its files. `full`: believe nothing that an earlier push recorded."""
        self._catalog = catalog
        self._pushes = pushes
        self._run = run
        self._place = place
        self._full = full
        self._dry_run = dry_run
        self._recent: dict[Digest, Item | None] = {}
        self._unrecorded: list[PushedFile] = []
        self._recorded_at = time.monotonic()

    def has_file(self, file: LocalFile) -> bool:
        """Whether an earlier push brought up this file as it is."""
        return not self._full and self._pushes.has_file(self._place, file.path, str(file.stamp))

    def find(self, digest: Digest) -> Known | None:
        """The content with this hash."""
        if digest in self._recent:
            return Known(self._recent[digest], is_in_place=True)
        match = None if self._full else self._pushes.with_content(self._place, digest)
        return Known(match.item, match.is_in_place) if match is not None else None

    def add(self, file: LocalFile, item: Item | None) -> None:
        """The content of `file` is at the service, as `item`; in a dry run, it would be."""
        self._recent[file.digest()] = item
        if item is not None and not self._dry_run:
            self._unrecorded.append(PushedFile(file.path, str(file.stamp), file.digest(), item))

    def record_if_due(self) -> None:
        """Record what arrived, if that is some time ago, or much."""
        is_time = time.monotonic() - self._recorded_at >= RECORD_EVERY_S
        if is_time or len(self._unrecorded) >= RECORD_AT_MOST:
            self.record()

    def record(self) -> None:
        """Record everything that arrived."""
        if self._unrecorded:
            with self._catalog.transaction():
                self._pushes.record(self._run, self._place, self._unrecorded)
            self._unrecorded.clear()
            if not self._full:
                self._recent.clear()  # the catalog knows it now
        self._recorded_at = time.monotonic()
