"""A simulated Amazon Photos that costs little itself: TLS, a latency, a limited line, contents made beforehand.

    python -m benchmarks.fast_service [--items N] [--kilobytes N] [--latency S] [--mbit N] [--rate N] [--failures P] …

It answers what a pull and its peers ask for: listings, redirects to the contents on a second port, and contents. The
first line of its output is a JSON object: `url`, `content` (the second port), `account` (the settings of an account),
`certificate` (the file of the authority that signed its own). It ends with its standard input. `/_counts` gives what
happened as JSON, `/_counts?forget` empties it. `/_md5` gives the md5 of each content, and that of it without Exif.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import re
import ssl
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import trustme

from benchmarks.contents import OWNER, Content, Items, item_number, movie, photos

_API = "/drive/v1"
_COOKIES = {"session-id": "146-0000001-7654321", "ubid-main": "131-7654321-1234567", "at-main": "Atza|simulated"}
_PACED_BYTES = 32 * 1024
"""The pieces in which a limited line sends."""
_RANGE = re.compile(rb"\r\nrange: bytes=(\d+)-", re.IGNORECASE)
_REASONS = {200: "OK", 206: "Partial Content", 302: "Found", 404: "Not Found", 429: "Too Many", 503: "Unavailable"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent to a request."""

    head: bytes
    body: Iterable[bytes] = ()
    is_cut: bool = False
    """The connection is closed after it, although the head promises more."""


def _answer(status: int, length: int, *more: str, body: Iterable[bytes] = (), is_cut: bool = False) -> Answer:
    lines = [f"HTTP/1.1 {status} {_REASONS[status]}", "Server: simulated", f"Content-Length: {length}", *more]
    return Answer("\r\n".join((*lines, "", "")).encode(), body, is_cut)


def _json(text: str) -> Answer:
    body = text.encode()
    return _answer(200, len(body), "Content-Type: application/json", body=(body,))


