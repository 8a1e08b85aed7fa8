"""Sockets whose waits are bounded: they end with the run, and give up a peer that is silent or too slow.

All times here are real. Only the waiting counts: while the caller does something else, such as keeping the bandwidth
limit, the peer cannot be too slow.
"""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, ClassVar, cast

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, PoolManager
from urllib3.connection import HTTPConnection
from urllib3.exceptions import ConnectTimeoutError

from photosync import clock
from photosync.transport.certificates import tls_context
from photosync.transport.final_response import FinalResponse

_TICK_S = 0.25
"""How soon a wait notices that the run is ending."""
_MOST_LINES = 1000
"""Of a head with the interim answers before it, and of the trailers after a body in chunks."""
_LONGEST_LINE = 65_536
"""Bytes, as in http.client."""


class TooSlowError(TimeoutError):
    """The peer sent or took fewer bytes than `WaitLimits.least_bytes`."""


@dataclass(slots=True)
class LongestWait:
    """The longest wait for a peer that ended with bytes from it."""

    seconds: float | None = None
    """None if nothing has come yet."""

    def note(self, waited_s: float) -> None:
        """Take notice of a wait that ended so."""
        if self.seconds is None or waited_s > self.seconds:
            self.seconds = waited_s


@dataclass(frozen=True, slots=True)
class WaitLimits:
    """How long to wait for a peer."""

    connect_s: float
    """For the name, the connection to one of its addresses, a proxy and TLS together."""
    window_s: float
    least_bytes: int
    """What has to pass within `window_s` of waiting, or within the read time-out if that is longer."""
    cancel: threading.Event | None
    """Set when the run ends."""
    longest_wait: LongestWait = field(default_factory=LongestWait)


class WatchedSocket:
    """A connected socket, plain or TLS, with the methods that http.client and urllib3 use.

    Raises `CancelledError` when the run ends, and `TimeoutError` for a peer that is silent or too slow.
    """

    def __init__(self, connected: socket.socket, limits: WaitLimits) -> None:
        self._socket = connected
        self._limits = limits
        self._tick_s: float | None = None
        self.settimeout(None)

    def settimeout(self, timeout_s: float | None) -> None:
        """How long the peer may be silent. urllib3 calls this before each request and before each answer."""
        self._silence_s = float("inf") if timeout_s is None else timeout_s
        tick_s = min(_TICK_S, self._silence_s)
        if tick_s != self._tick_s:  # a system call
            self._tick_s = tick_s
            self._socket.settimeout(tick_s)
        self._is_before_answer = True
        self._waited_s = 0.0
        self._passed_bytes = 0

    def sendall(self, data: bytes) -> None:
        """Send all of it."""
        rest = memoryview(data)
        # The time-out is that of a connection or of an answer; what takes long here is the way to the service.
        silence_s = max(self._silence_s, self._limits.window_s)
        while rest:
            sent, waited_s = self._wait(self._socket.send, rest, silence_s, 0.0)
            self._count(sent, waited_s)
            rest = rest[sent:]

    def recv_into(self, memory: memoryview) -> int:
        """Receive what comes first; 0 at the end."""
        # A service may think as long as the time-out allows; once it answers, it has to go on.
        before_s = 0.0 if self._is_before_answer else self._waited_s
        received, waited_s = self._wait(self._socket.recv_into, memory, self._silence_s, before_s)
        if received:
            self._limits.longest_wait.note(waited_s)
        if not self._is_before_answer:
            self._count(received, waited_s)
        self._is_before_answer = False
        return received

    def _wait(
        self, step: Callable[[memoryview], int], memory: memoryview, silence_s: float, before_s: float
    ) -> tuple[int, float]:
        """The result of `step` with `memory`, and the time that it took."""
        began = time.monotonic()
        while True:
            clock.check(self._limits.cancel)
            try:
                return step(memory), time.monotonic() - began
            except TimeoutError:
                waited_s = time.monotonic() - began
                if waited_s >= silence_s:
                    raise
                if before_s + waited_s >= self._window_s:
                    raise self._too_slow() from None

    @property
    def _window_s(self) -> float:
        is_endless = self._silence_s == float("inf")
        return self._limits.window_s if is_endless else max(self._limits.window_s, self._silence_s)

    def _count(self, size_bytes: int, waited_s: float) -> None:
        self._waited_s += waited_s
        self._passed_bytes += size_bytes
        if self._passed_bytes >= self._limits.least_bytes:
            self._waited_s, self._passed_bytes = 0.0, 0
        elif size_bytes and self._waited_s >= self._window_s:
            raise self._too_slow()

    def _too_slow(self) -> TooSlowError:
        return TooSlowError(f"fewer than {self._limits.least_bytes} bytes within {self._window_s:g} s")

    def makefile(self, mode: str) -> io.BufferedReader:
        """A file that reads from here; the socket stays open until it is closed too."""
        assert mode == "rb", "http.client reads bytes"
        return BoundedReader(self, self._socket.makefile("rb", buffering=0))

    def fileno(self) -> int:
        """For the pool, which looks whether the peer has closed the connection."""
        return self._socket.fileno()

    def shutdown(self, how: int) -> None:
        """Shut down, as urllib3 can."""
        self._socket.shutdown(how)

    def close(self) -> None:
        """Close, once the files that read from here are closed."""
        self._socket.close()


