"""Whole answers of an HTTP server, byte by byte: status line, headers, redirects, bodies."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cache

from fuzz.harness import Harness
from photosync.errors import PhotosyncError
from photosync.transport import Policy, Transport, TransportSettings

_POLICY = Policy(
    retry_budget_s=0.01,
    max_attempts=1,
    retry_after_cap_s=0.01,
    backoff_base_s=0.001,
    backoff_cap_s=0.001,
    connect_timeout_s=1,
    connect_limit_s=1,
    answer_limit_s=1,
)
_MOST_CONNECTIONS = 30
"""More than the most redirects."""


class _Server:
    """Answers every request with the same bytes, and closes the connection."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.answer = b""
        self.connections = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listening.accept()
            self.connections += 1
            with connection, suppress(OSError):
                connection.settimeout(1)
                connection.recv(65536)
                connection.sendall(self.answer)


class _Received:
    """A destination in memory."""

    def __init__(self) -> None:
        self.content = bytearray()
        self.validator: str | None = None
        self.provable = False
        self.md5 = ""

    @property
    def offset(self) -> int:
        return len(self.content)

    @property
    def head(self) -> bytes:
        return bytes(self.content[:512])

    def begin(self, offset: int, total: int | None, validator: str | None) -> None:
        assert 0 <= offset <= len(self.content)
        assert total is None or total >= 0
        del self.content[offset:]
        self.validator = validator

    def write(self, chunk: bytes | memoryview) -> None:
        self.content += chunk


_server = cache(_Server)


@contextmanager
def _alone(port: int) -> Iterator[None]:
    """Every other address is out of reach: an answer may redirect to anywhere."""
    resolve = socket.getaddrinfo

    def only_this_one(host: object, asked: object, *rest: object, **options: object) -> object:
        if (host, asked) != ("127.0.0.1", port):
            raise socket.gaierror(socket.EAI_NONAME, "not while fuzzing")
        return resolve(host, asked, *rest, **options)  # type: ignore[arg-type]

    socket.getaddrinfo = only_this_one  # type: ignore[assignment]
    try:
        yield
    finally:
        socket.getaddrinfo = resolve


def check_answer(content: bytes) -> None:
    """An answer gives a result or one of our errors, and a download what was announced.

    Redirects lead to this server again, or nowhere.
    """
    server = _server()
    url = f"http://127.0.0.1:{server.port}/a"
    server.answer = content.replace(b"PORT", str(server.port).encode())
    transport = Transport(TransportSettings(own_hosts=(url,), read_timeout_s=1), policy=_POLICY)
    with _alone(server.port), closing(transport):
        _check(transport, url, server)


def _check(transport: Transport, url: str, server: _Server) -> None:
    for part_bytes, started in ((None, b""), (None, b"abc"), (4, b"abc")):
        received, before = _Received(), server.connections
        received.content += started
        received.validator = '"v1"' if started else None
        with suppress(PhotosyncError):
            head = transport.download(url, received, part_bytes=part_bytes)
            length = head.headers.get("Content-Length", "")
            if head.status == 200 and length.isdecimal() and "Content-Encoding" not in head.headers:
                assert len(received.content) == int(length)
        assert server.connections - before <= _MOST_CONNECTIONS
    for method in ("GET", "POST"):
        with suppress(PhotosyncError):
            transport.json(method, url, idempotent=method == "GET")
    with suppress(PhotosyncError), transport.stream("GET", url) as (_, chunks):
        for _ in chunks:
            pass


def _answers() -> Sequence[bytes]:
    heads = (
        'HTTP/1.1 200 OK|Content-Type: image/jpeg|Content-Length: 9|ETag: "v1"||abcdefghi',
        'HTTP/1.1 206 Partial Content|Content-Range: bytes 3-8/9|Content-Length: 6|ETag: "v1"||defghi',
        "HTTP/1.1 206 Partial Content|Content-Range: bytes 0-3/9|Content-Length: 4||abcd",
        "HTTP/1.1 416 Range Not Satisfiable|Content-Range: bytes */9|Content-Length: 0||",
        "HTTP/1.1 302 Found|Location: http://127.0.0.1:PORT/b|Content-Length: 0||",
        "HTTP/1.1 307 Temporary Redirect|Location: https://www.example.com/b?x-amz-signature=1|Content-Length: 0||",
        "HTTP/1.1 503 Slow Down|Retry-After: 30|Date: Tue, 12 Nov 2019 13:14:15 GMT|Content-Length: 0||",
        "HTTP/1.1 429 Too Many|Retry-After: Tue, 12 Nov 2019 13:14:45 GMT|Age: 3|Content-Length: 0||",
        "HTTP/1.1 100 Continue||HTTP/1.1 200 OK|Transfer-Encoding: chunked||4|abcd|5;x=y|efghi|0||",
        'HTTP/1.1 200 OK|Content-Type: application/json; charset=utf-8||{"a": [1]}',
        "HTTP/1.1 200 OK|Content-Type: text/html|Content-Encoding: gzip||<html>",
        "HTTP/1.1 401 Unauthorized|WWW-Authenticate: Bearer|Set-Cookie: a=b; Path=/||",
        "HTTP/1.0 408 Timeout|Connection: close||",
    )
    return [each.replace("|", "\r\n").encode() for each in heads]


HARNESSES = [Harness("answer", check_answer, _answers, longest=20_000)]
