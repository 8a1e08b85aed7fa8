"""The state of an account: what the catalog has, how the last run ended, and the sign-in."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from photosync.catalog import AccountTotals, Catalog
from photosync.errors import SignInError, UsageError
from photosync.jobs.account import Account


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """What `status` shows of one account."""

    account: str
    provider: str
    totals: AccountTotals
    sign_in: str
    """A few words; where something is wrong, what and why, separated by a colon."""


def account_status(
    catalog: Catalog, account: str, provider: str, opening: AbstractContextManager[Account]
) -> AccountStatus:
    """The state of `account`, without asking its service. `opening` is the account, not opened yet."""
    return AccountStatus(account, provider, catalog.totals(account), _sign_in_state(opening))


def _sign_in_state(opening: AbstractContextManager[Account]) -> str:
    try:
        with opening as account:
            return account.provider.sign_in_state()
    except SignInError as error:
        return f"sign-in needed: {error}"
    except UsageError as error:
        return f"configuration: {error}"
