"""A simulated Amazon Photos that costs little itself: TLS, a latency, a limited line, contents made beforehand.

    python -m benchmarks.fast_service [--items N] [--kilobytes N] [--latency S] [--mbit N] [--large BYTES]

It answers what a pull and its peers ask for: listings, redirects to the contents on a second port, and contents. The
first line of its output is a JSON object: `url`, `account` (the settings of an account), `certificate` (the file of the
authority that signed its own). It ends with its standard input.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import re
import ssl
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import trustme

from photosync.testing.media import CAMERAS, Media, Shape

_API = "/drive/v1"
_OWNER = "A1SIMULATED0001"
_COOKIES = {"session-id": "146-0000001-7654321", "ubid-main": "131-7654321-1234567", "at-main": "Atza|simulated"}
_FIRST = datetime(2024, 3, 1, 8, tzinfo=UTC)
_WITHOUT_EXIF, _WITH_EXIF = CAMERAS.index(None), 1
"""Cameras. One photo in eight has no capture time, like those from messengers, and gets it."""
_PIECE = bytes(1 << 20)
_PACED_BYTES = 32 * 1024
"""The pieces in which a limited line sends."""
_RANGE = re.compile(rb"\r\nrange: bytes=(\d+)-", re.IGNORECASE)
_LARGE_HEAD = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0\0\0\1mdat"


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of an item: a head of its own, and after it bytes of others or zeros."""

    head: bytes
    rest: bytes
    zeros: int
    md5: str

    @property
    def size_bytes(self) -> int:
        return len(self.head) + len(self.rest) + self.zeros

    def pieces(self, start: int) -> Iterator[bytes]:
        """The bytes from `start`."""
        known = self.head + self.rest
        if start < len(known):
            yield known[start:]
        left = self.zeros - max(0, start - len(known))
        while left > 0:
            yield _PIECE[: min(left, len(_PIECE))]
            left -= len(_PIECE)


def photo(number: int, padding: bytes) -> Content:
    """A valid head of a JPEG with a camera's metadata; the picture is longer than its decoder needs."""
    shape = Shape(video=False, camera=_WITHOUT_EXIF if number % 8 == 0 else _WITH_EXIF, picture=number % 48)
    whole = Media(seed=1).content(number, 0, shape, taken(number).replace(tzinfo=None))
    rest = padding + whole[-2:]
    digest = hashlib.md5(whole[:-2], usedforsecurity=False)
    digest.update(rest)
    return Content(whole[:-2], rest, 0, digest.hexdigest())


