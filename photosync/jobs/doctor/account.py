"""One account: its hosts, its sign-in, and what its service has that is not saved yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from photosync import clock
from photosync.catalog import AccountTotals
from photosync.errors import SignInError
from photosync.jobs.account import Account
from photosync.jobs.doctor.check import Check, Result, failed, guarded
from photosync.jobs.doctor.connections import connection_checks, origins_of
from photosync.jobs.doctor.space import Coming
from photosync.jobs.status import sign_in_state
from photosync.model import Kind, Selection
from photosync.provider import (
    ChecksSignIn,
    HasCollections,
    HasUsage,
    ShowsDetails,
    SupportsCount,
    SupportsPicking,
)
from photosync.transport import Redactor

_PHOTOS = frozenset(Kind)
"""The types of content of which a pull brings files."""


@dataclass(slots=True)
class AccountDoctor:
    """Looks at one account."""

    name: str
    open: Callable[[], AbstractContextManager[Account]]
    """With a small retry budget: a person waits."""
    endpoints: Iterable[str]
    """The addresses that the configuration names in place of the service's own."""
    totals: AccountTotals | None
    """What is saved; None where the catalog cannot be read."""
    redactor: Redactor
    is_online: bool
    coming: Coming | None = field(default=None, init=False)

    def checks(self) -> Iterator[Check]:
        """The hosts first: without them, the service is not asked."""
        are_reached = True
        if self.is_online:
            for check in guarded("connection", self._connections, self.name):
                are_reached = are_reached and check.result is Result.OK
                yield check
        yield from guarded("sign-in", lambda: self._sign_in(ask=self.is_online and are_reached), self.name)

    def _connections(self) -> Iterator[Check]:
        patterns = list(self.endpoints)
        if not patterns:
            try:
                with self.open() as account:
                    patterns = [host for session in account.sessions for host in session.own_hosts]
            except SignInError:
                return  # its hosts follow from the sign-in, which is the next check
        yield from connection_checks(self.name, origins_of(patterns), self.redactor)

    def _sign_in(self, *, ask: bool) -> Iterator[Check]:
        """What is known here; and whether the service accepts it."""
        advice = f"Sign in with: photosync login {self.name}"
        try:
            with self.open() as account:
                known = account.provider.sign_in_state()
                found = self._asked(account) if ask else "the service was not asked"
        except SignInError as error:
            yield self._with_history(failed("sign-in", error, self.name))
            return
        yield self._with_history(Check("sign-in", Result.OK, f"{known}; {found}", account=self.name))
        if "photosync login" in known:
            yield Check("sign-in", Result.WARNING, known, advice, account=self.name)

    def _with_history(self, check: Check) -> Check:
        """How long the sign-ins lasted, if there is a record."""
        expectation = sign_in_state(self.open()).expectation(clock.now())
        return replace(check, text=f"{check.text}; {expectation}") if expectation else check

    def _asked(self, account: Account) -> str:
        """One cheap question to the service; says what it answered."""
        provider = account.provider
        if isinstance(provider, HasUsage):
            used = [each for each in provider.usage() if each.type.lower().rstrip("s") in _PHOTOS]
            count, size_bytes = sum(each.count for each in used), sum(each.size_bytes for each in used)
            self._foresee(count, size_bytes)
            return f"the service accepts it, and has {count:,} photos and videos"
        if isinstance(provider, SupportsCount) and (number := provider.count(Selection(), None)) is not None:
            return f"the service accepts it, and has {number:,} photos and videos"
        if isinstance(provider, ShowsDetails):
            provider.account_details()
        elif isinstance(provider, ChecksSignIn):
            provider.check_sign_in()
        elif isinstance(provider, HasCollections):
            names = [each.name for each in provider.collections()]
            word = provider.facts.collection_word
            return f"the service accepts it, and has {len(names)} {word}{'' if len(names) == 1 else 's'}"
        elif not isinstance(provider, SupportsPicking):
            next(iter(provider.list(Selection(), None, None)), None)
        else:
            return "the service was not asked: it shows nothing before a person picks"
        return "the service accepts it"

    def _foresee(self, count: int, size_bytes: int) -> None:
        """What is saved already is not to come."""
        if self.totals is not None:
            to_come = max(0, count - self.totals.items)
            left = max(0, size_bytes - self.totals.size_bytes) if to_come else 0
            self.coming = Coming(self.name, to_come, left)
