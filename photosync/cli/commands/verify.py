"""`verify`: reads files again, and compares them with the catalog or with `SHA256SUMS`."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from photosync.api.interruption import Interruption
from photosync.api.verify import part_of, repair_options
from photosync.cli.command import command
from photosync.cli.findings import print_finding
from photosync.cli.notices import told
from photosync.cli.options import GeneralOptions, Jobs, parsed
from photosync.cli.output import print_error
from photosync.cli.progress import shown
from photosync.cli.summary import print_end
from photosync.errors import Exit, UsageError
from photosync.units import format_duration, format_size

if TYPE_CHECKING:
    from fractions import Fraction

    from photosync.config import Config
    from photosync.jobs.verify.summary import VerifySummary


@command
def verify(
    *,
    path: Annotated[
        Path | None, Argument(metavar="PATH", help="A file or folder; without it, the whole library.")
    ] = None,
    quick: Annotated[bool, Option("--quick", help="Names and sizes only; read nothing.")] = False,
    sample: Annotated[
        str | None, Option("--sample", metavar="PERCENT", help="Read only what was not read for longest: 5%.")
    ] = None,
    repair: Annotated[bool, Option("--repair", help="Replace what is damaged or missing by a good copy.")] = False,
    folders: Annotated[
        list[Path] | None,
        Option(
            "--from",
            metavar="DIR",
            help="With --repair: take files from this folder, or the copy of this name; repeatable.",
        ),
    ] = None,
    copy: Annotated[
        str | None, Option("--copy", metavar="NAME", help="Check this copy of the library, and not the library.")
    ] = None,
    jobs: Jobs = None,
    general: GeneralOptions,
) -> Exit:
    """Read files again and compare them with what was saved."""
    from photosync.cli.opening import library_of, load_config, open_account
    from photosync.jobs.verify.target import opened
    from photosync.jobs.verify.verify import ALL, NOTHING, Verify
    from photosync.user_folders import state_folder

    if quick and sample is not None:
        raise UsageError("--quick reads nothing; it does not go with --sample")
    if folders and not repair:
        raise UsageError("--from names a folder for --repair")
    part = NOTHING if quick else (parsed(part_of, "--sample", sample) or ALL)
    config, interruption, cancel = load_config(general, required=False), Interruption(), Event()
    if copy is not None:
        if path is not None or folders:
            raise UsageError("--copy checks a whole copy; leave out PATH and --from")
        return _verify_copy(general, config, copy, part, jobs, interruption, repair=repair)

    def work() -> Exit:
        with (
            opened(
                *(path, library_of(general, config), state_folder()),
                record=repair or not quick,
                repair=repair,
                note=print_error,
            ) as target,
            shown(general, "verify", "verify", dry_run=False) as reporter,
            interruption.watch(cancel),
        ):
            if sample is not None and not target.is_library:
                raise UsageError(f"--sample needs a catalog, which {target.library.root} does not have")
            job = Verify(
                target=target,
                part=part,
                workers=jobs or os.cpu_count() or 1,
                reporter=reporter,
                cancel=cancel,
                path=str(path or target.library.root),
                repair=repair_options(config, folders or [], open_account, reporter, cancel) if repair else None,
            )
            for finding in job.findings():
                print_finding(general, finding)
        if job.summary.exit is Exit.INTERRUPTED and interruption.status is not None:
            job.summary.exit = interruption.status
        _print_summary(general, job.summary)
        return job.summary.exit

    # A check of another folder says nothing about the library.
    return told(config, "verify", work) if path is None else work()


def _verify_copy(
    general: GeneralOptions,
    config: Config,
    name: str,
    part: Fraction,
    jobs: int | None,
    interruption: Interruption,
    *,
    repair: bool,
) -> Exit:
    from photosync.api.copies import open_copy
    from photosync.api.opening import required_library

    cancel = Event()
    with (
        open_copy(config, required_library(config, general.library), name) as opened,
        shown(general, name, "verify", dry_run=False) as reporter,
        interruption.watch(cancel),
    ):
        job = opened.check(part, reporter, cancel, repair=repair, jobs=jobs)
        for finding in job.findings():
            print_finding(general, finding)
    if job.summary.exit is Exit.INTERRUPTED and interruption.status is not None:
        job.summary.exit = interruption.status
    _print_summary(general, job.summary)
    return job.summary.exit


def _print_summary(general: GeneralOptions, summary: VerifySummary) -> None:
    print_end(general, summary, _sentence(summary), says_nothing_new=summary.exit is Exit.OK)


def _sentence(summary: VerifySummary) -> str:
    """The counts, with the words of the JSON."""
    counts = {
        "missing": summary.missing,
        "different": summary.different,
        "damaged": summary.damaged,
        "unknown": summary.unknown,
        "repaired": summary.repaired,
    }
    found = ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)
    right = f"{summary.files:,} files: {summary.ok:,} ok"
    reading = f"{summary.read:,} read ({format_size(summary.size_bytes)})"
    status = "" if summary.exit is Exit.OK else f"; {summary.exit.word}, exit {int(summary.exit)}"
    parts = ", ".join(filter(None, [right, reading, found]))
    return f"{summary.path}: {parts}, in {format_duration(summary.seconds)}{status}"
