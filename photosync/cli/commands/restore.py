"""`restore`: out of a service's trash; or with copies of the library, files that it lacks, or the library itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from photosync.api.bring_back import AskedBack
from photosync.api.change import is_selection
from photosync.api.interruption import Interruption
from photosync.api.selection import AskedSelection
from photosync.api.trash import restore as asked_restore
from photosync.cli.change import ChangeRun, Ids, given_ids, print_changes, print_outcome
from photosync.cli.command import command
from photosync.cli.options import ChangeOptions, FilterOptions, GeneralOptions, Jobs
from photosync.cli.output import print_message
from photosync.cli.progress import shown
from photosync.errors import Exit, PhotosyncError, UsageError

if TYPE_CHECKING:
    from photosync.jobs.change.summary import ChangeSummary
    from photosync.jobs.report import Reporter, Summary

Everything = Annotated[bool, Option("--all", help="Everything in the trash.")]
Account = Annotated[str | None, Argument(metavar="ACCOUNT", help="The account's name; not with --to.")]
Named = Annotated[list[str] | None, Option("--id", metavar="ID", help="The same as ID; repeatable.")]
Offsite = Annotated[
    bool, Option("--offsite", help="Files that only copies have come back to the library; nothing of the trash.")
]
From = Annotated[
    str | None, Option("--from", metavar="NAME", help="From this copy of the configuration; nothing of the trash.")
]
_QUESTION = "Restore {what} of {account}?"
To = Annotated[Path | None, Option("--to", metavar="DIR", help="With --from: the library is made there again.")]

WithoutOffsite = Annotated[
    bool, Option("--without-offsite", help="With --to: what was removed from the library stays in the copy.")
]


@command
def restore(
    *,
    account: Account = None,
    ids: Ids = None,
    named: Named = None,
    selection: FilterOptions,
    everything: Everything = False,
    offsite: Offsite = False,
    copy: From = None,
    to: To = None,
    without_offsite: WithoutOffsite = False,
    jobs: Jobs = None,
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Take items out of the service's trash; or bring files back that only copies have, or the library itself."""
    given = given_ids([*(ids or ()), *(named or ())])
    wanted = None if given is None else list(given)
    if to is not None:
        if copy is None or account is not None or wanted is not None or everything or offsite or change.dry_run:
            raise UsageError(
                "--to makes the library again: name the copy with --from, and nothing else but a selection"
            )
        return _library(general, copy, to, selection, jobs, without_offsite=without_offsite)
    if without_offsite:
        raise UsageError("--without-offsite is about a library that is made again: name its folder with --to")
    if copy is not None or offsite or (account is None and wanted is not None):
        if everything:
            raise UsageError("--all is everything in the trash; all that only copies have is --offsite")
        if copy is not None and not (offsite or wanted is not None or is_selection(selection)):
            raise UsageError(
                "--from: name with --to the folder in which the library is made; or say which files come back to the "
                "library of the configuration: --id, a selection such as --year 2019, or --offsite for all of it"
            )
        back = AskedBack(copy=copy, account=account, ids=wanted, selection=selection)
        return _from_copies(general, back, jobs, dry_run=change.dry_run)
    if account is None or jobs is not None:
        raise UsageError(
            "name the account whose trash is meant; or with --id or --offsite what only copies have; or a copy with "
            "--from, and a folder with --to"
        )
    if wanted is None or everything or is_selection(selection):
        asked = asked_restore(wanted, selection, everything=everything)
        return ChangeRun(general, "restore", account, change).finish(_QUESTION, asked)
    return _named(general, account, wanted, change)


def _library(
    general: GeneralOptions,
    name: str,
    to: Path,
    selection: FilterOptions,
    jobs: int | None,
    *,
    without_offsite: bool,
) -> Exit:
    """The library is made again out of a copy."""
    from photosync.api.copies import restore_library
    from photosync.cli.opening import load_config

    config = load_config(general)

    def work(reporter: Reporter, cancel: Event) -> Summary:
        asked = config, name, to, selection
        return restore_library(*asked, reporter, cancel, without_offsite=without_offsite, jobs=jobs)

    return _shown(general, name, work, dry_run=False)


def _from_copies(general: GeneralOptions, asked: AskedBack, jobs: int | None, *, dry_run: bool) -> Exit:
    """Files come back to the library of the configuration."""
    from photosync.api.bring_back import bringing_back, check_asked, each_account
    from photosync.api.opening import required_library
    from photosync.cli.opening import load_config

    config = load_config(general)
    asked = check_asked(config, asked)
    library = required_library(config, general.library)
    parts = each_account(library, asked)
    if not parts:
        print_message("the library has no items")
    statuses = [Exit.OK]
    for part in parts:

        def work(reporter: Reporter, cancel: Event, part: AskedBack = part) -> Summary:
            with bringing_back(config, library, part, reporter, cancel, jobs=jobs, dry_run=dry_run) as back:
                return back.run()

        statuses.append(_shown(general, part.name, work, dry_run=dry_run))
        if statuses[-1] in (Exit.INTERRUPTED, Exit.TERMINATED):
            break
    return Exit.worst(statuses)


def _shown(general: GeneralOptions, name: str, work: Callable[[Reporter, Event], Summary], *, dry_run: bool) -> Exit:
    """Do the work, with its progress, and print its summary."""
    from photosync.cli.summary import print_summary
    from photosync.jobs.report import Summary

    interruption, cancel = Interruption(), Event()
    with shown(general, name, "save", dry_run=dry_run) as reporter, interruption.watch(cancel):
        try:
            summary = work(reporter, cancel)
        except UsageError:
            raise
        except PhotosyncError as error:
            summary = Summary("restore", name, exit=error.exit, message=str(error), error=error)
    if summary.exit is Exit.INTERRUPTED and interruption.status is not None:
        summary.exit = interruption.status
    print_summary(general, summary)
    return summary.exit


def _named(general: GeneralOptions, account: str, ids: Sequence[str], options: ChangeOptions) -> Exit:
    """Items by their ids: from copies of the library if only these have their files, else out of the trash."""
    from photosync.api.bring_back import change_back, check_asked, offsite_ids
    from photosync.api.opening import required_library
    from photosync.cli.opening import load_config

    config = load_config(general)
    library = required_library(config, general.library)
    offsite = offsite_ids(library, account, ids)
    rest = [each for each in ids if each not in set(offsite)]
    is_for_service = rest or not offsite
    run = ChangeRun(general, "restore", account, options) if is_for_service else None  # the user has to agree first
    done: ChangeSummary | None = None
    if offsite:
        asked = check_asked(config, AskedBack(account=account, ids=offsite))
        interruption, cancel = Interruption(), Event()
        with interruption.watch(cancel):
            done = change_back(
                *(config, library, asked),
                lambda outcome: print_outcome(general, account, outcome, "restore", outcome.target.id),
                cancel,
                dry_run=options.dry_run,
            )
        if cancel.is_set():
            done.exit = interruption.status or done.exit
            done.selected, done.left, run = done.selected + len(rest), done.left + len(rest), None
    if run is not None:
        return run.finish(_QUESTION, asked_restore(rest, AskedSelection()), done)
    assert done is not None
    print_changes(general, done)
    return done.exit
