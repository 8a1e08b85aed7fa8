"""`vault`: the commands that change the vault of a family."""

from __future__ import annotations

import typer

from photosync.api.change import wanted_items
from photosync.api.vault import change as change_of_vault
from photosync.cli.change import ChangeRun, Ids, given_ids
from photosync.cli.command import command
from photosync.cli.options import AccountName, ChangeOptions, FilterOptions, GeneralOptions
from photosync.errors import Exit

vault = typer.Typer(
    help="Change the family's vault at a service. No photo is changed or deleted by it.", rich_markup_mode=None
)


@vault.command("add")
@command
def add(
    *,
    account: AccountName,
    ids: Ids = None,
    selection: FilterOptions,
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Put items into the family's vault: the family sees them."""
    run = ChangeRun(general, "vault add", account, change)
    asked = change_of_vault(wanted_items(given_ids(ids), selection), adds=True)
    return run.finish("Show {what} of {account} to the family, in its vault?", asked)


@vault.command("remove")
@command
def remove(
    *,
    account: AccountName,
    ids: Ids = None,
    selection: FilterOptions,
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Take items out of the family's vault; they stay in the account."""
    run = ChangeRun(general, "vault remove", account, change)
    asked = change_of_vault(wanted_items(given_ids(ids), selection), adds=False)
    return run.finish("Take {what} of {account} out of the family's vault?", asked)
