"""`trash`: files and folders at a service go to its trash, if the library has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Option

from photosync.api.selection import checked_selection, selection_of
from photosync.cli.change import ChangeRun, Ids, is_selection, named_ids
from photosync.cli.command import command
from photosync.cli.options import AccountName, ChangeOptions, FilterOptions, GeneralOptions
from photosync.errors import Exit, UsageError

if TYPE_CHECKING:
    from photosync.catalog import Catalog
    from photosync.jobs.account import Account
    from photosync.jobs.change.change import Action, Target
    from photosync.library import Library

EvenIfNotSaved = Annotated[
    bool, Option("--even-if-not-saved", help="Also what is not proved to be in the library: it may be lost for good.")
]


@command
def trash(
    *,
    account: AccountName,
    ids: Ids = None,
    selection: FilterOptions,
    even_if_not_saved: EvenIfNotSaved = False,
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Move items or folders to the service's trash, if the library is proved to have them."""
    from photosync.jobs.change.saved import SavedItems
    from photosync.jobs.change.trash import Trash, trash_of
    from photosync.jobs.change.wanted import Wanted

    run = ChangeRun(general, "trash", account, change)
    if bool(ids) == is_selection(selection):
        raise UsageError(
            "say what is meant: ids (or - for those on standard input), or a selection such as --year 2019"
        )
    selection_of(selection)
    named = named_ids(ids)

    def prepare(opened: Account, library: Library, catalog: Catalog) -> tuple[Action, list[Target]]:
        wanted = Wanted(named) if ids else Wanted((), *checked_selection(selection, opened))
        action = Trash(opened, catalog, SavedItems(opened, catalog, library), even_if_not_saved)
        return action, action.targets(wanted)

    return run.finish("Trash {what} of {account}?", trash_of, prepare)
