"""A download: writes a body to a destination, resumed where an earlier attempt stopped if that is provably correct."""

from __future__ import annotations

import re
import threading
from contextlib import closing
from dataclasses import dataclass, field, replace

from urllib3.response import HTTPResponse

from photosync.errors import ItemError, Reason
from photosync.transport.exchange import Exchange
from photosync.transport.hosts import AddressError
from photosync.transport.reply import Reply
from photosync.transport.retry import Retries, RetryableError
from photosync.transport.types import Answer, Destination, Request

_BLOCK_BYTES = 512 * 1024
"""What is received before it is hashed and written: threads wait for the interpreter after each of these steps."""
_CONTENT_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19}|\*)", re.ASCII)
_REASONS = {403: Reason.FORBIDDEN, 404: Reason.NOT_FOUND, 410: Reason.NOT_FOUND}


@dataclass(frozen=True, slots=True)
class _Body:
    """The data in a reply's head about its body."""

    start: int
    length: int | None
    total: int | None
    validator: str | None
    is_compressed: bool
    """Then the lengths are not those of the content."""


class _Memory(threading.local):
    """The memory for a block, one for each thread, used again: new memory costs time."""

    def __init__(self) -> None:
        self.block = memoryview(bytearray(_BLOCK_BYTES))


_memory = _Memory()


