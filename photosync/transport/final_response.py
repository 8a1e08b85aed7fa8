"""The response of http.client, extended: it reads usual heads at once, skips interim answers, and copies no body.

http.client reads a head line by line, and has the parser of e-mails make the headers, which takes longer than all else
that it does for an answer.

Interim answers (1xx) come before the answer of a request, and are skipped (RFC 9110, 15.2). http.client skips those of
100 only. It takes another one for the answer, so that the real one would be read as that of the next request on the
same connection.
"""

from __future__ import annotations

import re
from http.client import HTTPMessage, HTTPResponse, parse_headers
from typing import Protocol, cast

_NAME = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_VALUE = rb"[\t\x20-\x7e\x80-\xff]*"
_USUAL_HEAD = re.compile(rb"HTTP/1\.1 ([2-9][0-9]{2}) ([ -~]*)\r\n((?:%b:%b\r\n){1,99})\r\n" % (_NAME, _VALUE))
"""No interim answer, no line that continues another, no control character, no more headers than http.client takes."""
_HEADER = re.compile(r"([^:]+):[ \t]*([^\r]*)\r\n")
_SIZE = re.compile(r"[0-9]{1,18}", re.ASCII)
_FRAMING = frozenset({"content-length", "transfer-encoding"})
_WITHOUT_BODY = frozenset({204, 304})


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

    def begin(self) -> None:
        """Read the head. What is not usual in every respect is left to http.client, its limits and its errors."""
        found = _USUAL_HEAD.match(self.fp.peek())
        if found is None or not self._take(found):
            super().begin()

    def _take(self, head: re.Match[bytes]) -> bool:
        """Take over a usual head, as http.client would. False if the size of the body is not plain from it."""
        headers = _HEADER.findall(head[3].decode("latin-1"))
        framing = [(name.lower(), value) for name, value in headers if name.lower() in _FRAMING]
        if len(framing) != 1 or framing[0][0] != "content-length" or _SIZE.fullmatch(framing[0][1]) is None:
            return False
        self.fp.read(head.end())
        self.version = 11
        self.status = self.code = int(head[1])
        self.reason = head[2].decode("ascii").strip()
        self.headers = self.msg = HTTPMessage()
        for name, value in headers:
            self.headers.set_raw(name, value)
        self.chunked = False
        is_bodiless = self.status in _WITHOUT_BODY or self._method == "HEAD"  # type: ignore[attr-defined]
        self.length = 0 if is_bodiless else int(framing[0][1])
        self.will_close = self._check_close()  # type: ignore[attr-defined]
        return True

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            found: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]
            if not 100 <= found[1] < 200:
                return found
            parse_headers(self.fp)
