"""A client that does nothing with what it gets: its time is what the service itself needs.

    python -m benchmarks.floor URL CERTIFICATE CONNECTIONS

Each line of standard input is a job: the paths that one connection asks for, one after the other. Prints the seconds.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
import time
from collections import deque
from urllib.parse import urlsplit


class Client(asyncio.Protocol):
    """A connection that works until there are no more jobs."""

    def __init__(self, jobs: deque[list[str]]) -> None:
        self._jobs = jobs
        self._paths: list[str] = []
        self._head = b""
        self._left = 0
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        if self._left:
            self._left -= len(data)
        else:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._head[:end].lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            self._left = length - (len(self._head) - end - 4)
            self._head = b""
        if not self._left:
            self._next()

    def _next(self) -> None:
        if not self._paths and self._jobs:
            self._paths = self._jobs.popleft()
        if not self._paths:
            self._transport.close()
            return
        self._transport.write(f"GET {self._paths.pop(0)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())

    def connection_lost(self, _error: Exception | None) -> None:
        self.ended.set_result(None)


async def _ask(host: str, port: int, secured: ssl.SSLContext, jobs: deque[list[str]], connections: int) -> None:
    loop = asyncio.get_running_loop()
    made = [
        loop.create_connection(lambda: Client(jobs), host, port, ssl=secured)
        for _ in range(min(connections, len(jobs)))
    ]
    clients = [client for _, client in await asyncio.gather(*made)]
    await asyncio.gather(*(client.ended for client in clients))
    if jobs:
        raise SystemExit("the service closed the connections")


def main() -> None:
    """Do the jobs, and print the seconds."""
    url, certificate, connections = sys.argv[1:]
    address = urlsplit(url)
    assert address.hostname
    assert address.port
    secured = ssl.create_default_context(cafile=certificate)
    jobs = deque(line.split() for line in sys.stdin)
    began = time.perf_counter()
    asyncio.run(_ask(address.hostname, address.port, secured, jobs, int(connections)))
    print(time.perf_counter() - began)


if __name__ == "__main__":
    main()