@dataclass(slots=True)
class Download:
    """One download with all its attempts. `Transport.download` documents the parameters."""

    exchange: Exchange
    request: Request
    destination: Destination
    documents: bool
    part_bytes: int | None
    _resumable: bool = field(default=True, init=False)
    _was_refused: bool = field(default=False, init=False)
    """Whether the service has sent another part than the one asked for: once is excused."""
    _total: int | None = field(default=None, init=False)
    _furthest: int = field(default=0, init=False)

    def attempt(self, retries: Retries) -> Answer:
        """One attempt. Raises `RetryableError` if another one may continue."""
        start = self._resume_from()
        answer = self._fetch_all(start, retries)
        if answer is None and self.destination.offset:
            self._resumable = self._resumable and not (self._was_refused and self.part_bytes is None)
            self._was_refused = True
            answer = self._fetch_all(0, retries)
        if answer is None and self.part_bytes is not None:
            raise RetryableError(f"{self.request.label} did not give the part asked for", Reason.TRUNCATED)
        if answer is None:
            raise ItemError(f"{self.request.label} answered with a part that was not asked for.", Reason.BAD_ANSWER)
        return answer

    def _resume_from(self) -> int:
        where = self.destination
        # A content in parts consists of several answers anyway: continue after those of this download.
        is_continued = self.part_bytes is not None and self._furthest > 0
        may_resume = where.provable or _is_strong(where.validator) or is_continued
        return where.offset if self._resumable and may_resume else 0

    def _fetch_all(self, start: int, retries: Retries) -> Answer | None:
        """The body from `start` to its end, part by part; None if the service sent another part."""
        if start == 0:
            self._total = None
        answer = self._fetch(start, retries)
        while answer is not None and answer.status == 206 and self.destination.offset < (self._total or 0):
            answer = self._fetch(self.destination.offset, retries)
        return answer

    def _fetch(self, start: int, retries: Retries) -> Answer | None:
        """The body, or its next part, from `start`; None if the service sent another part."""
        try:
            reply = self.exchange.send(self._ranged(start, retries), retries)
        except AddressError as error:
            raise ItemError(str(error), Reason.BAD_ANSWER) from None
        with closing(reply):
            if reply.head.status == 416 and (start or self.part_bytes is not None):
                reply.peek()
                return None
            self._check_head(reply)
            body = self._body(reply, start)
            if body is None:
                return None
            self._receive(reply, body, retries)
            return reply.head

    def _ranged(self, start: int, retries: Retries) -> Request:
        headers = {"Accept-Encoding": "identity"}
        if self.part_bytes is not None:
            end = start + self.part_bytes
            headers["Range"] = f"bytes={start}-{(end if self._total is None else min(end, self._total)) - 1}"
        elif start:
            headers["Range"] = f"bytes={start}-"
        if start and _is_strong(self.destination.validator):
            headers["If-Range"] = self.destination.validator or ""
        timeout_s = self.exchange.connections.early_timeout_s() if retries.is_first_attempt else None
        return replace(self.request, headers=headers, timeout_s=timeout_s)

    def _check_head(self, reply: Reply) -> None:
        is_content = reply.head.status in {200, 206}
        if is_content and (self.documents or not reply.head.is_document):
            return
        answer = reply.peek()
        self.exchange.classify(reply, answer)
        if is_content:
            what = f"answered with {answer.content_type} where a photo or video was due"
            raise ItemError(str(self.exchange.refusal(self.request, answer, what)), Reason.NOT_MEDIA)
        self.exchange.raise_if_temporary(reply, answer)
        default = Reason.REFUSED if 400 <= answer.status < 500 else Reason.BAD_ANSWER
        raise ItemError(str(self.exchange.refusal(self.request, answer)), _REASONS.get(answer.status, default))

    def _body(self, reply: Reply, start: int) -> _Body | None:
        """The following body; None for a part that does not continue the present bytes."""
        length = _number(reply.head.headers.get("Content-Length"))
        is_compressed = reply.head.headers.get("Content-Encoding", "identity").strip().lower() not in {"", "identity"}
        if is_compressed and not _is_decodable(reply.head):
            raise ItemError(
                f"{self.request.label} answered with a compression that nobody asked for.", Reason.BAD_ANSWER
            )
        validator = reply.head.headers.get("ETag")
        if not _is_strong(validator):
            validator = None
        if reply.head.status == 200:
            total = None if is_compressed else length
            return _Body(0, length, total, validator, is_compressed)
        match = _CONTENT_RANGE.fullmatch(reply.head.headers.get("Content-Range", "").strip())
        if match is None or is_compressed:
            return None
        first, last, total = int(match[1]), int(match[2]), _number(match[3])
        known = self.destination.validator if start else validator
        # A part without a validator is of the same content only if a hash of all of it will say so.
        is_same = known is None or validator == known or (validator is None and self.destination.provable)
        fits = (
            (first == start <= last)
            and (self.part_bytes is None if total is None else last < total)
            and (length is None or length == last - first + 1)
            and (total is None or self._total is None or total == self._total)
            and (not start or is_same)
        )
        return _Body(first, last - first + 1, total, known, is_compressed=False) if fits else None

    def _receive(self, reply: Reply, body: _Body, retries: Retries) -> None:
        self._total = body.total
        if body.is_compressed:
            # Offsets would be those of the content, and ranges those of the compressed body.
            self._resumable = False
        self.destination.begin(body.start, body.total, body.validator)
        bandwidth = self.exchange.bandwidth
        size = _BLOCK_BYTES if bandwidth is None else min(_BLOCK_BYTES, bandwidth.chunk_bytes)
        received = 0
        for block in reply.blocks(_memory.block[:size], decode=body.is_compressed):
            retries.held_back(self.exchange.receive(len(block)))
            received += len(block)
            if body.length is not None and received > body.length and not body.is_compressed:
                raise ItemError(
                    f"{self.request.label} sent more than the {body.length} bytes that it had announced.",
                    Reason.SIZE_MISMATCH,
                )
            self.destination.write(block)
            position = body.start + received
            retries.progress(position - self._furthest)
            self._furthest = max(self._furthest, position)
        if not body.is_compressed:
            self._check_length(reply, body, received)

    def _check_length(self, reply: Reply, body: _Body, received: int) -> None:
        end = body.start + received
        expected = body.total if self.part_bytes is None else None
        if (body.length is not None and received < body.length) or (expected is not None and end < expected):
            raise RetryableError(f"the answer of {reply.where} was cut short", Reason.TRUNCATED)


def _is_strong(validator: str | None) -> bool:
    return validator is not None and validator.startswith('"')


def _is_decodable(head: Answer) -> bool:
    names = head.headers.get("Content-Encoding", "").lower().split(",")
    return {name.strip() for name in names} <= {*HTTPResponse.CONTENT_DECODERS, "identity"}


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"\d{1,19}", text, re.ASCII) else None
