"""`restore`: what is in a service's trash comes back."""

from __future__ import annotations

from typing import Annotated

from typer import Option

from photosync.api.trash import restore as asked_restore
from photosync.cli.change import ChangeRun, Ids, given_ids
from photosync.cli.command import command
from photosync.cli.options import AccountName, ChangeOptions, FilterOptions, GeneralOptions
from photosync.errors import Exit

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
    run = ChangeRun(general, "restore", account, change)
    asked = asked_restore(given_ids(ids), selection, everything=everything)
    return run.finish("Restore {what} of {account}?", asked)
