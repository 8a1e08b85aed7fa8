"""Brings what the library has to copies of it: for `copy`, and for what `after` names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING

from photosync.api.copies import open_copy
from photosync.api.opening import required_library
from photosync.cli.logs import bug_told
from photosync.cli.progress import shown
from photosync.cli.summary import is_said_already, print_summary
from photosync.errors import Exit, PhotosyncError
from photosync.jobs.report import Summary
from photosync.transport.pacing import BandwidthLimit

if TYPE_CHECKING:
    from photosync.api.interruption import Interruption
    from photosync.cli.options import GeneralOptions
    from photosync.config import Config
    from photosync.jobs.notices import Ends


@dataclass(frozen=True, slots=True)
class CopyRun:
    """One run for some copies, one after the other."""

    general: GeneralOptions
    config: Config
    interruption: Interruption
    ends: Ends
    jobs: int | None = None
    bytes_per_s: int | None = None
    """For all copies together."""
    dry_run: bool = False
    accept_shrink: bool = False

    def bring(self, names: Iterable[str]) -> Exit:
        """Bring to each of them what it lacks, show a summary for each, and return the worst exit status.

        One that fails does not stop the others.
        """
        library = required_library(self.config, self.general.library)
        limit = BandwidthLimit(self.bytes_per_s) if self.bytes_per_s else None
        statuses = []
        for name in names:
            cancel = Event()  # of this copy alone: one that fails sets it, to stop its threads
            try:
                with (
                    open_copy(self.config, library, name) as opened,
                    shown(self.general, f"copy '{name}'", "save", dry_run=self.dry_run) as reporter,
                    self.interruption.watch(cancel),
                ):
                    summary = opened.bring(
                        *(reporter, cancel),
                        jobs=self.jobs,
                        limit=limit,
                        dry_run=self.dry_run,
                        accept_shrink=self.accept_shrink,
                    )
            except PhotosyncError as error:
                summary = Summary("copy", name, exit=error.exit, message=str(error), error=error)
            except Exception as error:  # noqa: BLE001 - a bug does not stop the other copies
                summary = Summary("copy", name, exit=Exit.INTERNAL, message=bug_told(error))
            if summary.exit is Exit.INTERRUPTED and self.interruption.status is not None:
                summary = replace(summary, exit=self.interruption.status)
            print_summary(self.general, summary)
            self.ends.note(f"copy '{name}'", summary.exit, is_known=is_said_already(summary))
            statuses.append(summary.exit)
            if self.interruption.status is not None:
                return Exit.worst([*statuses, self.interruption.status])
        return Exit.worst(statuses)
