"""`vault`: the commands that change the vault of a family."""

from __future__ import annotations

from functools import partial

import typer

from photosync.cli.change import ChangeRun, Ids, changing_items, wanted_items
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
    from photosync.jobs.change.vault import ChangeVault, vault_of

    run = ChangeRun(general, "vault add", account, change)
    prepare = changing_items(partial(ChangeVault, adds=True), wanted_items(ids, selection))
    return run.finish("Show {what} of {account} to the family, in its vault?", vault_of, prepare)


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
    from photosync.jobs.change.vault import ChangeVault, vault_of

    run = ChangeRun(general, "vault remove", account, change)
    prepare = changing_items(partial(ChangeVault, adds=False), wanted_items(ids, selection))
    return run.finish("Take {what} of {account} out of the family's vault?", vault_of, prepare)
