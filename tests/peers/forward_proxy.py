"""A forward proxy that leads programs with fixed hosts to simulators, over TLS with certificates of its own authority.

For `HTTPS_PROXY` of another program. Hosts that it does not know are refused and recorded: nothing goes to the network.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import trustme

_PIECE_BYTES = 1 << 16


class ForwardProxy:
    """The proxy in its own thread, as a context manager."""

    def __init__(self, hosts: Mapping[str, str], folder: Path) -> None:
        """`hosts` are host names, each with the address of the simulator that answers for it."""
        authority = trustme.CA()
        self.certificate = folder / "authority.pem"
        authority.cert_pem.write_to_path(str(self.certificate))
        self._hosts = {host: (_address(url), _secured(authority, host)) for host, url in hosts.items()}
        self.refused: list[str] = []
        """The hosts that a program wanted and that no simulator stands for."""
        self.port = 0
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    @property
    def variables(self) -> dict[str, str]:
        """The environment of a program that uses the proxy."""
        address, certificate = f"http://127.0.0.1:{self.port}", str(self.certificate)
        proxies = {"HTTPS_PROXY": address, "https_proxy": address, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        return {**proxies, "SSL_CERT_FILE": certificate, "REQUESTS_CA_BUNDLE": certificate}

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._ending.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop, self._ending = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._ending.wait()
        server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            request = (await reader.readuntil(b"\r\n\r\n")).split()
            host = request[1].decode().partition(":")[0]
            if request[0] != b"CONNECT" or host not in self._hosts:
                self.refused.append(host)
                writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
                writer.close()
                return
            address, context = self._hosts[host]
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await writer.drain()
            await writer.start_tls(context)
            there, to_there = await asyncio.open_connection(*address)
            await asyncio.gather(_copy(reader, to_there), _copy(there, writer))


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while piece := await source.read(_PIECE_BYTES):
            target.write(piece)
            await target.drain()
    except OSError:
        pass  # the other direction ends as well
    finally:
        target.close()


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port


def _secured(authority: trustme.CA, host: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context
