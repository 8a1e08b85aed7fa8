"""The state of an account's sign-in."""

from __future__ import annotations

from contextlib import AbstractContextManager

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
