"""The vault of a family: what a user asks for, and the calls of a program."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Unpack

from photosync.api.change import AskedChange, Changed, changing_items, wanted_items
from photosync.api.keywords import SelectingRest, asked_selection, several_texts

if TYPE_CHECKING:
    from photosync.api.account_base import AccountBase
    from photosync.jobs.account import Account
    from photosync.jobs.change.wanted import Wanted


def change(wanted: Callable[[Account], Wanted], *, adds: bool) -> AskedChange:
    """Items are put into the vault, or taken out."""
    from photosync.jobs.change.vault import ChangeVault, vault_of

    return AskedChange(vault_of, changing_items(partial(ChangeVault, adds=adds), wanted))


class Vault:
    """`account.vault`: what the family sees. No item is changed or deleted."""

    def __init__(self, account: AccountBase) -> None:
        self._account = account

    def add(
        self, ids: str | Iterable[str] | None = None, *, dry_run: bool = False, **selecting: Unpack[SelectingRest]
    ) -> Changed:
        """Put the items with these ids, or those that are selected, into the family's vault."""
        asked = change(wanted_items(several_texts("ids", ids), asked_selection(selecting)), adds=True)
        return self._account.carry_out("vault add", asked, dry_run=dry_run)

    def remove(
        self, ids: str | Iterable[str] | None = None, *, dry_run: bool = False, **selecting: Unpack[SelectingRest]
    ) -> Changed:
        """Take the items with these ids, or those that are selected, out of the vault; they stay in the account."""
        asked = change(wanted_items(several_texts("ids", ids), asked_selection(selecting)), adds=False)
        return self._account.carry_out("vault remove", asked, dry_run=dry_run)
