"""How many files a pull will download, as far as that can be told while the listing is read."""

from __future__ import annotations

from dataclasses import dataclass, field

from photosync.catalog import Catalog
from photosync.jobs.expected import expected_files
from photosync.jobs.pull.coverage import Coverage
from photosync.jobs.report import Summary


@dataclass(slots=True)
class ExpectedDownloads:
    """The downloads of one run."""

    catalog: Catalog
    coverage: Coverage
    summary: Summary
    most: int | None
    """The limit of the selection."""
    wanted: int = 0
    """Downloads that have been requested."""
    _known_before: int | None = field(default=None, init=False)
    """The items that were saved before this run. It is asked for when there is something to download."""

    def count(self, found: int) -> int | None:
        """All downloads, after `found` items were listed; None: it cannot be told yet."""
        total = self.coverage.total
        if total is None or not self.wanted:
            return None
        if self._known_before is None:
            self._known_before = self.catalog.count_saved(self.summary.account) - self.summary.saved
        if self.coverage.is_whole_account:
            left_out, known = self.summary.filtered, self._known_before - self.summary.unchanged
        else:
            left_out, known = found - self.wanted, 0
        count = expected_files(wanted=self.wanted, left_out=left_out, unseen=total - found, known=max(0, known))
        return min(count, self.most or count)
