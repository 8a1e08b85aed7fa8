"""A download: a body into a destination, resumed where an earlier attempt stopped if that is provably right."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass, replace

from photosync.errors import ItemError, Reason
from photosync.transport.exchange import Exchange
from photosync.transport.hosts import AddressError
from photosync.transport.reply import Reply
from photosync.transport.retry import Retries, RetryableError
from photosync.transport.types import Answer, Destination, Request

_CHUNK_BYTES = 256 * 1024
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_REASONS = {403: Reason.FORBIDDEN, 404: Reason.NOT_FOUND, 410: Reason.NOT_FOUND}


@dataclass(frozen=True, slots=True)
class _Body:
    """What a reply's head says of the body that follows."""

    start: int
    length: int | None
    total: int | None
    validator: str | None
    is_compressed: bool
    """Its lengths are not those of the content then."""


class Download:
    """One download with all its attempts."""

    def __init__(
        self,
        exchange: Exchange,
        request: Request,
        destination: Destination,
        *,
        documents: bool,
        part_bytes: int | None,
    ) -> None:
        """The arguments are those of `Transport.download`."""
        self._exchange = exchange
        self._request = request
        self._destination = destination
        self._documents = documents
        self._part_bytes = part_bytes
        self._resumable = True
        self._total: int | None = None
        self._furthest = 0

    def attempt(self, retries: Retries) -> Answer:
        """One attempt. Raises `RetryableError` where another one may go on."""
        start = self._resume_from()
        answer = self._fetch_all(start, retries)
        if answer is None and self._destination.offset:
            answer = self._fetch_all(0, retries)
        if answer is None and self._part_bytes is not None:
            raise RetryableError(f"{self._request.label} did not give the part asked for", Reason.TRUNCATED)
        if answer is None:
            raise ItemError(f"{self._request.label} answered with a part that was not asked for.", Reason.BAD_ANSWER)
        return answer

    def _resume_from(self) -> int:
        where = self._destination
        # A content of several parts is put together from several answers anyway: go on with those of this download.
        is_continued = self._part_bytes is not None and self._furthest > 0
        may_resume = where.provable or _is_strong(where.validator) or is_continued
        return where.offset if self._resumable and may_resume else 0

    def _fetch_all(self, start: int, retries: Retries) -> Answer | None:
        """The body from `start` to its end, part after part; None where the service sent something else than that."""
        if start == 0:
            self._total = None
        answer = self._fetch(start, retries)
        while answer is not None and answer.status == 206 and self._destination.offset < (self._total or 0):
            answer = self._fetch(self._destination.offset, retries)
        return answer

    def _fetch(self, start: int, retries: Retries) -> Answer | None:
        """The body, or its next part, from `start`; None where the service sent something else than that."""
        try:
            reply = self._exchange.send(self._ranged(start), retries)
        except AddressError as error:
            raise ItemError(str(error), Reason.BAD_ANSWER) from None
        with closing(reply):
            if reply.status == 416 and (start or self._part_bytes is not None):
                reply.peek()
                return None
            self._check_head(reply)
            body = self._body(reply, start)
            if body is None:
                return None
            self._exchange.succeeded()
            self._receive(reply, body, retries)
            return reply.head()

    def _ranged(self, start: int) -> Request:
        headers = {"Accept-Encoding": "identity"}
        if self._part_bytes is not None:
            end = start + self._part_bytes
            headers["Range"] = f"bytes={start}-{(end if self._total is None else min(end, self._total)) - 1}"
        elif start:
            headers["Range"] = f"bytes={start}-"
        if start and _is_strong(self._destination.validator):
            headers["If-Range"] = self._destination.validator or ""
        return replace(self._request, headers=headers)

    def _check_head(self, reply: Reply) -> None:
        is_content = reply.status in {200, 206}
        if is_content and (self._documents or not reply.head().is_document):
            return
        answer = reply.peek()
        self._exchange.classify(reply, answer)
        if is_content:
            what = f"answered with {answer.content_type} where a photo or video was due"
            raise ItemError(str(self._exchange.refusal(self._request, answer, what)), Reason.NOT_MEDIA)
        self._exchange.raise_if_temporary(reply, answer)
        default = Reason.REFUSED if 400 <= answer.status < 500 else Reason.BAD_ANSWER
        raise ItemError(str(self._exchange.refusal(self._request, answer)), _REASONS.get(answer.status, default))

    def _body(self, reply: Reply, start: int) -> _Body | None:
        """What follows; None for a part that does not continue what is there."""
        length = _number(reply.headers.get("Content-Length"))
        is_compressed = reply.headers.get("Content-Encoding", "identity").strip().lower() not in {"", "identity"}
        validator = reply.headers.get("ETag")
        if not _is_strong(validator):
            validator = None
        if reply.status == 200:
            total = None if is_compressed else length
            return _Body(0, length, total, validator, is_compressed)
        match = _CONTENT_RANGE.fullmatch(reply.headers.get("Content-Range", "").strip())
        if match is None or is_compressed:
            return None
        first, last, total = int(match[1]), int(match[2]), _number(match[3])
        known = self._destination.validator if start else validator
        fits = (
            (first == start <= last)
            and (self._part_bytes is None if total is None else last < total)
            and (length is None or length == last - first + 1)
            and (total is None or self._total is None or total == self._total)
            and (not start or known is None or validator is None or validator == known)
        )
        return _Body(first, last - first + 1, total, known, is_compressed=False) if fits else None

    def _receive(self, reply: Reply, body: _Body, retries: Retries) -> None:
        self._total = body.total
        if body.is_compressed:
            # Offsets would be those of the content, and ranges those of the compressed body.
            self._resumable = False
        self._destination.begin(body.start, body.total, body.validator)
        bandwidth = self._exchange.bandwidth
        size = _CHUNK_BYTES if bandwidth is None else min(_CHUNK_BYTES, bandwidth.chunk_bytes)
        received = 0
        for chunk in reply.chunks(size, decode=body.is_compressed):
            self._exchange.receive(len(chunk))
            self._destination.write(chunk)
            received += len(chunk)
            position = body.start + received
            retries.progress(new=position > self._furthest)
            self._furthest = max(self._furthest, position)
        if not body.is_compressed:
            self._check_length(reply, body, received)

    def _check_length(self, reply: Reply, body: _Body, received: int) -> None:
        if body.length is not None and received > body.length:
            raise ItemError(
                f"{self._request.label} sent {received} bytes where it had announced {body.length}.", Reason.BAD_ANSWER
            )
        end = body.start + received
        expected = body.total if self._part_bytes is None else None
        if (body.length is not None and received < body.length) or (expected is not None and end < expected):
            raise RetryableError(f"the answer of {reply.where} was cut short", Reason.TRUNCATED)


def _is_strong(validator: str | None) -> bool:
    return validator is not None and validator.startswith('"')


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None
