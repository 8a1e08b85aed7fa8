"""The state of each account: its runs, its failures, its sign-in. The services are not asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from photosync import clock
from photosync.catalog import AccountTotals, Catalog
from photosync.errors import Exit, SignInError, UsageError
from photosync.jobs.account import Account
from photosync.jobs.failures import advice_for
from photosync.provider import HasSignInHistory, SignInHistory, SupportsPicking

_DAY = timedelta(days=1)
_TWO_DAYS = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class SignInStatus:
    """What is known about it without asking the service."""

    text: str
    """A few words; where something is wrong, what and why, separated by a colon."""
    history: SignInHistory | None = None
    """None where there is no record that tells something."""
    pending_picks: int | None = None
    """Picking sessions that have not been ended; None where nothing is picked."""

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
    history = pending = None
    try:
        with opening as account:
            if isinstance(account.provider, SupportsPicking):
                pending = len(account.provider.unfinished())
            if isinstance(account.provider, HasSignInHistory):
                history = _telling(account.provider.sign_in_history())
            return SignInStatus(account.provider.sign_in_state(), history, pending)
    except SignInError as error:
        return SignInStatus(f"sign-in needed: {error}", history, pending)
    except UsageError as error:
        return SignInStatus(f"configuration: {error}", history, pending)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStatus:
    """One account."""

    name: str
    provider: str
    needs_picking: bool
    totals: AccountTotals
    failures: Mapping[str, int]
    """How many items failed, by reason."""
    sign_in: SignInStatus

    def exit(self, oldest: timedelta, now: datetime) -> Exit:
        """OK if a good run is not older than `oldest`; else why there is none.

        That is the exit status of the last pull, pick or push, or TEMPORARY if that was good or did not end. Where a
        person has to pick, the age of a good run says nothing.
        """
        totals = self.totals
        last = Exit(totals.last_transfer_exit or Exit.OK)
        if self.needs_picking:
            return last
        age = self.age_of_good_run(now)
        if age is not None and age <= oldest:
            return Exit.OK
        return last or Exit.TEMPORARY

    def age_of_good_run(self, now: datetime) -> timedelta | None:
        """How old the last good run is; None if there was none, or its time is in the future."""
        good_at = self.totals.last_good_at
        age = now - good_at if good_at else None
        return None if age is None or age < -clock.WRONG_BY else max(age, timedelta())

    def as_json(self) -> dict[str, object]:
        """The object of the command line's contract."""
        totals = self.totals
        return {
            "account": self.name,
            "provider": self.provider,
            "last_run": _text(totals.last_started_at),
            "last_exit": totals.last_exit,
            "last_command": totals.last_command,
            "last_message": totals.last_message,
            "last_good": _text(totals.last_good_at),
            "items": totals.items,
            "bytes": totals.size_bytes,
            "failures": totals.failed,
            "failed": [
                {"reason": reason, "count": count, "advice": advice_for(reason)}
                for reason, count in self.failures.items()
            ],
            "gone": totals.gone,
            **({"offsite": totals.offsite, "offsite_bytes": totals.offsite_bytes} if totals.offsite else {}),
            "fixed": totals.fixed,
            "last_verified": _text(totals.last_verified_at),
            "oldest_reading": _text(totals.oldest_reading_at),
            "proved": {proof.value: count for proof, count in totals.proved.items()},
            "sign_in": self.sign_in.text,
            "pending_picks": self.sign_in.pending_picks,
            **_history_json(self.sign_in.history),
        }


def status_of(
    name: str, provider: str, catalog: Catalog, opening: AbstractContextManager[Account], *, needs_picking: bool
) -> AccountStatus:
    """The state of an account. `opening` is the account, not opened yet."""
    return AccountStatus(
        name=name,
        provider=provider,
        needs_picking=needs_picking,
        totals=catalog.totals(name),
        failures=catalog.failures.reasons(name),
        sign_in=sign_in_state(opening),
    )


def ago(span: timedelta) -> str:
    """`3 days ago`, `20 hours ago`, `5 minutes ago`."""
    if span >= timedelta(hours=2):
        return f"{_span(span)} ago"
    minutes = span // timedelta(minutes=1)
    return f"{minutes} minute{'' if minutes == 1 else 's'} ago"


def _text(time: datetime | None) -> str | None:
    return time.isoformat() if time else None


def _history_json(history: SignInHistory | None) -> dict[str, object]:
    """The keys of an account with a record of its sign-ins."""
    if history is None:
        return {}
    ends = history.began + min(history.lasted) if history.lasted and not history.ended else None
    return {
        "sign_in_began": history.began.isoformat(),
        "sign_in_worked": history.worked.isoformat(),
        "sign_in_ended": _text(history.ended),
        "sign_in_expected_end": _text(ends),
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
