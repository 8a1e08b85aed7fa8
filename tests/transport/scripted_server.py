"""A scripted HTTP server, and what stands at the other end of a transport: credentials and destinations."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from photosync.transport import Policy, Transport, TransportSettings, Wait

QUICK = Policy(
    retry_budget_s=50,
    max_attempts=3,
    backoff_base_s=0.01,
    backoff_cap_s=0.02,
    connect_timeout_s=2,
    first_contact_budget_s=50,
)


@dataclass(frozen=True)
class Request:
    """One that the server got."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    client_port: int


@dataclass(frozen=True)
class Reply:
    """One that the server gives."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    """Close the connection after this number of bytes of the body."""
    dropped: bool = False
    """Close the connection without any answer."""
    hold: threading.Event | None = None
    """Send nothing more after `cut` bytes until this is set, and keep the connection open."""
    drip_s: float | None = None
    """Send the body a byte at a time, with this real time before each."""
    interim: tuple[int, ...] = ()
    """The statuses of interim answers before it."""
    drips_head: bool = False
    """So too a line of the head without an end, before the body."""


def as_json(value: object, status: int = 200, **headers: str) -> Reply:
    return Reply(status, json.dumps(value).encode(), {"Content-Type": "application/json", **headers})


def throttled(retry_after: str | None = None, status: int = 429, **headers: str) -> Reply:
    return Reply(status, b"slow down", {**headers, **({"Retry-After": retry_after} if retry_after else {})})


def redirect(url: str, status: int = 302) -> Reply:
    return Reply(status, b"moved", {"Location": url})


Script = Reply | Callable[[Request], Reply]


class _Handler(BaseHTTPRequestHandler):
    script: ClassVar[Callable[[Request], Reply]]
    abandoned: ClassVar[threading.Event]
    protocol_version = "HTTP/1.1"

    def handle_any(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = self._read_chunked()
        request = Request(self.command, parts.path, parts.query, self.headers, body, self.client_address[1])  # type: ignore[arg-type]
        try:
            self._give(type(self).script(request))
        except ConnectionError:
            self.abandoned.set()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any  # noqa: N815

    def _read_chunked(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _give(self, reply: Reply) -> None:
        if reply.dropped:
            self.close_connection = True
            return
        for status in reply.interim:
            self.send_response_only(status)
            self.end_headers()
        self.send_response_only(reply.status)
        sized = {"Content-Length": str(len(reply.body)), **reply.headers}
        for name, value in sized.items():
            if value:
                self.send_header(name, value)
        if reply.drips_head and reply.drip_s is not None:
            self.flush_headers()
            self._drip(b"X-Padding: " + b"x" * 1000, reply.drip_s)
        self.end_headers()
        if reply.drip_s is not None:
            self._drip(reply.body, reply.drip_s)
            return
        self.wfile.write(reply.body if reply.cut is None else reply.body[: reply.cut])
        if reply.hold is not None:
            self.wfile.flush()
            reply.hold.wait(30)
        if reply.cut is not None or not sized["Content-Length"]:
            self.close_connection = True

    def _drip(self, sent: bytes, pause_s: float) -> None:
        for byte in sent:
            time.sleep(pause_s)
            self.wfile.write(bytes([byte]))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away are what many tests are about."""


class Server:
    """A real HTTP server that does as it is told, path by path; the last reply of a path is given for ever."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.requests: list[Request] = []
        self._scripts: dict[str, list[Script]] = {}
        self._lock = threading.Lock()
        self.abandoned = threading.Event()
        """Set when a client closed its connection in the middle of a reply."""
        self._http = _Listener(
            ("127.0.0.1", 0),
            type("Handler", (_Handler,), {"script": staticmethod(self.reply_to), "abandoned": self.abandoned}),
        )
        self._scheme = "http" if certificate is None else "https"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            # The handshake is for the handler's thread: one who refuses the certificate must not stop the listener.
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}"

    @property
    def client_ports(self) -> set[int]:
        """One for each connection that was made."""
        return {request.client_port for request in self.requests}

    def on(self, path: str, *replies: Script) -> str:
        """Reply so at `path`; returns its URL."""
        self._scripts[path] = list(replies)
        return self.url + path

    def reply_to(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            script = self._scripts.get(request.path, [Reply(404, b"nothing here")])
            step = script.pop(0) if len(script) > 1 else script[0]
        return step if isinstance(step, Reply) else step(request)

    def close(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


class Key:
    """Credentials that can be renewed so often."""

    def __init__(self, refreshes: int = 0) -> None:
        self.token = "token-number-0"
        self.refreshed = 0
        self._left = refreshes

    def headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def refresh(self) -> bool:
        self.refreshed += 1
        if self.refreshed > self._left:
            return False
        self.token = f"token-number-{self.refreshed}"
        return True

    def secrets(self) -> tuple[str, ...]:
        return (self.token,)

    def explain(self, detail: str) -> str:
        return f"account 'test' is signed out ({detail}); sign in again"


class Memory:
    """A destination in memory."""

    head = b""
    md5 = ""

    def __init__(self, content: bytes = b"", *, validator: str | None = None, provable: bool = False) -> None:
        self.content = bytearray(content)
        self.validator = validator
        self.provable = provable
        self.begun: list[tuple[int, int | None, str | None]] = []

    @property
    def offset(self) -> int:
        return len(self.content)

    def begin(self, offset: int, total: int | None, validator: str | None) -> None:
        self.begun.append((offset, total, validator))
        assert offset in {0, len(self.content)}
        del self.content[offset:]
        self.validator = validator

    def write(self, chunk: bytes | memoryview) -> None:
        self.content += chunk


class Opener:
    """Opens transports to the test's server and closes them after it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.waits: list[Wait] = []
        self._opened: list[Transport] = []

    def __call__(self, policy: Policy = QUICK, *, own_hosts: tuple[str, ...] | None = None, **more: Any) -> Transport:
        given = {name: more.pop(name) for name in list(more) if name in TransportSettings.__dataclass_fields__}
        settings = TransportSettings(own_hosts=own_hosts or (self.server.url,), **given)
        more.setdefault("on_wait", self.waits.append)
        self._opened.append(Transport(settings, policy=policy, **more))
        return self._opened[-1]

    def close(self) -> None:
        for transport in self._opened:
            transport.close()
