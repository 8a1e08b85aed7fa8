"""The record of a run: its status and totals, in the summary and in the catalog."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence

from photosync.catalog import Catalog
from photosync.errors import DestinationError, Exit, PhotosyncError
from photosync.jobs.account import Account
from photosync.jobs.report import Summary


class RunRecord:
    """One run for one account, from its beginning to its end."""

    def __init__(
        self, account: Account, catalog: Catalog, summary: Summary, make_room: Callable[[], None] = lambda: None
    ) -> None:
        """Begin a run. A dry run is not recorded in the catalog.

        `make_room` frees space on the catalog's disk; its end is recorded even if the run has filled the disk.
        """
        self._account = account
        self._catalog = catalog
        self._summary = summary
        self._make_room = make_room
        self._started = time.monotonic()
        self.number = 0 if summary.dry_run else catalog.begin_run(summary.command, account.name)
        """The number of the run in the catalog."""

    @property
    def seconds(self) -> float:
        """The duration of the run so far."""
        return time.monotonic() - self._started

    def close(self, listed: int, error: PhotosyncError | None) -> None:
        """End the run: it handled `listed` items or files, and `error`, if any, ended it early.

        A catalog that cannot be written is in the summary too.
        """
        summary = self._summary
        self._set_exit([] if error is None else [error])
        summary.listed = listed
        summary.seconds = self.seconds
        summary.requests = sum(session.requests for session in self._account.sessions)
        summary.retries = sum(session.retries for session in self._account.sessions)
        if not summary.dry_run:
            try:
                self._record_end()
            except DestinationError as unrecorded:
                self._set_exit([unrecorded] if error is None else [error, unrecorded])
        summary.check_totals()

    def _set_exit(self, errors: Sequence[PhotosyncError]) -> None:
        partial = [Exit.PARTIAL] if self._summary.failed else []
        self._summary.exit = Exit.worst([Exit.OK, *partial, *(error.exit for error in errors)])
        self._summary.error = errors[0] if errors else None
        self._summary.message = " ".join(dict.fromkeys(map(str, errors))) or None

    def _record_end(self) -> None:
        summary = json.dumps(self._summary.as_json())
        try:
            self._catalog.end_run(self.number, self._summary.exit, summary)
        except DestinationError:
            self._make_room()
            self._catalog.end_run(self.number, self._summary.exit, summary)
