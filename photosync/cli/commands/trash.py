"""`trash`: files and folders at a service go to its trash, if the library has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Option

from photosync.cli.change import ChangeRun, Ids, wanted_items
from photosync.cli.command import command
from photosync.cli.options import AccountName, ChangeOptions, FilterOptions, GeneralOptions
from photosync.errors import Exit

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

    run = ChangeRun(general, "trash", account, change)
    wanted = wanted_items(ids, selection)

    def prepare(opened: Account, library: Library, catalog: Catalog) -> tuple[Action, list[Target]]:
        action = Trash(opened, catalog, SavedItems(opened, catalog, library), even_if_not_saved)
        return action, action.targets(wanted(opened))

    return run.finish("Trash {what} of {account}?", trash_of, prepare)
