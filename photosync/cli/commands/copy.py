"""`copy`: brings what the library has to a copy of it."""

from __future__ import annotations

from typing import Annotated

from typer import Argument, Option

from photosync import units
from photosync.api.interruption import Interruption
from photosync.cli.command import command
from photosync.cli.notices import told
from photosync.cli.options import Bandwidth, DryRun, GeneralOptions, Jobs, parsed
from photosync.errors import Exit, UsageError


@command
def copy(
    *,
    name: Annotated[
        str | None, Argument(metavar="NAME", help="A copy of the configuration; without it, each of them.")
    ] = None,
    dry_run: DryRun = False,
    jobs: Jobs = None,
    bwlimit: Bandwidth = None,
    accept_shrink: Annotated[
        bool, Option("--accept-shrink", help="Bring all again to a copy that lost most of its files.")
    ] = False,
    general: GeneralOptions,
) -> Exit:
    """Bring what the library has to a copy: on an object store, or in a folder of another disk."""
    from photosync.cli.copy_run import CopyRun
    from photosync.cli.opening import load_config
    from photosync.jobs.notices import Ends

    bytes_per_s = parsed(units.rate, "--bwlimit", bwlimit)
    config = load_config(general)
    if not config.copies:
        raise UsageError(f"{config.path}: no copy is configured; add one under 'copies'")
    ends = Ends()
    run = CopyRun(general, config, Interruption(), ends, jobs, bytes_per_s, dry_run, accept_shrink)

    def work() -> Exit:
        return run.bring(config.copies if name is None else [name])

    return work() if dry_run else told(config, "copy", work, ends)
