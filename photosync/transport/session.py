"""The transport: the interface for providers. Each method is one request with all its attempts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Unpack

from photosync.errors import ProviderError, Reason, TemporaryError
from photosync.transport import hosts, json_document
from photosync.transport.exchange import LOADING, Exchange
from photosync.transport.pacing import BandwidthLimit
from photosync.transport.redaction import Redactor
from photosync.transport.retry import Policy, Retries, RetryableError, Wait
from photosync.transport.types import Answer, Destination, Request, RequestOptions, TransportSettings

if TYPE_CHECKING:
    from photosync.transport.reply import Reply

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
    def own_hosts(self) -> tuple[str, ...]:
        """The hosts that may get credentials, as `TransportSettings` has them."""
        return self._exchange.settings.own_hosts

    @property
    def requests(self) -> int:
        """The number of sent HTTP requests: each attempt and each redirect counts."""
        return self._exchange.sent

    @property
    def retries(self) -> int:
        """The number of attempts that repeated an earlier one."""
        return self._exchange.repeated

    @property
    def refusals(self) -> int:
        """The number of requests that the service refused because there were too many: 429, 503 with `Retry-After`."""
        return self._exchange.refused

    @property
    def asked_waits(self) -> int:
        """The number of such refusals that said how long to wait."""
        return self._exchange.asked_waits

    @property
    def held_s(self) -> float:
        """For how long such refusals held all requests."""
        return self._exchange.pacer.total_held_s

    @property
    def limit_per_s(self) -> float | None:
        """The most requests a second that the service accepts, as far as it is known; None without a limit."""
        return self._exchange.pacer.limit_per_s

    @limit_per_s.setter
    def limit_per_s(self, known: float) -> None:
        """What an earlier run found out."""
        self._exchange.pacer.limit_per_s = known

    def request(self, method: str, url: str, **options: Unpack[RequestOptions]) -> Answer:
        """The whole answer, at most 16 MiB. A status that is not in `accept` raises `ProviderError`.

        transport.request("DELETE", f"{api}/sessions/{id}", accept=(200, 404))
        """
        request = Request(method.upper(), url, **options)
        return self._exchange.run(request, self._whole_answer)

    def json(
        self,
        method: str,
        url: str,
        *,
        check: Callable[[object], object] | None = None,
        **options: Unpack[RequestOptions],
    ) -> object:
        """The answer as JSON, within the bounds of `json_document`.

        An answer that is not JSON, or for which `check` raises `ProviderError`, is requested again as after a failure
        of the service: one error page of a proxy must not end a run. At the end the `ProviderError` is raised.

        page = transport.json("GET", f"{api}/search", check=page_of, params={"limit": 200, "offset": 0})
        """
        options["headers"] = {"Accept": "application/json", **(options.get("headers") or {})}
        request = Request(method.upper(), url, **options)
        return self._exchange.run(request, partial(self._document, check=check))

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
        with LOADING:
            from photosync.transport.download import Download  # noqa: PLC0415 - with urllib3, which is slow to load

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

    def redacted(self, text: str) -> str:
        """A text of the service, which may repeat what was sent, without secrets: for messages."""
        return self._exchange.redactor.clean(text)

    def close(self) -> None:
        """Close all connections that are idle."""
        self._exchange.close()

    def _whole_answer(self, retries: Retries) -> Answer:
        with closing(self._exchange.send(retries.request, retries)) as reply:
            answer = reply.whole()
        self._exchange.check(reply, answer)
        return answer if answer.status < 400 else self._without_secrets(answer)

    def _without_secrets(self, answer: Answer) -> Answer:
        """A refusal that the provider interprets, and may show: it may repeat what was sent."""
        said = answer.body.decode("utf-8", "surrogateescape")
        cleaned = self.redacted(said)
        return answer if cleaned == said else replace(answer, body=cleaned.encode("utf-8", "surrogateescape"))

    def _document(self, retries: Retries, check: Callable[[object], object] | None) -> object:
        answer = self._whole_answer(retries)
        try:
            document = self._parsed(retries.request, answer)
            if check is not None:
                check(document)
        except ProviderError as error:
            raise _unusable(answer, error) from None
        return document

    def _parsed(self, request: Request, answer: Answer) -> object:
        if not answer.is_html:
            with suppress(ValueError):
                return json_document.parse(answer.body)
        is_json = answer.content_type.endswith("json")
        came = "damaged JSON" if is_json else f"{answer.content_type or 'something'} where JSON was due"
        raise self._exchange.refusal(request, answer, f"answered {answer.status} with {came}; try again later")

    def _accepted_head(self, retries: Retries) -> Reply:
        request = retries.request
        reply = self._exchange.send(request, retries)
        if reply.head.status in request.accept and not reply.head.is_html:
            return reply
        with closing(reply):
            answer = reply.peek()
        self._exchange.check(reply, answer)
        raise _unusable(answer, self._exchange.refusal(request, answer, "answered with a web page"))

    def _streamed(self, reply: Reply) -> Iterator[bytes]:
        try:
            for piece in reply.pieces(_STREAM_BYTES):
                self._exchange.receive(len(piece))
                yield piece
        except RetryableError as failure:
            label = self._exchange.redactor.clean(reply.request.label)
            raise TemporaryError(f"{label}: {failure.message}.", Reason.UNREACHABLE) from None


def _unusable(answer: Answer, error: ProviderError) -> RetryableError:
    """The failure of an answer with an unusable content; `error` is raised if it stays so."""
    where = hosts.target(answer.url).origin.name
    return RetryableError(f"unusable answer from {where}", Reason.BAD_ANSWER, error=error)
