"""The record of a run: its status and totals, in the summary and in the catalog."""

from __future__ import annotations

import json
import time

from photosync.catalog import Catalog
from photosync.errors import Exit, PhotosyncError
from photosync.jobs.account import Account
from photosync.jobs.report import Summary


class RunRecord:
    """One run for one account, from its beginning to its end."""

    def __init__(self, account: Account, catalog: Catalog, summary: Summary) -> None:
        """Begin a run. A dry run is not recorded in the catalog."""
        self._account = account
        self._catalog = catalog
        self._summary = summary
        self._started = time.monotonic()
        self.number = 0 if summary.dry_run else catalog.begin_run(summary.command, account.name)
        """The number of the run in the catalog."""

    @property
    def seconds(self) -> float:
        """The duration of the run so far."""
        return time.monotonic() - self._started

    def close(self, listed: int, error: PhotosyncError | None) -> None:
        """End the run: it handled `listed` items or files, and `error`, if any, ended it early."""
        summary = self._summary
        statuses = [Exit.OK]
        if error is not None:
            statuses.append(error.exit)
            summary.message = str(error)
        if summary.failed:
            statuses.append(Exit.PARTIAL)
        summary.exit = Exit.worst(statuses)
        summary.listed = listed
        summary.seconds = self.seconds
        summary.requests = sum(session.requests for session in self._account.sessions)
        summary.retries = sum(session.retries for session in self._account.sessions)
        if not summary.dry_run:
            self._catalog.end_run(self.number, summary.exit, json.dumps(summary.as_json()))
        summary.check_totals()
