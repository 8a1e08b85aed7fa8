"""Interim answers (1xx) come before the answer of a request, and are skipped (RFC 9110, 15.2).

http.client skips those of 100 only. It takes another one for the answer, so that the real one
would be read as that of the next request on the same connection.
"""

from __future__ import annotations

from http.client import HTTPResponse, parse_headers


class FinalResponse(HTTPResponse):
    """The answer after all interim ones. `BoundedReader` ends a series of these."""

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            found: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]
            if not 100 <= found[1] < 200:
                return found
            parse_headers(self.fp)
