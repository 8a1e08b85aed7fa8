"""The transport: the interface for providers. Each method is one request with all its attempts."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from typing import Unpack

from photosync.errors import Reason, TemporaryError
from photosync.transport.download import Download
from photosync.transport.exchange import Exchange
from photosync.transport.pacing import BandwidthLimit
from photosync.transport.redaction import Redactor
from photosync.transport.reply import Reply
from photosync.transport.retry import Policy, Retries, RetryableError, Wait
from photosync.transport.types import Answer, Destination, Request, RequestOptions, TransportSettings

_STREAM_BYTES = 64 * 1024


class Transport:
    """An account's HTTP session; one for all its threads.

    All methods raise `SignInError` (and once they did, always the same one, without sending anything),
    `TemporaryError` when the budget is used up, `CancelledError` when the run ends, and whatever the provider's
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
        self._exchange = Exchange(settings, policy or Policy(), redactor or Redactor(), bandwidth, cancel, on_wait)

    @property
    def requests(self) -> int:
        """The number of sent HTTP requests: each attempt and each redirect counts."""
        return self._exchange.connections.sent

    @property
    def retries(self) -> int:
        """The number of attempts that repeated an earlier one."""
        return self._exchange.repeated

    def request(self, method: str, url: str, **options: Unpack[RequestOptions]) -> Answer:
        """The whole answer, at most 64 MiB. A status that is not in `accept` raises `ProviderError`.

        transport.request("DELETE", f"{api}/sessions/{id}", accept=(200, 404))
        """
        request = Request(method.upper(), url, **options)
        return self._exchange.run(request, self._whole_answer)

    def json(self, method: str, url: str, **options: Unpack[RequestOptions]) -> object:
        """The answer as JSON: like `request`, and anything that is not JSON raises `ProviderError` too.

        page = transport.json("GET", f"{api}/search", params={"limit": 200, "offset": 0})
        """
        options["headers"] = {"Accept": "application/json", **(options.get("headers") or {})}
        answer = self.request(method, url, **options)
        if not answer.is_html:
            with suppress(ValueError):
                parsed: object = json.loads(answer.body)
                return parsed
        what = f"answered {answer.status} with {answer.content_type or 'something'} where JSON was due"
        raise self._exchange.refusal(Request(method.upper(), url), answer, what)

    def download(
        self,
        url: str,
        destination: Destination,
        *,
        params: Mapping[str, str | int | None] | None = None,
        signed: bool = True,
        documents: bool = False,
        part_bytes: int | None = None,
    ) -> Answer:
        """Download the body to `destination`, from where an earlier attempt stopped if possible; returns the head.

        HTML, JSON and XML are taken for an error page unless `documents` says that the item may be one. `part_bytes`
        is the most to ask for in one request, for services that fail at very large contents; a content that is asked
        for in parts must not be empty. What concerns this item alone is an `ItemError`. What `destination` raises
        passes through and is not retried.
        """
        request = Request("GET", url, params=params, signed=signed, is_download=True)
        download = Download(self._exchange, request, destination, documents=documents, part_bytes=part_bytes)
        return self._exchange.run(request, download.attempt)

    @contextmanager
    def stream(
        self, method: str, url: str, **options: Unpack[RequestOptions]
    ) -> Iterator[tuple[Answer, Iterator[bytes]]]:
        """The head of the answer and its body as it comes. Once the body has begun, nothing is retried.

        with transport.stream("POST", f"{api}/changes", json={"checkpoint": mark}) as (answer, chunks):
            for chunk in chunks:
                ...
        """
        request = Request(method.upper(), url, **options)
        with closing(self._exchange.run(request, self._accepted_head)) as reply:
            yield reply.head, self._streamed(reply)

    def hide(self, *secrets: str) -> None:
        """Hide these in all logs and messages: secrets that a provider gets during its work."""
        self._exchange.redactor.add(*secrets)

    def close(self) -> None:
        """Close all connections that are idle."""
        self._exchange.connections.close()

    def _whole_answer(self, retries: Retries) -> Answer:
        with closing(self._exchange.send(retries.request, retries)) as reply:
            answer = reply.whole()
        self._exchange.check(reply, answer)
        return answer

    def _accepted_head(self, retries: Retries) -> Reply:
        request = retries.request
        reply = self._exchange.send(request, retries)
        if reply.head.status in request.accept and not reply.head.is_html:
            self._exchange.pacer.succeeded()
            return reply
        with closing(reply):
            answer = reply.peek()
        self._exchange.check(reply, answer)
        raise self._exchange.refusal(request, answer, "answered with a web page")

    def _streamed(self, reply: Reply) -> Iterator[bytes]:
        try:
            for piece in reply.pieces(_STREAM_BYTES):
                self._exchange.receive(len(piece))
                yield piece
        except RetryableError as failure:
            label = self._exchange.redactor.clean(reply.request.label)
            raise TemporaryError(f"{label}: {failure.message}.", Reason.UNREACHABLE) from None
