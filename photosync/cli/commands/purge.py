"""`purge`: what is in a service's trash is deleted for good, if the library has it."""

from __future__ import annotations

from photosync.api.trash import purge as asked_purge
from photosync.cli.change import ChangeRun, Ids, given_ids
from photosync.cli.command import command
from photosync.cli.commands.restore import Everything
from photosync.cli.commands.trash import EvenIfNotSaved
from photosync.cli.options import AccountName, ChangeOptions, FilterOptions, GeneralOptions
from photosync.errors import Exit


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
    run = ChangeRun(general, "purge", account, change)
    asked = asked_purge(given_ids(ids), selection, everything=everything, even_if_not_saved=even_if_not_saved)
    return run.finish("Delete {what} of {account} for good?", asked)