def movie(size_bytes: int) -> Content:
    """A video of zeros."""
    head = _LARGE_HEAD + (size_bytes - 24).to_bytes(8)
    zeros = size_bytes - len(head)
    digest = hashlib.md5(head, usedforsecurity=False)
    for _ in range(zeros // len(_PIECE)):
        digest.update(_PIECE)
    digest.update(_PIECE[: zeros % len(_PIECE)])
    return Content(head, b"", zeros, digest.hexdigest())


def taken(number: int) -> datetime:
    """The capture time of an item: six a day."""
    return datetime(2015, 1, 1, 9, 30, tzinfo=UTC) + timedelta(hours=4 * number)


def node(number: int, content: Content) -> str:
    """An item as the service lists it."""
    is_video = content.zeros > 0
    created, when = (
        each.strftime("%Y-%m-%dT%H:%M:%S.000Z") for each in (_FIRST + timedelta(seconds=number * 20), taken(number))
    )
    kind = "video" if is_video else "image"
    properties = {
        "md5": content.md5,
        "size": content.size_bytes,
        "contentType": "video/mp4" if is_video else "image/jpeg",
        "extension": "mp4" if is_video else "jpg",
        "contentDate": when,
        "version": 1,
        kind: {"width": 4032, "height": 3024, "make": "SONY", "model": "ILCE-6400", "dateTimeOriginal": when},
    }
    return json.dumps(
        {
            "id": _id(number),
            "name": f"IMG_{number:05}.{'MP4' if is_video else 'JPG'}",
            "kind": "FILE",
            "status": "AVAILABLE",
            "ownerId": _OWNER,
            "parents": ["picturefolder000000001"],
            "isShared": False,
            "createdDate": created,
            "modifiedDate": created,
            "createdBy": "CloudDriveWeb",
            "description": "",
            "labels": [],
            "version": 1,
            "settings": {"favorite": False, "hidden": False},
            "contentProperties": properties,
        }
    )


def _id(number: int) -> str:
    return f"bfa9ae{number:016x}"


@dataclass(eq=False)
class Service:
    """The answers, and how fast they come."""

    contents: list[Content]
    latency_s: float
    bytes_per_s: float | None
    content_url: str = ""
    requests: int = 0
    _due: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._nodes = [node(number, each) for number, each in enumerate(self.contents)][::-1]
        self._root = json.dumps(
            {"id": "root", "kind": "FOLDER", "isRoot": True, "status": "AVAILABLE", "ownerId": _OWNER}
        )

    def answer(self, request: bytes) -> tuple[bytes, Iterator[bytes]]:
        """The head of the answer, and the pieces of its body."""
        self.requests += 1
        path = request[: request.index(b"\r\n")].split(b" ")[1].decode()
        parts = urlsplit(path)
        last = parts.path.rpartition("/")[2]
        if parts.path.startswith("/c/"):
            return self._content(int(last), _RANGE.search(request))
        if last == "contentRedirection":
            number = int(parts.path.split("/")[-2][6:], 16)
            return _head(302, 0, f"Location: {self.content_url}/c/{number}?X-Amz-Signature=0123456789abcdef"), iter(())
        if last == "search":
            query = parse_qs(parts.query)
            offset, limit = (int(query.get(name, [usual])[0]) for name, usual in (("offset", "0"), ("limit", "200")))
            return self._json(self._nodes[offset : offset + limit], len(self._nodes))
        if last == "nodes" and "isRoot" in parts.query:
            return self._json([self._root], 1)
        return self._json([], 0)

    def _content(self, number: int, asked: re.Match[bytes] | None) -> tuple[bytes, Iterator[bytes]]:
        content, start = self.contents[number], int(asked[1]) if asked else 0
        size = content.size_bytes
        more = [f'ETag: "{content.md5}"', "Content-Type: application/octet-stream"]
        if start:
            more.append(f"Content-Range: bytes {start}-{size - 1}/{size}")
        return _head(206 if start else 200, size - start, *more), content.pieces(start)

    def _json(self, nodes: list[str], count: int) -> tuple[bytes, Iterator[bytes]]:
        body = f'{{"count": {count}, "data": [{", ".join(nodes)}]}}'.encode()
        return _head(200, len(body), "Content-Type: application/json"), iter((body,))

    def due(self, size_bytes: int) -> float:
        """When these bytes may be sent, by the loop's clock; at once where the line is not limited."""
        now = asyncio.get_running_loop().time()
        if self.bytes_per_s is None:
            return now
        self._due = max(self._due, now - 0.01) + size_bytes / self.bytes_per_s
        return self._due


def _head(status: int, length: int, *more: str) -> bytes:
    reason = {200: "OK", 206: "Partial Content", 302: "Found"}[status]
    lines = [f"HTTP/1.1 {status} {reason}", "Server: simulated", f"Content-Length: {length}", *more]
    return "\r\n".join((*lines, "", "")).encode()


class Connection(asyncio.Protocol):
    """One connection of a client: requests without bodies, one after the other."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._received = b""
        self._body: Iterator[bytes] = iter(())
        self._is_paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._loop = asyncio.get_running_loop()

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            request, self._received = self._received[: end + 4], self._received[end + 4 :]
            if self._service.latency_s:
                self._loop.call_later(self._service.latency_s, self._answer, request)
            else:
                self._answer(request)

    def _answer(self, request: bytes) -> None:
        head, self._body = self._service.answer(request)
        if self._service.bytes_per_s is not None:
            self._send_paced(memoryview(head + b"".join(self._body)))
            return
        first = next(self._body, b"")
        self._transport.write(head + first)
        self._send()

    def _send(self) -> None:
        while not self._is_paused and (piece := next(self._body, None)) is not None:
            self._transport.write(piece)

    def _send_paced(self, left: memoryview) -> None:
        if self._transport.is_closing():
            return
        self._transport.write(left[:_PACED_BYTES])
        left = left[_PACED_BYTES:]
        if left:
            self._loop.call_at(self._service.due(min(len(left), _PACED_BYTES)), self._send_paced, left)

    def pause_writing(self) -> None:
        self._is_paused = True

    def resume_writing(self) -> None:
        self._is_paused = False
        self._send()


async def serve(service: Service, secured: ssl.SSLContext, certificate: Path) -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    made: Callable[[], Connection] = partial(Connection, service)
    servers = [await loop.create_server(made, "127.0.0.1", 0, ssl=secured, backlog=256) for _ in range(2)]
    url, service.content_url = (f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}" for server in servers)
    account = {"provider": "amazon", "cookies": _COOKIES, "endpoints": {"api": f"{url}{_API}"}}
    words = {"url": url, "content": service.content_url, "account": account, "certificate": str(certificate)}
    print(json.dumps(words), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=1200)
    parser.add_argument("--kilobytes", type=int, default=300, help="the size of a photo")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--mbit", type=float, help="the line's capacity, in millions of bits a second")
    parser.add_argument("--large", type=int, default=0, help="the bytes of a video, besides the photos")
    options = parser.parse_args()
    padding = (bytes(range(255)) * (options.kilobytes * 1000 // 255))[: max(0, options.kilobytes * 1000 - 3000)]
    contents = [photo(number, padding) for number in range(options.items)]
    if options.large:
        contents.append(movie(options.large))
    service = Service(contents, options.latency, options.mbit and options.mbit * 125_000)
    with tempfile.TemporaryDirectory() as folder:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(Path(folder, "authority.pem")))
        secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(secured)
        asyncio.run(serve(service, secured, Path(folder, "authority.pem")))


if __name__ == "__main__":
    main()