@dataclass(eq=False)
class RateLimit:
    """At most so many requests in any second. The others are refused with the time to wait in whole seconds."""

    a_second: int
    early: int = 0
    """How many requests came again before their time."""
    _accepted: deque[float] = field(default_factory=deque)
    _due: dict[str, float] = field(default_factory=dict)

    def wait_s(self, target: str, now: float) -> int:
        """0 if the request is accepted."""
        self.early += now < self._due.pop(target, 0.0)
        while self._accepted and self._accepted[0] <= now - 1:
            self._accepted.popleft()
        if len(self._accepted) < self.a_second:
            self._accepted.append(now)
            return 0
        wait = max(1, math.ceil(self._accepted[0] + 1 - now))
        self._due[target] = now + wait
        return wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How the service answers."""

    latency_s: float
    bytes_per_s: float | None
    failing_share: float
    """The part of the items whose first download is answered with 503, half of them at the redirect."""
    cut_bytes: int
    """The first download of a content is cut after these, if it is longer."""
    busy_s: float
    """How long the service is busy with each answer, besides what it does."""


@dataclass(eq=False)
class Service:
    """The answers."""

    items: Items
    behaviour: Behaviour
    rate_limit: RateLimit | None
    content_url: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    first_s: float = 0.0
    last_s: float = 0.0
    _due: float = 0.0
    _failed: set[str] = field(default_factory=set)
    _reached: dict[int, int] = field(default_factory=dict)
    """How many bytes of a content were sent."""

    def answer(self, request: bytes) -> Answer:
        """The answer to a GET request."""
        target = request[: request.index(b"\r\n")].split(b" ")[1].decode()
        if target.startswith("/_"):
            return self._about_itself(target)
        now = time.monotonic()
        self.counts["requests"] += 1
        self.first_s, self.last_s = self.first_s or now, now
        while time.monotonic() < now + self.behaviour.busy_s:
            pass
        if self.rate_limit and (wait := self.rate_limit.wait_s(target, now)):
            self.counts["refused"] += 1
            return _answer(429, 0, f"Retry-After: {wait}")
        parts = urlsplit(target)
        *_, parent, last = parts.path.split("/")
        if parent == "c":
            return self._content(int(last), _RANGE.search(request))
        return self._api(parent, last, parts.query)

    def _api(self, parent: str, last: str, query: str) -> Answer:
        if last == "contentRedirection":
            return self._redirect(item_number(parent))
        if last == "search":
            return self._listing(parse_qs(query))
        if last == "aggregation":
            return _json('{"aggregations": []}')
        if last == "nodes" and "isRoot" in query:
            root = {"id": "root", "name": "", "kind": "FOLDER", "isRoot": True, "status": "AVAILABLE", "parents": []}
            return _json(json.dumps({"count": 1, "data": [{**root, "ownerId": OWNER}]}))
        return _json('{"count": 0, "data": []}')

    def _about_itself(self, target: str) -> Answer:
        if target == "/_md5":
            return _json(json.dumps({each.md5: each.md5_without_exif for each in self.items.contents}))
        if target.endswith("?forget"):
            self.counts.clear()
            self.first_s = self.last_s = 0.0
        counts = {name: self.counts[name] for name in ("requests", "refused", "content_bytes", "asked_again_bytes")}
        early = self.rate_limit.early if self.rate_limit else 0
        seconds = {"seconds": self.last_s - self.first_s, "cpu_s": time.process_time()}
        return _json(json.dumps({**counts, "early": early, **seconds}))

    def _listing(self, query: dict[str, list[str]]) -> Answer:
        offset, limit = (int(query.get(name, [usual])[0]) for name, usual in (("offset", "0"), ("limit", "200")))
        newest = len(self.items) - 1 - offset
        nodes = [self.items.node(number) for number in range(newest, max(-1, newest - limit), -1)]
        return _json(f'{{"count": {len(self.items)}, "data": [{", ".join(nodes)}], "aggregations": {{}}}}')

    def _redirect(self, number: int) -> Answer:
        if self._fails(f"redirect {number}", number, 0.0):
            return _answer(503, 0)
        return _answer(302, 0, f"Location: {self.content_url}/c/{number}?X-Amz-Signature=0123456789abcdef")

    def _content(self, number: int, asked: re.Match[bytes] | None) -> Answer:
        if number >= len(self.items.contents):
            return _answer(404, 0)
        if self._fails(f"content {number}", number, 0.5):
            return _answer(503, 0)
        content, start = self.items.contents[number], int(asked[1]) if asked else 0
        size = content.size_bytes
        more = [
            f'ETag: "{content.md5}"',
            "Content-Type: application/octet-stream",
            f'Content-Disposition: attachment; filename="IMG_{number:05}.JPG"',
            *([f"Content-Range: bytes {start}-{size - 1}/{size}"] if start else []),
        ]
        is_cut = number not in self._reached and 0 < self.behaviour.cut_bytes < size
        self.counts["asked_again_bytes"] += max(0, self._reached.get(number, 0) - start)
        body = self._sent(number, start, content)
        if is_cut:
            body = islice(body, self.behaviour.cut_bytes // self._piece_bytes)
        return _answer(206 if start else 200, size - start, *more, body=body, is_cut=is_cut)

    @property
    def _piece_bytes(self) -> int:
        return 1 << 20 if self.behaviour.bytes_per_s is None else _PACED_BYTES

    def _sent(self, number: int, start: int, content: Content) -> Iterator[bytes]:
        """The pieces, counted when they are sent."""
        reached = start
        for piece in content.pieces(start, self._piece_bytes):
            reached += len(piece)
            self.counts["content_bytes"] += len(piece)
            self._reached[number] = max(reached, self._reached.get(number, 0))
            yield piece

    def _fails(self, request: str, number: int, later: float) -> bool:
        """Whether this request is one of those that fail once: of 1/share items, one fails at each place in turn."""
        if not self.behaviour.failing_share or request in self._failed:
            return False
        every = round(2 / self.behaviour.failing_share)
        if number % every != int(later * every):
            return False
        self._failed.add(request)
        return True

    def due(self, size_bytes: int) -> float:
        """When these bytes have passed a limited line, by the loop's clock."""
        assert self.behaviour.bytes_per_s is not None
        self._due = max(self._due, asyncio.get_running_loop().time() - 0.01) + size_bytes / self.behaviour.bytes_per_s
        return self._due


