"""An exchange: one try of a call with its sign-in, its turn, and the judgement of what came back."""

from __future__ import annotations

import threading
from typing import NoReturn

from photosync import clock
from photosync.errors import LostAnswerError, ProviderError, Reason, SignInError, TemporaryError
from photosync.transport import hosts
from photosync.transport.backoff import Patience, TryAgainError, retry_after_s
from photosync.transport.bandwidth import BandwidthLimit
from photosync.transport.call import Call
from photosync.transport.pacing import Pacer
from photosync.transport.redaction import Redactor
from photosync.transport.reply import Reply
from photosync.transport.sign_in import SignIn
from photosync.transport.types import Answer, Policy, TransportSettings
from photosync.transport.wire import Wire

SHOWN_CHARACTERS = 300


class Exchange:
    """Everything that one try needs; shared by all calls of a transport."""

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
        self.wire = Wire(settings, policy, self._sign_in, cancel, bandwidth)

    def count_repeat(self) -> None:
        """A request is about to be repeated."""
        with self._lock:
            self.repeated += 1

    def send(self, call: Call, patience: Patience) -> tuple[Reply, float]:
        """The reply to `call` and when the request started. A 401 is met with one refresh and one repetition."""
        reply, started = self._turn_and_send(call, patience)
        if not _is_refused_sign_in(reply, call):
            return reply, started
        assert reply.generation is not None
        self._sign_in.renew(reply.generation, self._refusal(reply))
        self.count_repeat()
        reply, started = self._turn_and_send(call, patience)
        if _is_refused_sign_in(reply, call):
            self._sign_in.refuse(self._refusal(reply))
        return reply, started

    def classify(self, answer: Answer, started: float) -> None:
        """Raise what the provider makes of `answer`, if anything."""
        error = self._classify_answer(answer) if self._classify_answer is not None else None
        if error is None:
            return
        if isinstance(error, SignInError):
            self._sign_in.end(error)
        if isinstance(error, TemporaryError):
            self._raise_not_now(answer, started, error.reason, error)
        raise error

    def judge(self, call: Call, answer: Answer, started: float) -> None:
        """Let pass what `call` accepts; raise the error for everything else."""
        self.classify(answer, started)
        if answer.status in call.accept:
            self.approve()
            return
        self.retry_if_temporary(call, answer, started)
        raise self.refusal(call, answer)

    def approve(self) -> None:
        """The service did what it was asked."""
        self._pacer.succeeded()

    def retry_if_temporary(self, call: Call, answer: Answer, started: float) -> None:
        """Raise `TryAgainError` for a status that may pass by itself."""
        status = answer.status
        asked_wait_s = retry_after_s(answer.headers)
        is_throttling = status == 429 or (status == 503 and asked_wait_s is not None)
        if not (status in {408, 429} or 500 <= status < 600):
            return
        # A service that failed in the middle of something may have done it; the provider has to look.
        if not call.idempotent and not is_throttling:
            raise LostAnswerError(str(self.refusal(call, answer)), Reason.SERVER_ERROR, status)
        self._raise_not_now(answer, started, Reason.THROTTLED if is_throttling else Reason.SERVER_ERROR)

    def refusal(self, call: Call, answer: Answer) -> ProviderError:
        """The error for a status that was not asked for."""
        return ProviderError(
            self._redactor.clean(f"{call.label} answered {answer.status}{self.excerpt(answer)}"),
            answer.status,
            answer.body,
        )

    def excerpt(self, answer: Answer) -> str:
        """What the service said, as the end of a sentence."""
        text = " ".join(answer.body[: 4 * SHOWN_CHARACTERS].decode("utf-8", "replace").split())
        # Cleaned before it is cut: half a secret is one that nobody recognises.
        text = self._redactor.clean(text)[:SHOWN_CHARACTERS]
        return f": {text}" if text else "."

    def _turn_and_send(self, call: Call, patience: Patience) -> tuple[Reply, float]:
        self._sign_in.check()
        clock.check(self._cancel)
        held_s = self._pacer.held_s()
        if held_s > self._policy.retry_budget_s:
            raise TemporaryError(
                f"{call.label}: not sent. The service asked to wait; {held_s:.0f} s of that are left. Try again later.",
                Reason.THROTTLED,
            )
        started = self._pacer.turn(self._cancel)
        # The sign-in may have ended while this waited.
        self._sign_in.check()
        patience.started()
        return self.wire.follow(call), started

    def _refusal(self, reply: Reply) -> str:
        """The words of a 401. Closes the reply."""
        with reply:
            answer = reply.peek()
            self.classify(answer, 0.0)
        return f"{reply.where} answered 401{self.excerpt(answer)}"

    def _raise_not_now(
        self, answer: Answer, started: float, reason: Reason, error: TemporaryError | None = None
    ) -> NoReturn:
        asked_wait_s = retry_after_s(answer.headers)
        if answer.status in {429, 503} or reason is Reason.THROTTLED:
            held_s = None if asked_wait_s is None else min(asked_wait_s, self._policy.retry_after_cap_s)
            self._pacer.refused(started, held_s)
        raise TryAgainError(
            f"{answer.status} from {hosts.target(answer.url).origin.name}",
            reason,
            retry_after_s=asked_wait_s,
            unprocessed=reason is Reason.THROTTLED,
            error=error,
        )


def _is_refused_sign_in(reply: Reply, call: Call) -> bool:
    return reply.status == 401 and reply.generation is not None and 401 not in call.accept