class BoundedReader(io.BufferedReader):
    """Bounds what is read as lines where http.client and urllib3 do not: trailers, sizes of chunks, interim answers."""

    _lines = 0
    """How many were read since the last part of a body."""
    _is_empty = False
    """Whether nothing is left of what came with the head, and no more comes by way of the buffer."""

    def __init__(self, source: WatchedSocket, opened: socket.SocketIO) -> None:
        super().__init__(_Reader(source, opened))
        self._source = source

    def receive_into(self, memory: memoryview) -> int:
        """Receive what comes first of a body; 0 at the end. From the second call on without the buffer."""
        if self._is_empty:
            return self._source.recv_into(memory)
        piece = super().read1(len(memory))
        memory[: len(piece)] = piece
        self._is_empty = len(piece) < len(memory)
        return len(piece)

    def readline(self, size: int | None = -1) -> bytes:
        """A line. Raises `HTTPException` for too many, and for a long one if the caller gives no size."""
        is_bounded = size is not None and size >= 0
        line = super().readline(size if is_bounded else _LONGEST_LINE)
        self._lines += 1
        if self._lines > _MOST_LINES or (len(line) == _LONGEST_LINE and not is_bounded):
            raise HTTPException("too many lines, or one that is too long")
        return line

    def read(self, size: int | None = -1) -> bytes:
        """Part of a body."""
        self._lines = 0
        return super().read(size)

    def read1(self, size: int = -1) -> bytes:
        """Part of a body."""
        self._lines = 0
        return super().read1(size)


class _Reader(io.RawIOBase):
    def __init__(self, source: WatchedSocket, opened: socket.SocketIO) -> None:
        self._source = source
        self._opened = opened
        """Keeps the socket open."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._source.recv_into(buffer)

    def close(self) -> None:
        self._opened.close()
        super().close()


class _WatchedConnection(HTTPConnection):
    """Connects in a thread of its own, since nothing else ends the look-up of a name before it has an answer."""

    limits: ClassVar[WaitLimits]
    response_class = FinalResponse

    def connect(self) -> None:
        connect = super().connect
        lock, is_over, is_given_up = threading.Lock(), threading.Event(), threading.Event()
        failures: list[BaseException] = []

        def work() -> None:
            try:
                connect()
            except BaseException as error:  # noqa: BLE001 - it is raised again, in the thread that waits
                failures.append(error)
            with lock:
                is_over.set()
                if is_given_up.is_set():
                    self.close()

        threading.Thread(target=work, name="connecting", daemon=True).start()
        try:
            self._await(is_over)
        except BaseException:
            with lock:
                is_given_up.set()
            raise
        if failures:
            raise failures[0]
        self.sock = cast(socket.socket, WatchedSocket(self.sock, self.limits))

    def _await(self, is_over: threading.Event) -> None:
        end = time.monotonic() + self.limits.connect_s
        while not is_over.wait(_TICK_S):
            clock.check(self.limits.cancel)
            if time.monotonic() >= end:
                raise ConnectTimeoutError(self, f"No connection to {self.host} within {self.limits.connect_s:g} s")


class WatchedAdapter(HTTPAdapter):
    """The adapter of requests, with watched sockets and one TLS context, also on the way through a proxy."""

    def __init__(self, limits: WaitLimits, *, hosts: int, connections: int, block_bytes: int) -> None:
        """`hosts` and `connections` to each are kept open; bodies are sent in blocks."""
        self._limits = limits
        super().__init__(pool_connections=hosts, pool_maxsize=connections, max_retries=0)
        self.init_poolmanager(hosts, connections, blocksize=block_bytes)

    def init_poolmanager(self, *given: Any, **more: Any) -> None:
        super().init_poolmanager(*given, **more)
        self._watch(self.poolmanager)

    def build_connection_pool_key_attributes(self, *given: Any, **more: Any) -> Any:
        host, settings = super().build_connection_pool_key_attributes(*given, **more)
        if host["scheme"] == "https":
            settings["ssl_context"] = tls_context()
        return host, settings

    def proxy_manager_for(self, proxy: str, **more: Any) -> PoolManager:
        is_known = proxy in self.proxy_manager
        if proxy.lower().startswith("https"):
            more["proxy_ssl_context"] = tls_context()
        manager: PoolManager = super().proxy_manager_for(proxy, **more)
        if not is_known:
            self._watch(manager)
        return manager

    def _watch(self, manager: PoolManager) -> None:
        manager.pool_classes_by_scheme = {
            scheme: self._watched(pool) for scheme, pool in manager.pool_classes_by_scheme.items()
        }

    def _watched(self, pool: type[HTTPConnectionPool]) -> type[HTTPConnectionPool]:
        # urllib3 makes the connections itself, so that only a class can bring them a value.
        connection = type("Connection", (_WatchedConnection, pool.ConnectionCls), {"limits": self._limits})
        return type("Pool", (pool,), {"ConnectionCls": connection})
