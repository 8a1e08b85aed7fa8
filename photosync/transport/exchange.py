"""One attempt of a request: sign-in, pacing, sending, and what the answer means."""

from __future__ import annotations

import threading

from photosync import clock
from photosync.errors import LostAnswerError, ProviderError, Reason, SignInError, TemporaryError
from photosync.transport.connection import Connections
from photosync.transport.pacing import BandwidthLimit, Pacer
from photosync.transport.redaction import Redactor
from photosync.transport.reply import Reply
from photosync.transport.retry import Policy, Retries, failure_of, may_repeat
from photosync.transport.sign_in import SignIn
from photosync.transport.types import Answer, Request, TransportSettings

SHOWN_CHARACTERS = 300


class Exchange:
    """Everything that one attempt needs; shared by all requests of a transport."""

    def __init__(
        self,
        settings: TransportSettings,
        policy: Policy,
        redactor: Redactor,
        cancel: threading.Event | None,
        bandwidth: BandwidthLimit | None = None,
    ) -> None:
        self._classify_answer = settings.classify
        self._policy = policy
        self._redactor = redactor
        self._cancel = cancel
        self._sign_in = SignIn(settings.auth, redactor)
        self._pacer = Pacer(settings.pause_s)
        self._lock = threading.Lock()
        self.repeated = 0
        """How many requests repeated an earlier one."""
        self.connections = Connections(settings, policy, self._sign_in, cancel, bandwidth)

    def count_repeat(self) -> None:
        """A request is about to be repeated."""
        with self._lock:
            self.repeated += 1

    def send(self, request: Request, retries: Retries) -> tuple[Reply, float]:
        """The reply to `request` and when that started. After a 401 the sign-in is renewed and it is sent once more."""
        reply, started = self._send_paced(request, retries)
        if not _is_refused_sign_in(reply, request):
            return reply, started
        assert reply.generation is not None
        self._sign_in.renew(reply.generation, self._sign_in_refusal(request, reply))
        self.count_repeat()
        reply, started = self._send_paced(request, retries)
        if _is_refused_sign_in(reply, request):
            self._sign_in.refuse(self._sign_in_refusal(request, reply))
        return reply, started

    def classify(self, request: Request, answer: Answer, started: float) -> None:
        """Raise what the provider makes of `answer`, if anything."""
        error = self._classify_answer(answer) if self._classify_answer is not None else None
        if isinstance(error, SignInError):
            self._sign_in.end(error)
        if isinstance(error, TemporaryError):
            self.raise_if_temporary(request, answer, started, error)
        if error is not None:
            raise error

    def check(self, request: Request, answer: Answer, started: float) -> None:
        """Let pass what `request` accepts; raise the error for everything else."""
        self.classify(request, answer, started)
        if answer.status in request.accept:
            self.succeeded()
            return
        self.raise_if_temporary(request, answer, started)
        raise self.refusal(request, answer)

    def succeeded(self) -> None:
        """The service did what it was asked."""
        self._pacer.succeeded()

    def raise_if_temporary(
        self, request: Request, answer: Answer, started: float, error: TemporaryError | None = None
    ) -> None:
        """Raise `RetryableError` for an answer after which another attempt may succeed. `error` is the provider's."""
        failure = failure_of(answer, error)
        if failure is None:
            return
        # A service that failed in the middle of something may have done it; the provider has to look.
        if error is None and not may_repeat(request, failure):
            raise LostAnswerError(str(self.refusal(request, answer)), failure.reason, answer.status)
        if answer.status in {429, 503} or failure.reason is Reason.THROTTLED:
            asked_s, cap_s = failure.retry_after_s, self._policy.retry_after_cap_s
            self._pacer.refused(started, None if asked_s is None else min(asked_s, cap_s))
        raise failure

    def refusal(self, request: Request, answer: Answer, what: str = "") -> ProviderError:
        """The error for an answer that was not asked for: the request, `what` it was answered, and the text of it."""
        what = what or f"answered {answer.status}"
        message = self._redactor.clean(f"{request.label} {what}{self._excerpt(answer)}")
        return ProviderError(message, answer.status, answer.body)

    def _excerpt(self, answer: Answer) -> str:
        """What the service said, as the end of a sentence."""
        text = " ".join(answer.body[: 4 * SHOWN_CHARACTERS].decode("utf-8", "replace").split())
        # Cleaned before it is cut: half a secret would not be recognised.
        text = self._redactor.clean(text)[:SHOWN_CHARACTERS]
        return f": {text}" if text else "."

    def _send_paced(self, request: Request, retries: Retries) -> tuple[Reply, float]:
        self._sign_in.check()
        clock.check(self._cancel)
        held_s = self._pacer.held_s()
        if held_s > self._policy.retry_budget_s:
            raise TemporaryError(
                f"{request.label}: not sent. The service asked to wait; {held_s:.0f} s of that are left. Try again "
                "later.",
                Reason.THROTTLED,
            )
        started = self._pacer.wait(self._cancel)
        # The sign-in may have ended while this waited.
        self._sign_in.check()
        retries.started()
        return self.connections.send(request), started

    def _sign_in_refusal(self, request: Request, reply: Reply) -> str:
        """The message of a 401. Closes the reply."""
        with reply:
            answer = reply.peek()
            self.classify(request, answer, 0.0)
        return f"{reply.where} answered 401{self._excerpt(answer)}"


def _is_refused_sign_in(reply: Reply, request: Request) -> bool:
    return reply.status == 401 and reply.generation is not None and 401 not in request.accept
