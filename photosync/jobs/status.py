"""The state of an account's sign-in."""

from __future__ import annotations

from contextlib import AbstractContextManager

from photosync.catalog import AccountTotals
from photosync.errors import SignInError, UsageError
from photosync.jobs.account import Account


def sign_in_state(opening: AbstractContextManager[Account]) -> str:
    """A few words; where something is wrong, what and why, separated by a colon. The service is not asked.

    `opening` is the account, not opened yet.
    """
    try:
        with opening as account:
            return account.provider.sign_in_state()
    except SignInError as error:
        return f"sign-in needed: {error}"
    except UsageError as error:
        return f"configuration: {error}"


def status_json(account: str, provider: str, totals: AccountTotals, sign_in: str) -> dict[str, object]:
    """The object of the command line's contract."""
    return {
        "account": account,
        "provider": provider,
        "last_run": totals.last_started_at.isoformat() if totals.last_started_at else None,
        "last_exit": totals.last_exit,
        "items": totals.items,
        "bytes": totals.size_bytes,
        "failures": totals.failed,
        "gone": totals.gone,
        "fixed": totals.fixed,
        "last_verified": totals.last_verified_at.isoformat() if totals.last_verified_at else None,
        "oldest_reading": totals.oldest_reading_at.isoformat() if totals.oldest_reading_at else None,
        "proved": {proof.value: count for proof, count in totals.proved.items()},
        "sign_in": sign_in,
    }
