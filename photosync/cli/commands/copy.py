"""`copy`: brings what the library has to a copy of it."""

from __future__ import annotations

from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, Annotated

from typer import Argument

from photosync import units
from photosync.api.interruption import Interruption
from photosync.cli.command import command
from photosync.cli.options import Bandwidth, DryRun, GeneralOptions, Jobs, parsed
from photosync.cli.progress import shown
from photosync.errors import Exit, PhotosyncError, UsageError

if TYPE_CHECKING:
    from photosync.jobs.report import Summary


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
    from photosync.cli.opening import load_config

    bytes_per_s = parsed(units.rate, "--bwlimit", bwlimit)
    config = load_config(general)
    names = [name] if name else list(config.copies)
    if not names:
        raise UsageError(f"{config.path}: no copy is configured; add one under 'copies'")
    interruption, cancel = Interruption(), Event()
    with interruption.watch(cancel):
        ended = [_copy(general, each, bytes_per_s, jobs, cancel, interruption, dry_run=dry_run) for each in names]
    return Exit.worst(ended)


def _copy(
    general: GeneralOptions,
    name: str,
    bytes_per_s: int | None,
    jobs: int | None,
    cancel: Event,
    interruption: Interruption,
    *,
    dry_run: bool,
) -> Exit:
    from photosync.cli.copy_run import open_copy
    from photosync.cli.summary import print_summary
    from photosync.jobs.copy.copy import WORKERS, Copy
    from photosync.jobs.report import Summary
    from photosync.transport.pacing import BandwidthLimit

    limit = BandwidthLimit(bytes_per_s) if bytes_per_s else None
    try:
        with open_copy(general, name) as opened, shown(general, name, "copy", dry_run=dry_run) as reporter:
            job = Copy(
                name=name,
                store=opened.store,
                library=opened.library,
                catalog=opened.catalog,
                record=opened.record,
                reporter=reporter,
                cancel=cancel,
                take=(lambda size_bytes: limit.take(size_bytes, cancel)) if limit else (lambda _: None),
                workers=jobs or WORKERS,
                dry_run=dry_run,
            )
            summary = job.run()
    except PhotosyncError as error:
        summary = Summary("copy", name, exit=error.exit, message=str(error), error=error)
    summary = _with_signal(summary, interruption)
    print_summary(general, summary)
    return summary.exit


def _with_signal(summary: Summary, interruption: Interruption) -> Summary:
    if summary.exit is Exit.INTERRUPTED and interruption.status is not None:
        return replace(summary, exit=interruption.status)
    return summary
