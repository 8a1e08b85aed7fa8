"""The state of an account's sign-in."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from photosync import clock
from photosync.catalog import AccountTotals
from photosync.errors import SignInError, UsageError
from photosync.jobs.account import Account
from photosync.provider import HasSignInHistory, SignInHistory

_DAY = timedelta(days=1)
_TWO_DAYS = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class SignInStatus:
    """What is known about it without asking the service."""

    text: str
    """A few words; where something is wrong, what and why, separated by a colon."""
    history: SignInHistory | None = None
    """None where there is no record that tells something."""

    def expectation(self, now: datetime) -> str | None:
        """`signed in 3 days ago; the last ones lasted 12 to 14 days`; None without a record."""
        if self.history is None:
            return None
        if self.history.ended is None:
            said = f"signed in {_span(now - self.history.began)} ago"
        else:
            said = f"the sign-in ended {_span(now - self.history.ended)} ago"
        return f"{said}; {_lasted(self.history.lasted)}" if self.history.lasted else said


def sign_in_state(opening: AbstractContextManager[Account]) -> SignInStatus:
    """What is known about the account's sign-in. `opening` is the account, not opened yet."""
    history = None
    try:
        with opening as account:
            if isinstance(account.provider, HasSignInHistory):
                history = _telling(account.provider.sign_in_history())
            return SignInStatus(account.provider.sign_in_state(), history)
    except SignInError as error:
        return SignInStatus(f"sign-in needed: {error}", history)
    except UsageError as error:
        return SignInStatus(f"configuration: {error}", history)


def status_json(account: str, provider: str, totals: AccountTotals, sign_in: SignInStatus) -> dict[str, object]:
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
        "sign_in": sign_in.text,
        **_history_json(sign_in.history),
    }


def _history_json(history: SignInHistory | None) -> dict[str, object]:
    """The keys of an account with a record of its sign-ins."""
    if history is None:
        return {}
    return {
        "sign_in_began": history.began.isoformat(),
        "sign_in_worked": history.worked.isoformat(),
        "sign_in_ended": history.ended.isoformat() if history.ended else None,
        "sign_ins_lasted_days": [round(span.total_seconds() / 86_400, 2) for span in history.lasted],
    }


def _telling(history: SignInHistory | None) -> SignInHistory | None:
    """The history, unless it is only that of a sign-in of today."""
    is_old = history is not None and (history.lasted or history.ended or clock.now() - history.began >= _DAY)
    return history if is_old else None


def _lasted(spans: Sequence[timedelta]) -> str:
    shortest, longest = _span(min(spans)), _span(max(spans))
    if len(spans) == 1:
        return f"the last one lasted {longest}"
    if shortest == longest:
        return f"the last ones lasted {longest}"
    number, _, unit = shortest.partition(" ")
    return f"the last ones lasted {number if unit == longest.partition(' ')[2] else shortest} to {longest}"


def _span(span: timedelta) -> str:
    """`14 days`, or `30 hours` for less than two days."""
    unit, count = ("day", span // _DAY) if span >= _TWO_DAYS else ("hour", span // timedelta(hours=1))
    return f"{max(count, 0)} {unit}{'' if count == 1 else 's'}"
