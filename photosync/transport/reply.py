"""A reply as it arrives: its head is there, its body still on the line."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Self

import requests
from urllib3.exceptions import DecodeError, HTTPError, IncompleteRead, ProtocolError, ReadTimeoutError
from urllib3.response import HTTPResponse

from photosync import clock
from photosync.errors import CancelledError, ProviderError, Reason
from photosync.transport.backoff import TryAgainError
from photosync.transport.types import Answer

MOST_IN_MEMORY = 64 * 1024 * 1024
_PEEK_BYTES = 64 * 1024


class Reply:
    """One reply, to be closed whatever happens. `generation` tells the credentials that the request carried."""

    def __init__(
        self, response: requests.Response, *, where: str, generation: int | None, cancel: threading.Event | None
    ) -> None:
        self.status = response.status_code
        self.url = response.url
        self.headers: Mapping[str, str] = response.headers
        self.generation = generation
        self.where = where
        """The host, for messages."""
        self._raw: HTTPResponse = response.raw
        self._cancel = cancel

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def content_type(self) -> str:
        """`text/html`: lower case, without parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def is_document(self) -> bool:
        """Whether this says to be HTML, JSON or XML: what services send in place of a photo."""
        kind = self.content_type
        return kind in _DOCUMENTS or (kind.startswith("application/") and kind.endswith(("+json", "+xml")))

    def head(self, body: bytes = b"") -> Answer:
        """This as an `Answer`."""
        return Answer(self.status, self.url, self.headers, body)

    def whole(self) -> Answer:
        """Read to the end, into memory."""
        body = self._read(MOST_IN_MEMORY + 1)
        if len(body) > MOST_IN_MEMORY:
            raise ProviderError(f"{self.where} answered with more than {MOST_IN_MEMORY >> 20} MiB.", self.status)
        return self.head(body)

    def peek(self) -> Answer:
        """The head with the beginning of the body, which nobody else will get. A body that breaks off is no matter."""
        try:
            return self.head(self._read(_PEEK_BYTES))
        except TryAgainError:
            return self.head()

    def _read(self, at_most: int) -> bytes:
        parts: list[bytes] = []
        missing = at_most
        while missing > 0 and (part := self._next(missing, decode=True)):
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def pieces(self, size: int, *, decode: bool = True) -> Iterator[bytes]:
        """The body as it comes, at most `size` bytes at a time."""
        while piece := self._next(size, decode=decode):
            yield piece
            clock.check(self._cancel)

    def chunks(self, size: int, *, decode: bool = True) -> Iterator[bytes]:
        """The body in chunks of about `size` bytes. What arrived before the line broke is not lost."""
        parts: list[bytes] = []
        gathered = 0
        try:
            for piece in self.pieces(size, decode=decode):
                parts.append(piece)
                gathered += len(piece)
                if gathered >= size:
                    yield b"".join(parts)
                    parts, gathered = [], 0
        except (TryAgainError, CancelledError):
            if parts:
                yield b"".join(parts)
            raise
        if parts:
            yield b"".join(parts)

    def close(self) -> None:
        """Give the connection back if the body was read to its end, else close it."""
        self._raw.close()
        self._raw.release_conn()

    def _next(self, size: int, *, decode: bool) -> bytes:
        try:
            # read1, since read would throw away up to `size` bytes when the line breaks.
            return self._raw.read1(size, decode_content=decode)
        except ReadTimeoutError:
            raise TryAgainError(f"{self.where} stalled in mid-answer", Reason.UNREACHABLE) from None
        except ProtocolError as error:
            if any(isinstance(part, IncompleteRead) for part in error.args):
                raise TryAgainError(f"the answer of {self.where} was cut short", Reason.TRUNCATED) from None
            raise TryAgainError(f"the connection to {self.where} was lost", Reason.UNREACHABLE) from None
        except DecodeError:
            raise TryAgainError(f"the answer of {self.where} could not be unpacked", Reason.SERVER_ERROR) from None
        except HTTPError:
            raise TryAgainError(f"the connection to {self.where} was lost", Reason.UNREACHABLE) from None


_DOCUMENTS = frozenset(
    {"text/html", "application/xhtml+xml", "application/json", "text/json", "text/xml", "application/xml"}
)
