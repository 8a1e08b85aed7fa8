"""Back-off: how often and how long one call is tried again. The engine is tenacity."""

from __future__ import annotations

import math
import random
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from tenacity import RetryCallState, Retrying

from photosync import clock
from photosync.errors import ItemError, LostAnswerError, PhotosyncError, Reason, TemporaryError
from photosync.transport.types import Policy, Wait

Result = TypeVar("Result")

_ADVICE = {
    Reason.THROTTLED: "Try again later, with fewer downloads at a time.",
    Reason.SERVER_ERROR: "The service has trouble of its own; try again later.",
    Reason.UNREACHABLE: "Check the network connection and try again.",
}


class TryAgainError(Exception):
    """A try failed in a way that another may mend. Never leaves the transport."""

    def __init__(
        self,
        what: str,
        reason: Reason,
        *,
        retry_after_s: float | None = None,
        unprocessed: bool = False,
        error: PhotosyncError | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.reason = reason
        self.retry_after_s = retry_after_s
        self.unprocessed = unprocessed
        """Whether the service surely did nothing, so that even a request that must not be repeated may be."""
        self.error = error
        """What to raise in the end, where somebody knew better words."""


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """What `Retry-After` asks for: seconds, or an HTTP date. None where it is missing or nonsense."""
    value = headers.get("Retry-After", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        until = _http_date(value)
        if until is None:
            return None
        # By the service's own clock where it shows one: this computer's may be wrong.
        now = _http_date(headers.get("Date", "")) or datetime.now(UTC)
        return max(0.0, (until - now).total_seconds())
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Patience:
    """How long one call goes on trying. Progress makes it new."""

    def __init__(
        self,
        policy: Policy,
        *,
        label: Callable[[], str],
        in_contact: Callable[[], bool],
        on_wait: Callable[[Wait], None],
        cancel: threading.Event | None = None,
        idempotent: bool = True,
        for_item: bool = False,
    ) -> None:
        """With `for_item` a body that stays short is that item's own trouble, and not the service's."""
        self._policy = policy
        self._label = label
        self._in_contact = in_contact
        self._on_wait = on_wait
        self._cancel = cancel
        self._idempotent = idempotent
        self._for_item = for_item
        self._since: float | None = None
        """When the time without progress began."""
        self._tries = 0
        self._strikes = 0
        """Failures in a row that were not plain throttling."""

    def run(self, attempt: Callable[[], Result]) -> Result:
        """Call `attempt` until it does not raise `TryAgainError`, or patience is over."""
        engine = Retrying(
            retry=self._may_repeat,
            wait=self._next_wait_s,
            stop=self._is_over,
            before_sleep=self._report,
            sleep=lambda seconds: clock.wait(self._cancel, seconds),
            reraise=True,
        )
        try:
            return engine(attempt)
        except TryAgainError as failure:
            error = self._final_error(failure)
        raise error

    def started(self) -> None:
        """A request goes out now. Waiting for its first turn is not counted as failing."""
        if self._since is None:
            self._since = clock.monotonic()

    def progress(self, *, new: bool) -> None:
        """Bytes arrived. Only what is `new` gives back the tries, or a body that always breaks would go on for ever."""
        self._since = clock.monotonic()
        if new:
            self._tries = self._strikes = 0

    def _may_repeat(self, state: RetryCallState) -> bool:
        failure = _failure(state)
        if failure is None:
            return False
        self._tries += 1
        self._strikes += not _is_plain_throttling(failure)
        return self._idempotent or failure.unprocessed

    def _next_wait_s(self, state: RetryCallState) -> float:
        failure = _failure(state)
        if failure is not None and failure.retry_after_s is not None:
            return min(failure.retry_after_s, self._policy.retry_after_cap_s)
        ceiling_s = min(self._policy.backoff_base_s * 2.0 ** min(self._tries - 1, 60), self._policy.backoff_cap_s)
        # Full jitter: threads that failed together must not come back together.
        return random.uniform(0, ceiling_s)  # noqa: S311

    def _is_over(self, state: RetryCallState) -> bool:
        failure = _failure(state)
        if self._strikes >= self._policy.max_tries:
            return True
        budget_s = self._policy.retry_budget_s
        if failure is not None and failure.reason is Reason.UNREACHABLE and not self._in_contact():
            budget_s = min(budget_s, self._policy.first_contact_budget_s)
        return self._spent_s() + state.upcoming_sleep > budget_s

    def _spent_s(self) -> float:
        return clock.monotonic() - self._since if self._since is not None else 0.0

    def _report(self, state: RetryCallState) -> None:
        failure = _failure(state)
        if failure is not None:
            self._on_wait(Wait(failure.what, state.upcoming_sleep, self._tries))

    def _final_error(self, failure: TryAgainError) -> PhotosyncError:
        if failure.error is not None:
            return failure.error
        message = (
            f"{self._label()}: {failure.what}; gave up after {self._tries} {'tries' if self._tries > 1 else 'try'}."
        )
        if failure.retry_after_s is not None:
            message += f" The service asks to wait {failure.retry_after_s:.0f} s."
        if not self._idempotent and not failure.unprocessed:
            return LostAnswerError(f"{message} It may have been done all the same, so it was not repeated.")
        if failure.reason is Reason.TRUNCATED and self._for_item:
            return ItemError(message, Reason.TRUNCATED)
        reason = Reason.UNREACHABLE if failure.reason is Reason.TRUNCATED else failure.reason
        return TemporaryError(f"{message} {_ADVICE[reason]}", reason)


def _failure(state: RetryCallState) -> TryAgainError | None:
    error = state.outcome.exception() if state.outcome is not None else None
    return error if isinstance(error, TryAgainError) else None


def _is_plain_throttling(failure: TryAgainError) -> bool:
    return failure.reason is Reason.THROTTLED
