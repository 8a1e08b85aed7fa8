"""`restore`: what is in a service's trash comes back; or with `--from`, the library from a copy of it."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Annotated

from typer import Argument, Option

from photosync.api.interruption import Interruption
from photosync.api.trash import restore as asked_restore
from photosync.cli.change import ChangeRun, Ids, given_ids
from photosync.cli.command import command
from photosync.cli.options import ChangeOptions, FilterOptions, GeneralOptions, Jobs
from photosync.cli.progress import shown
from photosync.errors import Exit, UsageError

Everything = Annotated[bool, Option("--all", help="Everything in the trash.")]
Account = Annotated[str | None, Argument(metavar="ACCOUNT", help="The account's name; not with --from.")]
From = Annotated[
    str | None, Option("--from", metavar="NAME", help="Bring the library back from this copy of the configuration.")
]
To = Annotated[Path | None, Option("--to", metavar="DIR", help="With --from: where the library is made.")]


@command
def restore(
    *,
    account: Account = None,
    ids: Ids = None,
    selection: FilterOptions,
    everything: Everything = False,
    copy: From = None,
    to: To = None,
    jobs: Jobs = None,
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Take items out of the service's trash; or with --from, make the library again out of a copy."""
    if copy is not None:
        if account is not None or everything or change.dry_run:
            raise UsageError("--from brings the library back from a copy: leave out ACCOUNT, ID, --all and --dry-run")
        if to is None:
            raise UsageError("--from: name with --to the folder in which the library is made")
        return _from_copy(general, copy, to, selection, jobs)
    if account is None or to is not None or jobs is not None:
        raise UsageError("name the account whose trash is meant; or a copy with --from, and a folder with --to")
    run = ChangeRun(general, "restore", account, change)
    asked = asked_restore(given_ids(ids), selection, everything=everything)
    return run.finish("Restore {what} of {account}?", asked)


def _from_copy(general: GeneralOptions, name: str, to: Path, selection: FilterOptions, jobs: int | None) -> Exit:
    from photosync.api.copies import restore_library
    from photosync.cli.opening import load_config
    from photosync.cli.summary import print_summary

    config, interruption, cancel = load_config(general), Interruption(), Event()
    with shown(general, name, "save", dry_run=False) as reporter, interruption.watch(cancel):
        summary = restore_library(config, name, to, selection, reporter, cancel, jobs=jobs)
    if summary.exit is Exit.INTERRUPTED and interruption.status is not None:
        summary.exit = interruption.status
    print_summary(general, summary)
    return summary.exit
