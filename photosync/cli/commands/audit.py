"""`audit`: compares what the provider has with what is here, item by item."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

from typer import Option

from photosync.api.selection import check_unordered, checked_selection, selection_of
from photosync.cli.command import command
from photosync.cli.findings import print_finding
from photosync.cli.ids import with_ids_read
from photosync.cli.library_run import LibraryRun
from photosync.cli.notices import told
from photosync.cli.options import AccountName, GeneralOptions, SelectionOptions
from photosync.cli.summary import print_end
from photosync.errors import Exit, PhotosyncError

if TYPE_CHECKING:
    from photosync.config import AccountConfig
    from photosync.jobs.audit.summary import AuditSummary


@command
def audit(
    *,
    account: AccountName,
    selection: SelectionOptions,
    accept_shrink: Annotated[bool, Option("--accept-shrink", help="Accept a listing that lost many items.")] = False,
    general: GeneralOptions,
) -> Exit:
    """Tell whether everything is here: each item of the provider is compared with the library."""
    selection = with_ids_read(selection)
    check_unordered(selection, "audit")
    selection_of(selection)
    run = LibraryRun(general, "audit", dry_run=True, jobs=None, bwlimit=None)
    config = run.config.account(account)

    def work() -> Exit:
        try:
            summary = _audit(run, config, selection, accept_shrink=accept_shrink)
        except (PhotosyncError, KeyboardInterrupt) as raised:
            summary = _not_begun(account, *run.ended_by(raised))
        summary.exit = run.exit_of(summary.exit)
        run.ends.note(account, summary.exit)
        _print_summary(general, summary)
        return summary.exit

    return told(run.config, "audit", work, run.ends)


def _audit(run: LibraryRun, config: AccountConfig, asked: SelectionOptions, *, accept_shrink: bool) -> AuditSummary:
    from photosync.jobs.audit.audit import Audit, AuditOptions, picked_sessions

    library = run.library()
    with run.open_catalog(library):
        pass  # an unusable library is reported before the provider is asked
    found = partial(print_finding, run.general)
    with (
        run.show_progress(config) as reporter,
        run.open_account(config) as account,
        run.interruption.watch(account.cancel),
    ):
        selection, collections = checked_selection(asked, account)
        options = AuditOptions(selection, collections or picked_sessions(account), accept_shrink)
        return Audit(account, library, partial(run.open_catalog, library), options, reporter, found).run()


def _not_begun(account: str, status: Exit, message: str) -> AuditSummary:
    from photosync.jobs.audit.summary import AuditSummary

    return AuditSummary(account, exit=status, message=message)


def _print_summary(general: GeneralOptions, summary: AuditSummary) -> None:
    print_end(general, summary, summary.verdict, says_nothing_new=summary.exit is Exit.OK)
