"""The retry policy of a request: which failures are retried, after which wait, how often and how long.

A request is attempted again until one of two limits is reached: the number of attempts (`Policy.max_attempts`, which
does not count throttling) or the time without progress (`Policy.retry_budget_s`). The loop is tenacity's. All other
retries of this program are listed in docs/retrying.md.
"""

from __future__ import annotations

import math
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from photosync import clock
from photosync.errors import ItemError, LostAnswerError, PhotosyncError, Reason, TemporaryError
from photosync.transport import hosts
from photosync.transport.http_date import http_date
from photosync.transport.redaction import Redactor
from photosync.transport.types import Answer, Request

if TYPE_CHECKING:
    from tenacity import RetryCallState

Result = TypeVar("Result")

_DAY_S = 86_400
_LEAST_WAITS = 4
"""A `Retry-After` is obeyed for this many times `Policy.backoff_base_s` at least."""
_ADVICE = {
    Reason.THROTTLED: "Try again later, with fewer downloads at a time.",
    Reason.SERVER_ERROR: "The service has trouble of its own; try again later.",
    Reason.UNREACHABLE: "Check the network connection and try again.",
}


@dataclass(frozen=True, slots=True)
class Policy:
    """The limits of a transport. The core sets them, the same for all providers."""

    retry_budget_s: float = 120.0
    """The maximum time of a request without progress, the waits between its attempts included.

    What the bandwidth limit takes is not counted, nor its turn among other requests, up to this time once more.
    """
    progress_bytes: int = 32 * 1024
    """The new bytes of a download that are progress: then time and attempts are counted anew."""
    max_attempts: int = 6
    """The maximum number of lost connections and server errors without progress. Throttling is not counted."""
    retry_after_cap_s: float = 900.0
    """The longest `Retry-After` that is obeyed."""
    backoff_base_s: float = 0.25
    """The longest wait after the first failure."""
    backoff_growth: float = 3.0
    """How much longer it is after each further one."""
    backoff_cap_s: float = 60.0
    first_contact_budget_s: float = 30.0
    """The budget for lost connections while no answer has come yet, so that a dead host is reported soon."""
    connect_timeout_s: float = 10.0
    """For each address of a host."""
    connect_limit_s: float = 30.0
    """For looking up a name, all its addresses, a proxy and TLS together."""
    early_timeout_s: float = 10.0
    """The least that the first attempt at a download waits for the next byte, in real time: see
    `Connections.early_timeout_s`. Further attempts have the provider's read time-out."""
    slow_window_s: float = 60.0
    slow_window_bytes: int = 6000
    """A service that sends or takes fewer bytes within `slow_window_s` (or the read time-out, if longer) of waiting for
    it is given up for this attempt."""
    answer_limit_s: float = 600.0
    """For all of an answer that is no content, in real time: 600 kB on a line that carries 1 kB/s."""
    pool_size: int = 16
    """Connections per host that are kept open."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A pause before a request is attempted again, for the progress display."""

    reason: str
    """`429 from www.amazon.com`: names the host, never the query."""
    seconds: float
    attempt: int
    """The number of the attempt that failed, from 1."""


@dataclass(eq=False)
class RetryableError(Exception):
    """An attempt failed, and another one may succeed. `Retries.run` raises a `PhotosyncError` in its place."""

    message: str
    reason: Reason
    is_unprocessed: bool = False
    """Whether the service certainly did nothing, so that even a non-idempotent request may be repeated."""
    is_first_contact: bool = False
    """Whether no answer ever came from the service."""
    retry_after_s: float | None = None
    error: PhotosyncError | None = None
    """The provider's own error to raise at the end, if there is one."""


def failure_of(answer: Answer, error: TemporaryError | None = None) -> RetryableError | None:
    """The failure of `answer` if another attempt may succeed, else None. `error` is the provider's error for it."""
    asked_s = retry_after_s(answer.headers)
    if error is not None:
        reason = error.reason
    elif answer.status == 429 or (answer.status == 503 and asked_s is not None):
        reason = Reason.THROTTLED
    elif answer.status == 408 or 500 <= answer.status < 600:
        reason = Reason.SERVER_ERROR
    else:
        return None
    message = f"{answer.status} from {hosts.target(answer.url).origin.name}"
    is_unprocessed = reason is Reason.THROTTLED
    return RetryableError(message, reason, is_unprocessed=is_unprocessed, retry_after_s=asked_s, error=error)