class Connection(asyncio.Protocol):
    """One connection of a client: requests without bodies, one after the other."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._received = b""
        self._pieces: Iterator[bytes] = iter(())
        self._is_cut = False
        self._is_paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._loop = asyncio.get_running_loop()

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            request, self._received = self._received[: end + 4], self._received[end + 4 :]
            if self._service.behaviour.latency_s:
                self._loop.call_later(self._service.behaviour.latency_s, self._answer, request)
            else:
                self._answer(request)

    def _answer(self, request: bytes) -> None:
        answer = self._service.answer(request)
        body = iter(answer.body)
        self._pieces, self._is_cut = chain((answer.head + next(body, b""),), body), answer.is_cut
        self._send()

    def _send(self) -> None:
        while not self._is_paused and not self._transport.is_closing():
            piece = next(self._pieces, None)
            if piece is None:
                if self._is_cut:
                    self._transport.close()
                return
            if self._service.behaviour.bytes_per_s is not None:
                self._loop.call_at(self._service.due(len(piece)), self._send_piece, piece)
                return
            self._transport.write(piece)

    def _send_piece(self, piece: bytes) -> None:
        self._transport.write(piece)
        self._send()

    def pause_writing(self) -> None:
        self._is_paused = True

    def resume_writing(self) -> None:
        self._is_paused = False
        self._send()


async def serve(service: Service, secured: ssl.SSLContext, certificate: Path) -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    made: Callable[[], Connection] = partial(Connection, service)
    servers = [await loop.create_server(made, "127.0.0.1", 0, ssl=secured, backlog=2048) for _ in range(2)]
    url, service.content_url = (f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}" for server in servers)
    account = {"provider": "amazon", "cookies": _COOKIES, "endpoints": {"api": f"{url}{_API}"}}
    words = {"url": url, "content": service.content_url, "account": account, "certificate": str(certificate)}
    print(json.dumps(words), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=0, help="how many photos the account has")
    parser.add_argument("--kilobytes", type=float, default=300, help="the size of a photo")
    parser.add_argument("--listed", type=int, default=0, help="more items, which are only listed")
    parser.add_argument("--large", type=int, default=0, help="the bytes of a video, besides the photos")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--mbit", type=float, help="the line's capacity, in millions of bits a second")
    parser.add_argument("--rate", type=int, help="the requests that are accepted in a second")
    parser.add_argument("--failures", type=float, default=0.0, help="the part of the items that answers 503 once")
    parser.add_argument("--cut", type=int, default=0, help="the bytes after which a content is cut, once each")
    parser.add_argument(
        "--busy", type=float, default=0.0, help="seconds of work for each answer, to try the benchmarks"
    )
    options = parser.parse_args()
    contents = photos(options.items, int(options.kilobytes * 1000))
    if options.large:
        contents.append(movie(options.large))
    behaviour = Behaviour(
        latency_s=options.latency,
        bytes_per_s=options.mbit and options.mbit * 125_000,
        failing_share=options.failures,
        cut_bytes=options.cut,
        busy_s=options.busy,
    )
    limit = RateLimit(options.rate) if options.rate else None
    service = Service(Items(contents, options.listed), behaviour, limit)
    with tempfile.TemporaryDirectory() as folder:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(Path(folder, "authority.pem")))
        secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(secured)
        asyncio.run(serve(service, secured, Path(folder, "authority.pem")))


if __name__ == "__main__":
    main()
