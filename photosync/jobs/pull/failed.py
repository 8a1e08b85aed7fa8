"""The items that a pull could not get: they are recorded, counted and said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from photosync.catalog import Catalog
from photosync.jobs.account import Account
from photosync.jobs.failures import was_told
from photosync.jobs.listing_pages import not_there
from photosync.jobs.pull.fetch import DownloadFailure
from photosync.jobs.report import ItemFailure, Reporter, Summary


@dataclass(frozen=True, slots=True)
class FailedItems:
    """Those of one run for one account."""

    account: Account
    run: int
    catalog: Catalog
    summary: Summary
    reporter: Reporter

    def record(self, failure: DownloadFailure) -> None:
        """Record the failure of an item. The user hears of one that fails often once a day."""
        item, error = failure.task.item, failure.error
        account, failures = self.account.name, self.catalog.failures
        is_known = was_told(failure.task.entry, error.reason)
        failures.record(account, self.run, item, error.reason, str(error))
        if not is_known:
            failures.record_told(account, item.id)
        self.summary.add_failure(ItemFailure(item.id, item.name, error.reason, str(error)), is_known=is_known)
        self.reporter.failed(item.name, str(error), is_known=is_known)

    def record_not_there(self, ids: Sequence[str]) -> int:
        """Count ids that were asked for and that the provider does not have. Returns how many there are."""
        for id_ in ids:
            error = not_there(self.account, id_)
            self.summary.add_failure(ItemFailure(id_, id_, error.reason, str(error)))
            self.reporter.failed(id_, str(error))
        return len(ids)

    def note_known(self) -> None:
        """Say how many failed of which the user was told already."""
        if known := self.summary.known_failures:
            self.reporter.note(
                f"{known} that failed before, for the same reason: photosync failures {self.account.name}"
            )
