"""`restore`: what is in a service's trash comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Option

from photosync.api.selection import selection_of
from photosync.cli.change import ChangeRun, Ids, is_selection, named_ids
from photosync.cli.command import command
from photosync.cli.options import AccountName, ChangeOptions, FilterOptions, GeneralOptions
from photosync.errors import Exit, UsageError

if TYPE_CHECKING:
    from photosync.catalog import Catalog
    from photosync.jobs.account import Account
    from photosync.jobs.change.change import Action, Target
    from photosync.jobs.change.wanted import Wanted
    from photosync.library import Library

Everything = Annotated[bool, Option("--all", help="Everything in the trash.")]


@command
def restore(
    *,
    account: AccountName,
    ids: Ids = None,
    selection: FilterOptions,
    everything: Everything = False,
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Take items or folders out of the service's trash again."""
    from photosync.jobs.change.trash import Restore, trash_of

    run = ChangeRun(general, "restore", account, change)
    wanted = wanted_in_trash(ids, selection, everything=everything)

    def prepare(opened: Account, _library: Library, catalog: Catalog) -> tuple[Action, list[Target]]:
        action = Restore(opened, catalog)
        return action, action.targets(wanted)

    return run.finish("Restore {what} of {account}?", trash_of, prepare)


def wanted_in_trash(ids: list[str] | None, options: FilterOptions, *, everything: bool) -> Wanted:
    """What the user named of the trash. Raises `UsageError`."""
    from photosync.jobs.change.wanted import Wanted

    if [bool(ids), is_selection(options), everything].count(True) != 1:
        raise UsageError(
            "say what of the trash is meant: ids (or - for those on standard input), a selection such as --year 2019, "
            "or --all"
        )
    selection = selection_of(options)
    if refused := [f"--{word}" for word in ("query", "recent") if getattr(options, word)]:
        raise UsageError(f"{', '.join(refused)}: services cannot search in the trash so. Select otherwise.")
    if options.collections:
        raise UsageError("--album: what is in the trash is in no album. Select otherwise.")
    return Wanted(named_ids(ids) if ids else None, selection, everything=everything)
