"""`purge`: what is in a service's trash is deleted for good, if the library has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photosync.cli.change import ChangeRun, Ids
from photosync.cli.command import command
from photosync.cli.commands.restore import Everything, wanted_in_trash
from photosync.cli.commands.trash import EvenIfNotSaved
from photosync.cli.options import AccountName, ChangeOptions, FilterOptions, GeneralOptions
from photosync.errors import Exit

if TYPE_CHECKING:
    from photosync.catalog import Catalog
    from photosync.jobs.account import Account
    from photosync.jobs.change.change import Action, Target
    from photosync.library import Library


@command
def purge(
    *,
    account: AccountName,
    ids: Ids = None,
    selection: FilterOptions,
    everything: Everything = False,
    even_if_not_saved: EvenIfNotSaved = False,
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Delete for good what is in the service's trash, if the library is proved to have it."""
    from photosync.jobs.change.saved import SavedItems
    from photosync.jobs.change.trash import Purge, check_can_purge

    run = ChangeRun(general, "purge", account, change)
    wanted = wanted_in_trash(ids, selection, everything=everything)

    def prepare(opened: Account, library: Library, catalog: Catalog) -> tuple[Action, list[Target]]:
        action = Purge(opened, catalog, SavedItems(opened, catalog, library), even_if_not_saved)
        return action, action.targets(wanted)

    return run.finish("Delete {what} of {account} for good?", check_can_purge, prepare)
