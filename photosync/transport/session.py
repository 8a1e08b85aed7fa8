"""The transport: what providers call. Each method is one call with all its tries."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Unpack

from photosync.errors import ProviderError, Reason, TemporaryError
from photosync.transport.backoff import Patience, TryAgainError
from photosync.transport.bandwidth import BandwidthLimit
from photosync.transport.call import Call
from photosync.transport.download import Download
from photosync.transport.exchange import Exchange
from photosync.transport.redaction import Redactor
from photosync.transport.reply import Reply
from photosync.transport.types import Answer, Destination, Policy, RequestOptions, TransportSettings, Wait

_STREAM_BYTES = 64 * 1024
_HTML = frozenset({"text/html", "application/xhtml+xml"})

log = logging.getLogger("photosync.transport")


class Transport:
    """An account's HTTP session; one for all its threads.

    All methods raise `SignInError` (and once they did, always the same one, without sending anything),
    `TemporaryError` when the budget is spent, `CancelledError` when the run ends, and whatever the provider's
    `classify` returns.
    """

    def __init__(
        self,
        settings: TransportSettings,
        *,
        policy: Policy | None = None,
        redactor: Redactor | None = None,
        bandwidth: BandwidthLimit | None = None,
        cancel: threading.Event | None = None,
        on_wait: Callable[[Wait], None] | None = None,
    ) -> None:
        self._policy = policy or Policy()
        self._redactor = redactor or Redactor()
        self._bandwidth = bandwidth
        self._cancel = cancel
        self._on_wait = on_wait
        self._exchange = Exchange(settings, self._policy, self._redactor, cancel, bandwidth)

    @property
    def requests(self) -> int:
        """How many HTTP requests were sent: each try and each redirect counts."""
        return self._exchange.wire.sent

    @property
    def retries(self) -> int:
        """How many tries repeated an earlier one."""
        return self._exchange.repeated

    def request(self, method: str, url: str, **options: Unpack[RequestOptions]) -> Answer:
        """The whole answer, at most 64 MiB. A status that was not to be accepted raises `ProviderError`.

        transport.request("DELETE", f"{api}/sessions/{id}", accept=(200, 404))
        """
        call = Call(method.upper(), url, **options)
        patience = self._patience(call)
        return patience.run(lambda: self._whole_answer(call, patience))

    def json(self, method: str, url: str, **options: Unpack[RequestOptions]) -> object:
        """The answer as JSON: like `request`, and anything that is not JSON raises `ProviderError` too.

        page = transport.json("GET", f"{api}/search", params={"limit": 200, "offset": 0})
        """
        options["headers"] = {"Accept": "application/json", **(options.get("headers") or {})}
        answer = self.request(method, url, **options)
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind not in _HTML:
            with suppress(ValueError):
                parsed: object = json.loads(answer.body)
                return parsed
        label = Call(method.upper(), url).label
        raise ProviderError(
            self._redactor.clean(f"{label} answered {answer.status} with {kind or 'something'} where JSON was due")
            + self._exchange.excerpt(answer),
            answer.status,
            answer.body,
        )

    def download(
        self,
        url: str,
        destination: Destination,
        *,
        params: Mapping[str, str | int | None] | None = None,
        headers: Mapping[str, str] | None = None,
        signed: bool = True,
        documents: bool = False,
        part_bytes: int | None = None,
    ) -> Answer:
        """Bring the body to `destination`, from where an earlier try stopped if that can be; returns the head.

        HTML, JSON and XML are taken for an error page unless `documents` says that the item may be one. `part_bytes`
        is the most to ask for in one request, for services that fail at very large contents; a content that is asked
        for in parts must not be empty. What concerns this item alone is an `ItemError`. What `destination` raises
        passes through and is not tried again.
        """
        call = Call("GET", url, params=params, headers=headers, signed=signed)
        patience = self._patience(call, for_item=True)
        download = Download(
            self._exchange,
            call,
            destination,
            patience=patience,
            bandwidth=self._bandwidth,
            cancel=self._cancel,
            documents=documents,
            part_bytes=part_bytes,
        )
        return patience.run(download.attempt)

    @contextmanager
    def stream(
        self, method: str, url: str, **options: Unpack[RequestOptions]
    ) -> Iterator[tuple[Answer, Iterator[bytes]]]:
        """The head of the answer and its body as it comes. Once the body has begun, nothing is tried again.

        with transport.stream("POST", f"{api}/changes", json={"checkpoint": mark}) as (answer, chunks):
            for chunk in chunks:
                ...
        """
        call = Call(method.upper(), url, **options)
        patience = self._patience(call)
        with patience.run(lambda: self._accepted_head(call, patience)) as reply:
            yield reply.head(), self._streamed(call, reply)

    def hide(self, *secrets: str) -> None:
        """Let no log line and no message show these: secrets that a provider learns while it works."""
        self._redactor.add(*secrets)

    def close(self) -> None:
        """Close all connections that are idle."""
        self._exchange.wire.close()

    def _patience(self, call: Call, *, for_item: bool = False) -> Patience:
        return Patience(
            self._policy,
            label=lambda: self._redactor.clean(call.label),
            in_contact=lambda: self._exchange.wire.in_contact,
            on_wait=self._waiting,
            cancel=self._cancel,
            idempotent=call.idempotent,
            for_item=for_item,
        )

    def _waiting(self, wait: Wait) -> None:
        self._exchange.count_repeat()
        log.info("%s, waiting %.1f s (try %d)", wait.reason, wait.seconds, wait.attempt)
        if self._on_wait is not None:
            self._on_wait(wait)

    def _whole_answer(self, call: Call, patience: Patience) -> Answer:
        reply, started = self._exchange.send(call, patience)
        with reply:
            answer = reply.whole()
        self._exchange.judge(call, answer, started)
        return answer

    def _accepted_head(self, call: Call, patience: Patience) -> Reply:
        reply, started = self._exchange.send(call, patience)
        if reply.status in call.accept and reply.content_type not in _HTML:
            self._exchange.approve()
            return reply
        with reply:
            answer = reply.peek()
        self._exchange.judge(call, answer, started)
        raise ProviderError(
            self._redactor.clean(f"{call.label} answered with a web page") + self._exchange.excerpt(answer),
            answer.status,
            answer.body,
        )

    def _streamed(self, call: Call, reply: Reply) -> Iterator[bytes]:
        try:
            for piece in reply.pieces(_STREAM_BYTES):
                if self._bandwidth is not None:
                    self._bandwidth.take(len(piece), self._cancel)
                yield piece
        except TryAgainError as error:
            raise TemporaryError(f"{self._redactor.clean(call.label)}: {error.what}.", Reason.UNREACHABLE) from None
