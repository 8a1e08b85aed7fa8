"""`copy`: brings what the library has to a copy of it."""

from __future__ import annotations

from dataclasses import replace
from threading import Event
from typing import Annotated

from typer import Argument

from photosync import units
from photosync.api.interruption import Interruption
from photosync.cli.command import command
from photosync.cli.notices import told
from photosync.cli.options import Bandwidth, DryRun, GeneralOptions, Jobs, parsed
from photosync.cli.progress import shown
from photosync.errors import Exit, PhotosyncError, UsageError


@command
def copy(
    *,
    name: Annotated[
        str | None, Argument(metavar="NAME", help="A copy of the configuration; without it, each of them.")
    ] = None,
    dry_run: DryRun = False,
    jobs: Jobs = None,
    bwlimit: Bandwidth = None,
    general: GeneralOptions,
) -> Exit:
    """Bring what the library has to a copy: on an object store, or in a folder of another disk."""
    from photosync.api.copies import open_copy
    from photosync.api.opening import required_library
    from photosync.cli.opening import load_config
    from photosync.cli.summary import is_said_already, print_summary
    from photosync.jobs.notices import Ends
    from photosync.jobs.report import Summary
    from photosync.transport.pacing import BandwidthLimit

    bytes_per_s = parsed(units.rate, "--bwlimit", bwlimit)
    limit = BandwidthLimit(bytes_per_s) if bytes_per_s else None
    config = load_config(general)
    if not config.copies:
        raise UsageError(f"{config.path}: no copy is configured; add one under 'copies'")
    library, interruption, cancel, ends = required_library(config, general.library), Interruption(), Event(), Ends()

    def work() -> Exit:
        for each in [name] if name else list(config.copies):
            try:
                with (
                    open_copy(config, library, each) as opened,
                    shown(general, each, "save", dry_run=dry_run) as reporter,
                    interruption.watch(cancel),
                ):
                    summary = opened.bring(reporter, cancel, jobs=jobs, limit=limit, dry_run=dry_run)
            except PhotosyncError as error:
                summary = Summary("copy", each, exit=error.exit, message=str(error), error=error)
            if summary.exit is Exit.INTERRUPTED and interruption.status is not None:
                summary = replace(summary, exit=interruption.status)
            print_summary(general, summary)
            ends.note(each, summary.exit, is_known=is_said_already(summary))
            if cancel.is_set():
                break
        return Exit.worst(list(ends.statuses.values()))

    return work() if dry_run else told(config, "copy", work, ends)
