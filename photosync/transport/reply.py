"""A reply as it arrives: its head has been read, its body has not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.client import HTTPException

from urllib3.exceptions import DecodeError, HTTPError, IncompleteRead, ReadTimeoutError
from urllib3.response import HTTPResponse

from photosync import clock
from photosync.errors import CancelledError, ProviderError, Reason
from photosync.transport.final_response import FinalResponse
from photosync.transport.hosts import Target
from photosync.transport.retry import RetryableError
from photosync.transport.sockets import TooSlowError
from photosync.transport.types import Answer, Request

MOST_IN_MEMORY = 16 * 1024 * 1024
"""The largest answer that is no content. A page of a listing is smaller than 5 MiB."""
_PEEK_BYTES = 64 * 1024
_PEEK_LIMIT_S = 30.0
_PIECE_BYTES = 64 * 1024
"""At most this much is decompressed at once."""


class Reply:
    """One reply to `request`; it has to be closed."""

    def __init__(
        self,
        response: HTTPResponse,
        request: Request,
        target: Target,
        *,
        started: float,
        generation: int | None,
        limit_s: float,
        cancel: threading.Event | None,
    ) -> None:
        self.request = request
        self.started = started
        """When the request started, for the pacing."""
        self.head = Answer(response.status, target.url, response.headers)
        self.generation = generation
        """The generation of the request's credentials; None if it had none."""
        self.where = target.origin.name
        """The host, for messages."""
        self._raw = response
        self._answer = response._original_response
        """That of http.client; requests uses the same attribute."""
        self._is_empty = response.length_remaining == 0
        """Whether the answer has no body: most redirects, which need not be read then."""
        self._limit_s = limit_s
        self._cancel = cancel

    def whole(self) -> Answer:
        """Read to the end, into memory."""
        answer = self._with_body(MOST_IN_MEMORY + 1, self._limit_s)
        if len(answer.body) > MOST_IN_MEMORY:
            raise ProviderError(f"{self.where} answered with more than {MOST_IN_MEMORY >> 20} MiB.", answer.status)
        return answer

    def peek(self) -> Answer:
        """The head with the beginning of the body, which is not read again.

        A body that breaks off, or comes slowly, is left out.
        """
        try:
            return self._with_body(_PEEK_BYTES, min(_PEEK_LIMIT_S, self._limit_s))
        except RetryableError:
            return self.head

    def _with_body(self, at_most: int, within_s: float) -> Answer:
        if self._is_empty:
            return self.head
        body = bytearray()
        end = time.monotonic() + within_s
        while len(body) < at_most and (part := self._next(min(at_most - len(body), _PIECE_BYTES), decode=True)):
            body += part
            if time.monotonic() > end:
                raise RetryableError(f"{self.where} took more than {within_s:g} s for an answer", Reason.UNREACHABLE)
        return replace(self.head, body=bytes(body))

    def pieces(self, size: int, *, decode: bool = True) -> Iterator[bytes]:
        """The body while it arrives, at most `size` bytes at a time."""
        while piece := self._next(size, decode=decode):
            yield piece
            clock.check(self._cancel)

    def blocks(self, memory: memoryview, *, decode: bool) -> Iterator[memoryview]:
        """The body in blocks as large as `memory`, which has each of them until the next one.

        What arrived before a failure is yielded first.
        """
        receive_into = self._reading_into(decode=decode)
        filled = 0
        try:
            while received := receive_into(memory[filled:]):
                filled += received
                if filled == len(memory):
                    yield memory
                    filled = 0
        except (RetryableError, CancelledError):
            if filled:
                yield memory[:filled]
            raise
        if filled:
            yield memory[:filled]

    def close(self) -> None:
        """Return the connection to the pool if the body was read to its end, else close it."""
        if self._is_empty and self._answer is not None:
            self._answer.close()
        if self._raw.closed:
            self._raw.release_conn()  # before `close`, which would close a connection that can be used again
        self._raw.close()
        self._raw.release_conn()

    def _reading_into(self, *, decode: bool) -> Callable[[memoryview], int]:
        """What reads the next part of the body into memory, and returns its size; 0 at the end."""
        if not decode and isinstance(self._answer, FinalResponse) and self._answer.has_length:
            return partial(self._receive_into, self._answer)
        return partial(self._copy_next, decode=decode)

    def _copy_next(self, memory: memoryview, *, decode: bool) -> int:
        clock.check(self._cancel)
        piece = self._next(len(memory), decode=decode)
        memory[: len(piece)] = piece
        return len(piece)

    def _receive_into(self, response: FinalResponse, memory: memoryview) -> int:
        """As `_next`, straight from the connection: urllib3 would make a new object of each 16 KiB, and copy it."""
        try:
            return response.receive_into(memory)
        except TimeoutError as error:
            raise self._stalled(error) from None
        except (OSError, HTTPException):
            raise self._lost() from None

    def _next(self, size: int, *, decode: bool) -> bytes:
        try:
            # read1, since read would lose up to `size` bytes when the connection breaks.
            return self._raw.read1(size, decode_content=decode)
        except ReadTimeoutError as error:
            raise self._stalled(error.__cause__) from None
        except DecodeError:
            raise RetryableError(f"the answer of {self.where} could not be decompressed", Reason.SERVER_ERROR) from None
        except HTTPError as error:
            if any(isinstance(part, IncompleteRead) for part in error.args):
                raise RetryableError(f"the answer of {self.where} was cut short", Reason.TRUNCATED) from None
            raise self._lost() from None

    def _stalled(self, cause: BaseException | None) -> RetryableError:
        words = f"sent too little: {cause}" if isinstance(cause, TooSlowError) else "stalled in mid-answer"
        return RetryableError(f"{self.where} {words}", Reason.UNREACHABLE)

    def _lost(self) -> RetryableError:
        return RetryableError(f"the connection to {self.where} was lost", Reason.UNREACHABLE)
