"""`evict`: removes files from the local disk that two copies of the library are proved to have."""

from __future__ import annotations

from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from photosync import units
from photosync.api.interruption import Interruption
from photosync.cli.change import check_can_confirm
from photosync.cli.command import command
from photosync.cli.ids import read_ids
from photosync.cli.options import ChangeOptions, GeneralOptions, ItemIds, RecordedFilterOptions, parsed
from photosync.cli.output import FILE_LOG, print_error, print_json, print_line, print_message
from photosync.cli.progress import shown
from photosync.cli.summary import print_end
from photosync.cli.terminal import Terminal
from photosync.errors import Exit, PhotosyncError, Reason, UsageError

if TYPE_CHECKING:
    from photosync.jobs.change.change import Outcome
    from photosync.jobs.evict.evict import Evict, EvictSummary


@command
def evict(
    *,
    accounts: Annotated[
        list[str] | None, Argument(metavar="ACCOUNT", help="Whose files; without one, those of all accounts.")
    ] = None,
    older_than: Annotated[
        str | None, Option("--older-than", metavar="TIME", help="Taken before this time: 5y, 18m (months), 60d.")
    ] = None,
    max_age: Annotated[
        str | None,
        Option("--max-age", metavar="TIME", help="How long ago both copies may have been verified: 30d."),
    ] = None,
    ids: ItemIds = None,
    selection: RecordedFilterOptions,
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Free the local disk: remove files that at least two verified copies of the library have."""
    from photosync.api.evict import MAX_AGE, AskedEviction, open_eviction
    from photosync.api.opening import required_library
    from photosync.cli.opening import load_config

    asked = AskedEviction(
        accounts=accounts or (),
        selection=replace(selection, ids=read_ids(ids) if ids else None),
        older_than=older_than,
        max_age=parsed(units.positive_duration, "--max-age", max_age) or MAX_AGE,
    )
    asked.checked()
    check_can_confirm(change, "removes files from this disk")
    config, interruption, cancel = load_config(general), Interruption(), Event()

    def note(text: str) -> None:
        if not general.quiet:
            print_message(text)

    library = required_library(config, general.library)
    with open_eviction(
        config, library, asked, note=note, warn=print_error, cancel=cancel, dry_run=change.dry_run
    ) as run:
        return _carried_out(general, run, change, interruption)


def _carried_out(general: GeneralOptions, run: Evict, change: ChangeOptions, interruption: Interruption) -> Exit:
    error: PhotosyncError | None = None
    try:
        with interruption.watch(run.cancel), shown(general, "evict", "verify", dry_run=False) as reporter:
            run.plan(reporter)
        agreed = change.yes or change.dry_run or _agrees(run)  # here, Ctrl-C ends the command at once
        if agreed and not change.dry_run:
            with interruption.watch(run.cancel):
                run.look_again()
    except UsageError:
        raise
    except PhotosyncError as raised:
        agreed, error = False, raised
    with interruption.watch(run.cancel):
        return _finished(general, run, change, interruption, agreed=agreed, error=error)


def _finished(
    general: GeneralOptions,
    run: Evict,
    change: ChangeOptions,
    interruption: Interruption,
    *,
    agreed: bool,
    error: PhotosyncError | None,
) -> Exit:
    statuses = [Exit.OK]
    for account in run.wanted.accounts:
        for outcome in run.outcomes(account, agreed=agreed, dry_run=change.dry_run, error=error):
            _print(general, account, outcome)
        summary = run.summaries[account]
        if summary.exit is Exit.INTERRUPTED and interruption.status is not None:
            summary.exit = interruption.status
        print_end(general, summary, _sentence(summary), says_nothing_new=summary.exit is Exit.OK)
        statuses.append(summary.exit)
    return Exit.worst(statuses)


def _agrees(run: Evict) -> bool:
    """Whether the user agrees; nobody is asked if there is nothing to remove."""
    files = run.to_remove
    if not files:
        return True
    size = units.format_size(sum(each.size_bytes for each in files))
    what = f"{len(files):,} file{'s' * (len(files) != 1)} ({size})"
    answer = Terminal().ask(f"Remove {what} of the library from this disk? [y/N]")
    if (answer or "").strip().lower() in ("y", "yes"):
        return True
    print_message("nothing was removed")
    return False


def _print(general: GeneralOptions, account: str, outcome: Outcome) -> None:
    target, error = outcome.target, outcome.error
    FILE_LOG.info("evict %s: %s", outcome.result, target.id)
    if general.json:
        print_json(outcome.as_json(account, "evict", target.id))
    elif error is not None:
        if error.reason is not Reason.NOT_VERIFIED:  # a line for each copy has said so
            print_error(str(error))
    elif not general.quiet:
        print_line(f"{outcome.result.replace('_', ' '):12}  {target.name}")


def _sentence(summary: EvictSummary) -> str:
    freed = f" ({units.format_size(summary.size_bytes)})" if summary.changed else ""
    counts = {
        f"would be removed{freed}" if summary.dry_run else f"removed{freed}": summary.changed,
        "not here already": summary.unchanged,
        "stay": summary.failed,
        "not tried": summary.left,
    }
    parts = [f"{count:,} {word}" for word, count in counts.items() if count] or ["nothing to do"]
    status = "" if summary.exit is Exit.OK else f"; {summary.exit.word}, exit {int(summary.exit)}"
    return f"{summary.account}: evict: {', '.join(parts)}, in {units.format_duration(summary.seconds)}{status}"
