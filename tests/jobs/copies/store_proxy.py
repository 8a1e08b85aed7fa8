"""Stands between the command and a real object store, counts the requests, and lets some of them go wrong."""

from __future__ import annotations

import http.client
import re
import socket
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, cast
from urllib.parse import parse_qs, urlsplit

Operation = Literal["LIST", "GET", "HEAD", "PUT", "COPY", "CREATE", "PART", "COMPLETE", "ABORT", "DELETE"]
"""What S3's requests are for; `CREATE`, `PART`, `COMPLETE` and `ABORT` are those of an upload in parts."""
_HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}
"""Of one connection, not of the request: RFC 9110, section 7.6.1."""


@dataclass(frozen=True, slots=True)
class Request:
    """As it came; the signature holds for its `Host` and its body."""

    operation: Operation
    path: str
    method: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """As the store gave it, or as a fault makes it."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    sent_bytes: int | None = None
    """Only so many bytes of the body are sent, and the connection closes; None: all."""


Ask = Callable[[Request], Answer]
Action = Callable[[Request, Ask], Answer | None]
"""Answers a request in the store's place, or asks it. None: the connection closes."""


@dataclass
class StoreFault:
    """Something that goes wrong for some requests."""

    action: Action
    on: Collection[Operation]
    times: int | None = None
    """None: always."""
    after: int = 0
    """So many requests pass first."""
    path: str = ""
    """Only requests whose address has this."""
    fired: int = 0
    seen: int = 0

    def fires(self, request: Request) -> bool:
        """Whether this request gets it."""
        if request.operation not in self.on or self.path not in request.path:
            return False
        self.seen += 1
        if self.seen <= self.after or (self.times is not None and self.fired >= self.times):
            return False
        self.fired += 1
        return True


def refuse(status: int, code: str, message: str = "No.") -> Action:
    """An error in the form of S3: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html."""
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return lambda *_: Answer(status, {"Content-Type": "application/xml"}, body.encode())


def cut(request: Request, ask: Ask) -> Answer:
    """Half of the body arrives, and its length says so: the connection closes."""
    answer = ask(request)
    return Answer(answer.status, answer.headers, answer.body, len(answer.body) // 2)


def shorten(request: Request, ask: Ask) -> Answer:
    """Half of the body arrives, as if it were all."""
    answer = ask(request)
    return Answer(answer.status, answer.headers, answer.body[: len(answer.body) // 2])


def spoil(request: Request, ask: Ask) -> Answer:
    """One byte of the body arrives as another one."""
    answer = ask(request)
    return Answer(answer.status, answer.headers, _other_byte(answer.body))


def spoil_sent(request: Request, ask: Ask) -> Answer:
    """One byte of what is sent arrives at the store as another one."""
    return ask(Request(request.operation, request.path, request.method, request.headers, _other_byte(request.body)))


def other_tag(request: Request, ask: Ask) -> Answer:
    """A bucket that encrypts with keys of the customer: the ETag has the form of an md5, and is none."""
    answer = ask(request)
    tag = re.sub(r"[0-9a-f]{32}", "0123456789abcdef" * 2, answer.headers.get("Etag", ""))
    body = re.sub(rb"(<ETag>[^<]*?)[0-9a-f]{32}", rb"\g<1>" + b"0123456789abcdef" * 2, answer.body)
    return Answer(answer.status, {**answer.headers, **({"Etag": tag} if tag else {})}, body)


def list_half(request: Request, ask: Ask) -> Answer:
    """A listing without most of its entries, which says that it is complete."""
    answer = ask(request)
    entries = re.findall(rb"<Contents>.*?</Contents>", answer.body, re.DOTALL)
    body = answer.body
    for entry in entries[len(entries) // 4 :]:
        if b"/copy-" not in entry:  # the mark that tells the place
            body = body.replace(entry, b"")
    return Answer(answer.status, answer.headers, body)


def lose_answer(request: Request, ask: Ask) -> None:
    """The store does what is asked, and its answer is lost."""
    ask(request)


def lose_request(*_: object) -> None:
    """The connection closes before the store has the request."""


class StoreProxy:
    """A context manager. `faults` and `requests` may be changed and read from the test while it runs."""

    def __init__(self, store: str) -> None:
        self.store = urlsplit(store).netloc
        self._lock = threading.Lock()
        self.faults: list[StoreFault] = []
        self.requests: list[Request] = []
        """All that came, without their bodies."""

    def __enter__(self) -> StoreProxy:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def counts(self) -> Counter[Operation]:
        """How many requests of each operation came."""
        with self._lock:
            return Counter(each.operation for each in self.requests)

    @contextmanager
    def failing(self, *faults: StoreFault) -> Iterator[None]:
        """These faults, for a while."""
        self.faults = list(faults)
        try:
            yield
        finally:
            self.faults = []

    # Called by the handlers

    def answer(self, request: Request, ask: Ask) -> Answer | None:
        """Count the request, and ask the store, unless a fault does something else."""
        with self._lock:
            self.requests.append(Request(request.operation, request.path, request.method, request.headers, b""))
            fault = next((each for each in self.faults if each.fires(request)), None)
        return fault.action(request, ask) if fault else ask(request)


@dataclass
class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    proxy: StoreProxy = field(init=False)

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]

    def handle_error(self, *_: object) -> None:
        """A client that was killed."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        """A connection to the store for each of the client's."""
        super().setup()
        self._proxy = cast("_Server", self.server).proxy
        self._store = http.client.HTTPConnection(self._proxy.store, timeout=60)

    def finish(self) -> None:
        """The client has closed it, or is not there any more."""
        self._store.close()
        with suppress(OSError):
            super().finish()

    def _ask(self, request: Request) -> Answer:
        self._store.putrequest(request.method, request.path, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers.items():
            self._store.putheader(name, value)
        self._store.endheaders(request.body or None)
        told = self._store.getresponse()
        # rclone answers 200 for a part of an object too; S3 does as RFC 9110, section 15.3.7, says.
        status = 206 if told.status == 200 and told.getheader("Content-Range") else told.status
        return Answer(status, dict(told.getheaders()), told.read())

    def _answer(self) -> None:
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        operation = _operation(self.command, self.path, "x-amz-copy-source" in self.headers)
        request = Request(operation, self.path, self.command, dict(self.headers.items()), body)
        answer = self._proxy.answer(request, self._ask)
        if answer is None:
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        told = answer.headers.get("Content-Length") if self.command == "HEAD" else None
        self.send_header("Content-Length", told or str(len(answer.body)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(answer.body[: answer.sent_bytes])
        self.close_connection = answer.sent_bytes is not None

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _answer  # noqa: N815 - the names of the base class


def _operation(method: str, target: str, is_copy: bool) -> Operation:
    query = parse_qs(urlsplit(target).query, keep_blank_values=True)
    if "uploads" in query:
        return "CREATE"
    if "uploadId" in query:
        return cast("Operation", {"PUT": "PART", "POST": "COMPLETE", "DELETE": "ABORT"}[method])
    if is_copy:
        return "COPY"
    if method == "POST":
        return "DELETE"
    return "LIST" if "list-type" in query else cast("Operation", method)


def _other_byte(content: bytes) -> bytes:
    if not content:
        return content
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
