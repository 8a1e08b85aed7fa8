"""The head of an answer is the same as http.client makes it, whichever way it is read."""

from __future__ import annotations

import io
import socket
from http.client import HTTPException, HTTPResponse
from typing import Any, cast

import pytest

from photosync.transport.final_response import FinalResponse

_OK = b"HTTP/1.1 200 OK\r\n"
_SIZED = _OK + b"Content-Length: 4\r\n"
USUAL = {
    "a size alone": _SIZED,
    "many headers": _SIZED + b"".join(b"X-%d: %d\r\n" % (number, number) for number in range(98)),
    "repeated headers": _SIZED + b"Set-Cookie: a=1\r\nset-cookie: b=2\r\nVary: x\r\nVary: y\r\n",
    "other spaces": _OK + b"content-LENGTH:4\r\nA: \t b c \t\r\nB:\r\nC: \r\n",
    "latin-1": _SIZED + "Server: Bär\r\n".encode("latin-1"),
    "utf-8": _SIZED + "Location: /Bär\xa0\r\n".encode(),
    "colons": _SIZED + b"Location: https://example.org:443/a:b\r\n",
    "a multipart": _SIZED + b"Content-Type: multipart/byteranges; boundary=x\r\n",
    "a message": _SIZED + b"Content-Type: message/rfc822\r\n",
    "the connection ends": _SIZED + b"Connection: Close\r\n",
    "the connection stays": _SIZED + b"Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n",
    "no reason": b"HTTP/1.1 404 \r\nContent-Length: 4\r\n",
    "a long reason": b"HTTP/1.1 503  Not now,  later \r\nContent-Length: 4\r\n",
    "not modified": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n",
    "an unknown status": b"HTTP/1.1 999 What\r\nContent-Length: 0\r\n",
}
UNUSUAL = {
    "no header": _OK,
    "too many headers": _SIZED + b"A: b\r\n" * 100,
    "a long line": _SIZED + b"A: " + b"b" * 70_000 + b"\r\n",
    "a large head": _SIZED + (b"A: " + b"b" * 900 + b"\r\n") * 20,
    "two sizes": _SIZED + b"Content-Length: 5\r\n",
    "the same size twice": _SIZED + b"Content-Length: 4\r\n",
    "a size and chunks": _SIZED + b"Transfer-Encoding: chunked\r\n",
    "chunks": _OK + b"Transfer-Encoding: chunked\r\n",
    "a coding that looks like a size": _OK + b"Transfer-Encoding: 4\r\n",
    "a size with a sign": _OK + b"Content-Length: +4\r\n",
    "a negative size": _OK + b"Content-Length: -4\r\n",
    "a size of other digits": _OK + "Content-Length: ٤\r\n".encode(),
    "no size": _OK + b"Content-Length:\r\n",
    "an enormous size": _OK + b"Content-Length: " + b"9" * 5000 + b"\r\n",
    "a continued line": _SIZED + b"A: b\r\n  c\r\n",
    "a continued size": _OK + b"A: b\r\n Content-Length: 4\r\n",
    "no colon": _SIZED + b"what is this\r\nA: b\r\n",
    "no name": _SIZED + b": b\r\nA: b\r\n",
    "a space before the colon": _OK + b"Content-Length : 4\r\nA: b\r\n",
    "a NUL": _SIZED + b"A: b\0c\r\nB: c\r\n",
    "a carriage return": _SIZED + b"A: b\rContent-Length: 5\r\n",
    "line feeds alone": b"HTTP/1.1 200 OK\nContent-Length: 4\n",
    "an envelope line": _SIZED + b"From someone: b\r\n",
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 4\r\n",
    "HTTP/1.0 that stays": b"HTTP/1.0 200 OK\r\nContent-Length: 4\r\nConnection: keep-alive\r\n",
    "another HTTP/1": b"HTTP/1.2 200 OK\r\nContent-Length: 4\r\n",
    "HTTP/2": b"HTTP/2 200 OK\r\nContent-Length: 4\r\n",
    "no HTTP": b"ICY 200 OK\r\nContent-Length: 4\r\n",
    "no status": b"HTTP/1.1 OK\r\nContent-Length: 4\r\n",
    "a status of two digits": b"HTTP/1.1 20 OK\r\nContent-Length: 4\r\n",
    "a status alone": b"HTTP/1.1 200\r\nContent-Length: 4\r\n",
    "a reason of other characters": "HTTP/1.1 200 Schön\r\nContent-Length: 4\r\n".encode(),
    "an interim answer": b"HTTP/1.1 100 Continue\r\nContent-Length: 9\r\n\r\n" + _SIZED,
    "nothing": b"",
}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("head", [*USUAL.values(), *UNUSUAL.values()], ids=[*USUAL, *UNUSUAL])
def test_each_head_is_read_as_http_client_reads_it(head: bytes, method: str) -> None:
    sent = head + b"\r\nbody, and the next answer"
    assert _read(FinalResponse, [sent], method) == _read(HTTPResponse, [sent], method)


@pytest.mark.parametrize("head", USUAL.values(), ids=USUAL)
def test_a_head_that_comes_in_two_parts_is_the_same(head: bytes) -> None:
    sent = head + b"\r\nbody, and the next answer"
    whole = _read(FinalResponse, [sent])
    for cut in (1, 20, len(head) - 1, len(head), len(head) + 1):
        assert _read(FinalResponse, [sent[:cut], sent[cut:]]) == whole


@pytest.mark.parametrize("head", USUAL.values(), ids=USUAL)
def test_a_head_that_breaks_off_is_read_as_http_client_reads_it(head: bytes) -> None:
    for length in (0, 5, len(head) - 1, len(head)):
        assert _read(FinalResponse, [head[:length]]) == _read(HTTPResponse, [head[:length]])


class _Received(io.RawIOBase):
    """What comes through a connection, part by part; it stands for the socket too."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts = list(parts)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, memory: Any) -> int:
        if not self._parts:
            return 0
        first = self._parts[0][: len(memory)]
        memory[: len(first)] = first
        self._parts[0] = self._parts[0][len(first) :]
        if not self._parts[0]:
            del self._parts[0]
        return len(first)


def _read(kind: type[HTTPResponse], parts: list[bytes], method: str = "GET") -> object:
    """All that is known of an answer that comes in `parts`, with the bytes behind its head; or its error."""
    response = kind(cast(socket.socket, _Received(parts)), method=method)
    try:
        response.begin()
    except HTTPException as error:
        return type(error), str(error)
    known = (response.status, response.reason, response.version, response.headers.items(), response.length)
    return *known, response.chunked, response.will_close, response.fp.read(12)
