"""The number of allowed changing calls, stored per account: the service locks accounts after too many.

Facts: protocol notes on Aura, section 7. The real limits are unknown; about 42 calls in a row were accepted, 120 not.
So 30 are allowed, and one more every 80 seconds. After a lock none are, first for an hour, then for a day.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace

from pydantic import TypeAdapter

from photosync.errors import Reason, TemporaryError
from photosync.provider import AccountContext
from photosync.provider_kit.state_file import StateFile

MOST_CALLS = 30
CALLS_A_MINUTE = 0.75
MOST_A_CALL = 50
"""Pictures in one call."""
MOST_A_CALL_AFTER_LOCK = 10
FIRST_LOCK_S = 60 * 60.0
NEXT_LOCK_S = 24 * 60 * 60.0
_CAREFUL_S = 2 * NEXT_LOCK_S
"""The time after a lock during which calls are small."""


@dataclass(frozen=True, slots=True)
class _BudgetState:
    calls: float
    """The number of allowed calls; negative after repetitions that could not wait."""
    at: float
    """The time of this number."""
    locked_at: float | None
    locks: int
    """Locks in a row, without an accepted change in between."""

    def now(self, now: float) -> _BudgetState:
        """The state at a later time, with more allowed calls. A clock that was set back changes nothing."""
        passed_s = max(0.0, now - self.at)
        return replace(self, calls=min(float(MOST_CALLS), self.calls + passed_s / 60 * CALLS_A_MINUTE), at=now)

    def locked_s(self, now: float) -> float:
        """The remaining seconds of a lock."""
        if self.locked_at is None:
            return 0.0
        wait_s = FIRST_LOCK_S if self.locks < 2 else NEXT_LOCK_S
        return min(wait_s, self.locked_at + wait_s - now)


_STATE = TypeAdapter(_BudgetState)


class WriteBudget:
    """The budget of one account, shared by several processes."""

    def __init__(self, context: AccountContext, clock: Callable[[], float] = time.time) -> None:
        self._account = context.account
        self._clock = clock
        self._file = StateFile(context.state / "writes.json", account=self._account, cancel=context.cancel)

    @property
    def most_a_call(self) -> int:
        """The maximum number of pictures in one call."""
        locked_at = self._read().locked_at
        is_careful = locked_at is not None and self._clock() - locked_at < _CAREFUL_S
        return MOST_A_CALL_AFTER_LOCK if is_careful else MOST_A_CALL

    def check_lock(self) -> None:
        """Raise `TemporaryError` during a lock."""
        left_s = self._read().locked_s(self._clock())
        if left_s > 0:
            raise TemporaryError(
                f"account '{self._account}': Aura refused changes lately, and asking again too soon makes that longer. "
                f"photosync changes nothing there for another {_words(left_s)}; pull goes on working. Then run the "
                "same command again: what went up is not sent again.",
                Reason.THROTTLED,
            )

    def reserve(self, calls: int) -> None:
        """Reserve a number of calls. Raises `TemporaryError` if too few are left."""
        with self._file.locked():
            state = self._read().now(self._clock())
            if state.calls < calls:
                left_s = (calls - state.calls) / CALLS_A_MINUTE * 60
                full_s = (MOST_CALLS - state.calls) / CALLS_A_MINUTE * 60
                raise TemporaryError(
                    f"account '{self._account}': so much was changed at Aura lately that more could get the account "
                    f"locked. Run the same command again in {_words(left_s)} to go on with the next "
                    f"{self.most_a_call} pictures, or in {_words(full_s)} for a long run. What went up is not sent "
                    "again.",
                    Reason.THROTTLED,
                )
            self._write(replace(state, calls=state.calls - calls))

    def spend(self) -> None:
        """Count an unreserved call that cannot wait."""
        with self._file.locked():
            state = self._read().now(self._clock())
            self._write(replace(state, calls=state.calls - 1))

    def accepted(self) -> None:
        """Record an accepted change."""
        if self._read().locks:
            with self._file.locked():
                self._write(replace(self._read(), locks=0))

    def lock(self) -> TemporaryError:
        """Record that the service refuses changes, so that none are sent for some time; returns the error message."""
        now = self._clock()
        with self._file.locked():
            state = self._read().now(now)
            state = replace(state, calls=0.0, locked_at=now, locks=state.locks + 1)
            self._write(state)
        return TemporaryError(
            f"account '{self._account}': Aura refuses changes to its frames although the session is good. It locks "
            "accounts like that after many changes in a short time; pull and the Aura app go on working meanwhile. "
            f"Nothing was tried again, and photosync changes nothing there for {_words(state.locked_s(now))}, since "
            "each try can make the lock longer. Do not sign in anew for it. Then run the same command again: what "
            "went up is not sent again. If that is refused too, wait for a day.",
            Reason.THROTTLED,
        )

    def _read(self) -> _BudgetState:
        if not self._file.exists():
            return _BudgetState(float(MOST_CALLS), 0.0, None, 0)
        # An unreadable file must neither allow more calls nor forbid them forever.
        with suppress(ValueError):
            return _STATE.validate_python(self._file.read())
        return _BudgetState(0.0, self._clock(), None, 0)

    def _write(self, state: _BudgetState) -> None:
        self._file.write(asdict(state))


def _words(seconds: float) -> str:
    minutes = math.ceil(seconds / 60)
    if minutes > 120:
        return f"{math.ceil(minutes / 60)} hours"
    return "a minute" if minutes == 1 else f"{minutes} minutes"
