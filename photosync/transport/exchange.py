"""One attempt of a request: sign-in, pacing, sending, and the meaning of the answer."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from photosync import clock
from photosync.errors import LostAnswerError, ProviderError, Reason, SignInError, StorageFullError, TemporaryError
from photosync.transport import hosts
from photosync.transport.pacing import BandwidthLimit, Pacer
from photosync.transport.redaction import Redactor
from photosync.transport.retry import Policy, Retries, RetryableError, Wait, failure_of, may_repeat
from photosync.transport.sign_in import SignIn
from photosync.transport.types import Answer, Request, TransportSettings

if TYPE_CHECKING:
    from photosync.transport.connection import Connections
    from photosync.transport.reply import Reply

Result = TypeVar("Result")

_SHOWN_CHARACTERS = 300

log = logging.getLogger("photosync.transport")


LOADING = threading.Lock()
"""Held while modules with urllib3 and requests are loaded. Threads that load parts of them at the same time fail: each
meets a module that the other has loaded half."""


@dataclass(eq=False)
class Exchange:
    """Everything that an attempt needs; shared by all requests of a transport."""

    settings: TransportSettings
    policy: Policy
    redactor: Redactor
    bandwidth: BandwidthLimit | None
    cancel: threading.Event | None
    on_wait: Callable[[Wait], None] | None
    repeated: int = field(default=0, init=False)
    """The number of attempts that repeated an earlier one."""
    refused: int = field(default=0, init=False)
    """The number of requests that the service refused because there were too many."""
    asked_waits: int = field(default=0, init=False)
    """The number of such refusals that said how long to wait."""
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _connections: Connections | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.pacer = Pacer(self.settings.pause_s, self.settings.least_pause_s)
        self._sign_in = SignIn(self.settings.auth, self.redactor)
        hosts.OwnHosts((*self.settings.own_hosts, *self.settings.endpoints))  # raises the error of a wrong one now

    @property
    def connections(self) -> Connections:
        """The connections, made for the first request."""
        if self._connections is None:
            # Slow to load, and `status` opens every account without sending anything.
            with LOADING:
                from photosync.transport.connection import Connections  # noqa: PLC0415

            with self._lock:
                if self._connections is None:
                    self._connections = Connections(
                        self.settings, self.policy, self._sign_in, self.bandwidth, self.cancel
                    )
        return self._connections

    @property
    def sent(self) -> int:
        """The number of sent requests, redirects included."""
        return 0 if self._connections is None else self._connections.sent

    def close(self) -> None:
        """Close all connections that are idle."""
        if self._connections is not None:
            self._connections.close()

    def run(self, request: Request, attempt: Callable[[Retries], Result]) -> Result:
        """Attempt `request` as often as the policy says."""
        retries = Retries(self.policy, request, self.redactor, self.cancel, partial(self._before_wait, request))
        return retries.run(partial(self._attempted, attempt))

    def _attempted(self, attempt: Callable[[Retries], Result], retries: Retries) -> Result:
        try:
            return attempt(retries)
        except RetryableError as failure:
            if failure.reason is not Reason.THROTTLED:
                self.pacer.failed()
            raise

    def _before_wait(self, request: Request, wait: Wait) -> None:
        self._count_repeat()
        log.info("%s, waiting %.1f s (try %d): %s", wait.reason, wait.seconds, wait.attempt, request.label)
        if self.on_wait is not None:
            self.on_wait(wait)

    def _count_repeat(self) -> None:
        with self._lock:
            self.repeated += 1

    def send(self, request: Request, retries: Retries) -> Reply:
        """The reply to `request`. After a 401 the sign-in is renewed once and the request repeated."""
        reply = self._send_paced(request, retries)
        if not _is_refused_sign_in(reply):
            return reply
        assert reply.generation is not None
        self._sign_in.renew(reply.generation, self._sign_in_refusal(reply))
        self._count_repeat()
        reply = self._send_paced(request, retries)
        if _is_refused_sign_in(reply):
            self._sign_in.refuse(self._sign_in_refusal(reply))
        return reply

    def receive(self, size_bytes: int) -> float:
        """Count received bytes, under the bandwidth limit; returns the time that it made the caller wait."""
        return 0.0 if self.bandwidth is None else self.bandwidth.take(size_bytes, self.cancel)

    def check(self, reply: Reply, answer: Answer) -> None:
        """Return if the request accepts the answer; raise the error for all others."""
        self.classify(reply, answer)
        if answer.status not in reply.request.accept:
            self.raise_if_temporary(reply, answer)
            raise self.refusal(reply.request, answer)

    def classify(self, reply: Reply, answer: Answer) -> None:
        """Raise the provider's error for `answer`, if any; `StorageFullError` for a 507 to what needs storage."""
        error = self.settings.classify(answer) if self.settings.classify is not None else None
        if error is not None:  # the service's words may repeat what was sent
            error.args = (self.redactor.clean(str(error)),)
        if isinstance(error, SignInError):
            self._sign_in.end(error)
        if isinstance(error, TemporaryError):
            self.raise_if_temporary(reply, answer, error)
        if error is not None:
            raise error
        needs_storage = reply.request.needs_storage and reply.request.method not in {"GET", "HEAD", "DELETE"}
        if answer.status == HTTPStatus.INSUFFICIENT_STORAGE and needs_storage:
            raise StorageFullError(
                f"{self.refusal(reply.request, answer)} The service has no storage left. Make room there, or rent "
                "more, then push again."
            )

    def raise_if_temporary(self, reply: Reply, answer: Answer, error: TemporaryError | None = None) -> None:
        """Raise `RetryableError` for an answer after which another attempt may succeed. `error` is the provider's."""
        failure = failure_of(answer, error)
        if failure is None:
            self.pacer.accepted()  # the service works: this answer is about the request alone
            return
        # A service that failed during a request may have carried it out; the provider must check.
        if error is None and not may_repeat(reply.request, failure):
            raise LostAnswerError(str(self.refusal(reply.request, answer)), failure.reason, answer.status)
        if failure.reason is Reason.THROTTLED:
            with self._lock:
                self.refused += 1
                self.asked_waits += bool(failure.retry_after_s)
            asked_s, cap_s = failure.retry_after_s, self.policy.retry_after_cap_s
            self.pacer.refused(reply.started, None if asked_s is None else min(asked_s, cap_s))
        raise failure

    def refusal(self, request: Request, answer: Answer, what: str = "") -> ProviderError:
        """The error for an unexpected answer: the request, `what` it was answered, and the answer's text."""
        what = what or f"answered {answer.status}"
        message = self.redactor.clean(f"{request.label} {what}{self._excerpt(answer)}")
        return ProviderError(message, answer.status, answer.body)

    def _excerpt(self, answer: Answer) -> str:
        """The service's message, as the end of a sentence."""
        text = " ".join(answer.body[: 4 * _SHOWN_CHARACTERS].decode("utf-8", "replace").split())
        # Cleaned before it is shortened: a part of a secret would not be recognised.
        text = self.redactor.clean(text)[:_SHOWN_CHARACTERS]
        return f": {text}" if text else "."

    def _send_paced(self, request: Request, retries: Retries) -> Reply:
        self._sign_in.check()
        clock.check(self.cancel)
        self._check_hold(request)
        asked = clock.monotonic()
        started = self.pacer.wait(self.cancel)
        # The sign-in may have ended while this waited.
        self._sign_in.check()
        retries.started(started - asked)
        before_redirect = partial(self._wait_while_held, request, retries)
        reply = self.connections.send(request, started, retries.held_back, before_redirect)
        if reply.head.status < HTTPStatus.BAD_REQUEST:
            self.pacer.accepted()
        return reply

    def _check_hold(self, request: Request) -> None:
        """Raise `TemporaryError` if the service asked for a longer wait than a request may take."""
        held_s = self.pacer.held_s()
        if held_s > self.policy.retry_budget_s:
            raise TemporaryError(
                f"{self.redactor.clean(request.label)}: not sent. The service asked to wait; {held_s:.0f} s of that "
                "are left. Try again later.",
                Reason.THROTTLED,
            )

    def _wait_while_held(self, request: Request, retries: Retries) -> None:
        self._check_hold(request)
        asked = clock.monotonic()
        self.pacer.wait_while_held(self.cancel)
        retries.started(clock.monotonic() - asked)

    def _sign_in_refusal(self, reply: Reply) -> str:
        """The message of a 401. Closes the reply."""
        with closing(reply):
            answer = reply.peek()
            self.classify(reply, answer)
        return f"{reply.where} answered 401{self._excerpt(answer)}"


def _is_refused_sign_in(reply: Reply) -> bool:
    return reply.head.status == 401 and reply.generation is not None and 401 not in reply.request.accept
