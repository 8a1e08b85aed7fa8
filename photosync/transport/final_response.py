"""The response of http.client, extended: it skips all interim answers, and receives a body without a copy.

Interim answers (1xx) come before the answer of a request, and are skipped (RFC 9110, 15.2). http.client skips those of
100 only. It takes another one for the answer, so that the real one would be read as that of the next request on the
same connection.
"""

from __future__ import annotations

from http.client import HTTPResponse, parse_headers
from typing import Protocol, cast


class BodyReader(Protocol):
    """What the connection gives to read an answer from."""

    def receive_into(self, memory: memoryview) -> int:
        """Receive what comes first; 0 at the end."""


class FinalResponse(HTTPResponse):
    """The answer after all interim ones. `BoundedReader` ends a series of these."""

    @property
    def has_length(self) -> bool:
        """Whether the body has a known length, so that `receive_into` can read it."""
        return self.length is not None and not self.chunked

    def receive_into(self, memory: memoryview) -> int:
        """Receive what comes first of the body; 0 at its end, or where the connection ends before.

        http.client's `readinto` waits until the memory is full, and loses what it has when the connection breaks.
        """
        if self.fp is None or self.length is None:
            return 0
        received = cast(BodyReader, self.fp).receive_into(memory[: self.length])
        self.length -= received
        if not self.length:
            self.close()
        return received

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            found: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]
            if not 100 <= found[1] < 200:
                return found
            parse_headers(self.fp)