def may_repeat(request: Request, failure: RetryableError) -> bool:
    """Whether sending `request` again is safe."""
    return request.idempotent or failure.is_unprocessed


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """The time of `Retry-After`: seconds, or an HTTP date. None if it is missing or invalid."""
    value = headers.get("Retry-After", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        until = http_date(value)
        if until is None:
            return None
        # By the service's clock if the answer has a date: the clock of this computer may be wrong.
        now = http_date(headers.get("Date", "")) or clock.now()
        return max(0.0, (until - now).total_seconds())
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


@dataclass(slots=True)
class Retries:
    """The attempts of one request. Progress resets both limits."""

    policy: Policy
    request: Request
    redactor: Redactor
    cancel: threading.Event | None
    on_wait: Callable[[Wait], None]
    _started: float | None = field(default=None, init=False)
    """When the time without progress began. Changed by what follows, which is since then too."""
    _failures: list[RetryableError] = field(default_factory=list, init=False)
    _new_bytes: int = field(default=0, init=False)
    _turns_s: float = field(default=0.0, init=False)
    """The time in which other requests came first."""
    _held_back_s: float = field(default=0.0, init=False)
    """What the bandwidth limit took."""

    def run(self, attempt: Callable[[Retries], Result]) -> Result:
        """Call `attempt` with this object until it does not raise `RetryableError`, or a limit is reached."""
        try:
            return attempt(self)
        except RetryableError as failure:
            known = [failure]
        return self._run_again(attempt, known)

    def _run_again(self, attempt: Callable[[Retries], Result], known: list[RetryableError]) -> Result:
        """The loop. It begins with the failure of the first attempt: few requests have one, and the loop takes time."""
        from tenacity import Retrying, retry_if_exception  # noqa: PLC0415 - slow to load, and not for what sends nothing

        engine = Retrying(
            retry=retry_if_exception(self._may_repeat),
            wait=self._wait_s,
            stop=self._is_over,
            before_sleep=self._report,
            sleep=lambda seconds: clock.wait(self.cancel, seconds),
            reraise=True,
        )

        def next_attempt() -> Result:
            if known:
                raise known.pop()
            return attempt(self)

        try:
            return engine(next_attempt)
        except RetryableError as failure:
            error = self._final_error(failure)
        raise error

    def started(self, turn_s: float) -> None:
        """Record that a request is sent now, after it waited `turn_s` for its turn."""
        if self._started is None:
            self._started = clock.monotonic()
        else:
            self._turns_s += turn_s

    @property
    def is_first_attempt(self) -> bool:
        """Whether no attempt has failed, or none since the last progress."""
        return not self._failures

    def held_back(self, seconds: float) -> None:
        """Record what the bandwidth limit took."""
        self._held_back_s += seconds

    def progress(self, new_bytes: int) -> None:
        """Record received bytes that no earlier attempt had. A few of them in each attempt are no progress."""
        self._new_bytes += max(0, new_bytes)
        if self._new_bytes >= self.policy.progress_bytes:
            self._started = clock.monotonic()
            self._new_bytes, self._turns_s, self._held_back_s = 0, 0.0, 0.0
            self._failures.clear()

    @property
    def _spent_s(self) -> float:
        if self._started is None:
            return 0.0
        # A service that refuses all requests must not keep one in the queue for ever.
        turns_s = min(self._turns_s, self.policy.retry_budget_s)
        return clock.monotonic() - self._started - turns_s - self._held_back_s

    def _may_repeat(self, error: BaseException) -> bool:
        if not isinstance(error, RetryableError):
            return False
        self._failures.append(error)
        return may_repeat(self.request, error)

    def _wait_s(self, _: RetryCallState) -> float:
        asked_s = self._failures[-1].retry_after_s
        if asked_s is not None:
            # A service that asks for no wait at all, again and again, would be asked without a pause.
            return min(max(asked_s, _LEAST_WAITS * self.policy.backoff_base_s), self.policy.retry_after_cap_s)
        longest_s = self.policy.backoff_base_s * self.policy.backoff_growth ** min(len(self._failures) - 1, 60)
        # Full jitter: threads that failed together must not repeat together.
        return random.uniform(0, min(longest_s, self.policy.backoff_cap_s))  # noqa: S311

    def _is_over(self, state: RetryCallState) -> bool:
        counted = sum(failure.reason is not Reason.THROTTLED for failure in self._failures)
        budget_s = self.policy.retry_budget_s
        if self._failures[-1].is_first_contact:
            budget_s = min(budget_s, self.policy.first_contact_budget_s)
        return counted >= self.policy.max_attempts or self._spent_s + state.upcoming_sleep > budget_s

    def _report(self, state: RetryCallState) -> None:
        self.on_wait(Wait(self._failures[-1].message, state.upcoming_sleep, len(self._failures)))

    def _final_error(self, failure: RetryableError) -> PhotosyncError:
        if failure.error is not None:
            return failure.error
        attempts = len(self._failures)
        label = self.redactor.clean(self.request.label)
        message = f"{label}: {failure.message}; gave up after {attempts} {'tries' if attempts > 1 else 'try'}."
        asked_s = failure.retry_after_s
        if asked_s is not None and asked_s >= 1:
            message += f" The service asks to wait {f'{asked_s:.0f} s' if asked_s <= _DAY_S else 'more than a day'}."
        reason = Reason.UNREACHABLE if failure.reason is Reason.TRUNCATED else failure.reason
        if not may_repeat(self.request, failure):
            return LostAnswerError(f"{message} It may have been done all the same, so it was not repeated.")
        if failure.reason is Reason.TRUNCATED and self.request.is_download:
            return ItemError(message, Reason.TRUNCATED)
        return TemporaryError(f"{message} {_ADVICE[reason]}", reason)
