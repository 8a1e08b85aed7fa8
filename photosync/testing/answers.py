"""Answers of a simulator: those that a fault replaces or damages, and contents with ranges."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from aiohttp import web

from photosync.testing import mp4
from photosync.testing.faults import Fault, Faults, RouteKind
from photosync.testing.media import Media, Shape

_PAGE = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
_LOOK_EVERY_S = 0.01
_PIECE_BYTES = 1 << 20
_SAME_METHOD = (307, 308)
ELSEWHERE = "localhost"
"""The host of another origin: the simulators call themselves 127.0.0.1."""
_DRIP_S = 20.0
_ALLOWED_PER_S = 20.0
_RANGE_FAULTS = ("ignore_range", "wrong_range", "short_range", "refuse_range", "odd_range", "other_etag")
_NO_LINGER = struct.pack("ii", 1, 0)
"""A socket that is closed with this sends RST and not FIN."""


class Dropped(Exception):  # noqa: N818  # nothing went wrong: this is how it was meant
    """The connection was closed on purpose; no answer is sent."""


async def delay_or_drop(faults: Faults, request: web.Request, kind: RouteKind, item: str | None) -> None:
    """Apply the faults that delay the answer or close the connection."""
    if latency := faults.fires("latency", kind, item):
        await asyncio.sleep(latency.value or 0)
    if hold := faults.fires("hold", kind, item):
        while faults.hold is hold:
            await asyncio.sleep(_LOOK_EVERY_S)
    if faults.fires("drop", kind, item):
        _close(request)
        raise Dropped
    if faults.fires("reset", kind, item):
        _reset(request)
        raise Dropped
    if (fault := faults.fires("drip_head", kind, item)) and (transport := request.transport) is not None:
        transport.write(b"HTTP/1.1 200 OK\r\nX-Padding: ")
        while not transport.is_closing():
            await asyncio.sleep(_DRIP_S if fault.value is None else fault.value)
            transport.write(b"x")
        raise Dropped


def redirect(faults: Faults, request: web.Request, kind: RouteKind, item: str | None) -> web.Response | None:
    """A redirect to the same path at another origin."""
    if request.url.host == ELSEWHERE or faults.redirect is None:
        return None
    status = int(faults.redirect.value or 302)
    if (request.method != "GET" and status not in _SAME_METHOD) or not faults.fires("redirect", kind, item):
        return None
    return web.Response(status=status, headers={"Location": str(request.url.with_host(ELSEWHERE))})


def refusal(faults: Faults, kind: RouteKind, item: str | None) -> web.Response | None:
    """An answer in place of the route's own."""
    if (limit := faults.fires("rate", kind, item)) and faults.is_too_much(limit.value or _ALLOWED_PER_S):
        return _throttled(1)
    for name, refused in _REFUSALS.items():
        if fault := faults.fires(name, kind, item):
            return refused(fault.value)
    return None


def _throttled(wait_s: float | None) -> web.Response:
    return _too_many(None if wait_s is None else f"{wait_s:.15g}")


def _busy(wait_s: float | None) -> web.Response:
    refused = page("Service Unavailable", 503)
    refused.headers["Retry-After"] = "soon" if wait_s is None else f"{wait_s:.15g}"
    return refused


def _throttled_until(wait_s: float | None) -> web.Response:
    # A date has whole seconds: round up, or 'in one second' could be now.
    return _too_many(http_date((wait_s or 0) + 1))


def http_date(in_s: float) -> str:
    """The date of a header, `in_s` seconds in the future."""
    return format_datetime((datetime.now(UTC) + timedelta(seconds=in_s)).replace(microsecond=0), usegmt=True)


def _too_many(retry_after: str | None) -> web.Response:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return web.json_response({"message": "Rate exceeded"}, status=429, headers=headers)


_REFUSALS: dict[str, Callable[[float | None], web.Response]] = {
    "throttle": _throttled,
    "throttle_date": _throttled_until,
    "throttle_text": lambda _: _too_many("soon"),
    "busy": _busy,
    "server_error": lambda status: page("Service Unavailable", int(status or 503)),
    "html": lambda status: page("Something else", int(status or 200)),
    "json": lambda _: web.json_response({"message": "Something else"}),
}


def page(title: str, status: int = 200) -> web.Response:
    """An HTML page."""
    return web.Response(text=_PAGE.format(title), content_type="text/html", status=status)


async def spoiled(
    faults: Faults, request: web.Request, response: web.Response, kind: RouteKind, item: str | None
) -> web.StreamResponse:
    """The answer of the route, damaged where a fault says so."""
    if lost := faults.fires("lose_answer", kind, item):
        if lost.value is None:
            _close(request)
            raise Dropped
        return page("Gateway Timeout", int(lost.value))
    body = response.body
    if not isinstance(body, bytes) or not body:
        return response
    if faults.fires("half_json", kind, item):
        response.body = body[: len(body) // 2]
        return response
    if fault := faults.fires("wrong_bytes", kind, item):
        start = len(body) // 2
        stop = len(body) if fault.value is None else start + int(fault.value)
        response.body = body[:start] + bytes(255 - byte for byte in body[start:stop]) + body[stop:]
    if fault := faults.fires("chunked", kind, item):
        return await _without_length(request, response, int(fault.value or 0))
    return await _broken_off(faults, request, response, kind, item)


async def _broken_off(
    faults: Faults, request: web.Request, response: web.Response, kind: RouteKind, item: str | None
) -> web.StreamResponse:
    size = len(response.body) if isinstance(response.body, bytes) else 0
    for name, close in (("truncate", _close), ("reset_body", _reset)):
        if fault := faults.fires(name, kind, item):
            return await _cut(request, response, _part(size, fault), 0, close)
    if fault := faults.fires("cut_chunks", kind, item):
        return await _without_length(request, response, 0, at_most=_part(size, fault))
    if fault := faults.fires("no_length", kind, item):
        return await _unframed(request, response, _part(size, fault))
    if fault := faults.fires("stall", kind, item):
        return await _cut(request, response, size // 2, 600 if fault.value is None else fault.value, _close)
    if fault := faults.fires("drip", kind, item):
        return await _dripped(request, response, _DRIP_S if fault.value is None else fault.value)
    return response


def _part(size: int, fault: Fault) -> int:
    """The bytes of a body of `size` bytes that come: a part of them, or a number."""
    value = 0.5 if fault.value is None else fault.value
    return int(size * value) if value < 1 else min(size, int(value))


async def _dripped(request: web.Request, whole: web.Response, pause_s: float) -> web.StreamResponse:
    """Send a byte at a time."""
    body = whole.body
    if not isinstance(body, bytes):
        raise TypeError("only a body of bytes can drip")
    started = web.StreamResponse(status=whole.status, headers=whole.headers)
    started.content_length = len(body)
    await started.prepare(request)
    for position in range(len(body)):
        await asyncio.sleep(pause_s)
        await started.write(body[position : position + 1])
    return started


async def _cut(
    request: web.Request,
    whole: web.Response,
    part: int,
    wait_s: float,
    close: Callable[[web.Request], None],
) -> web.StreamResponse:
    """Announce the whole body, send a part, and close the connection `wait_s` later."""
    body = whole.body
    if not isinstance(body, bytes):
        raise TypeError("only a body of bytes can be cut")
    headers = whole.headers.copy()
    headers["Content-Length"] = str(len(body))
    started = web.StreamResponse(status=whole.status, headers=headers)
    await started.prepare(request)
    await started.write(body[:part])
    await asyncio.sleep(wait_s)
    close(request)
    return started


async def _without_length(
    request: web.Request, whole: web.Response, more: int, at_most: int | None = None
) -> web.StreamResponse:
    """Send the body in chunks, and `more` zeros after it, as long as the client reads them.

    After `at_most` bytes the connection closes without a last chunk.
    """
    if not isinstance(whole.body, bytes):
        raise TypeError("only a body of bytes can be sent in chunks")
    headers = whole.headers.copy()
    headers.pop("Content-Length", None)
    started = web.StreamResponse(status=whole.status, headers=headers)
    started.enable_chunked_encoding()
    await started.prepare(request)
    await started.write(whole.body[:at_most])
    if at_most is not None:
        _close(request)
        return started
    with suppress(ConnectionResetError):  # the client has seen enough
        while more > 0:
            await started.write(bytes(min(more, _PIECE_BYTES)))
            more -= _PIECE_BYTES
        await started.write_eof()
    return started


async def _unframed(request: web.Request, whole: web.Response, part: int) -> web.StreamResponse:
    """Send a part of the body that only the end of the connection ends."""
    transport = request.transport
    if not isinstance(whole.body, bytes) or transport is None:
        raise Dropped
    headers = {**whole.headers, "Content-Type": whole.content_type, "Connection": "close"}
    headers.pop("Content-Length", None)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    transport.write(f"HTTP/1.1 {whole.status} OK\r\n{head}\r\n".encode() + whole.body[:part])
    transport.close()
    raise Dropped


def _other_content(faults: Faults, body: bytes, item: str | None) -> bytes:
    """What the service has in place of the content."""
    is_video = body[4:8] == b"ftyp"
    if fault := faults.fires("half", "content", item):
        body = body[: int(len(body) * (0.5 if fault.value is None else fault.value))]
    if fault := faults.fires("oversize", "content", item):
        body += bytes(1 << 20 if fault.value is None else int(fault.value))
    if faults.fires("reencoded", "content", item):
        body += mp4.box(b"free", b"again") if is_video else b"again"
    if faults.fires("other_kind", "content", item):
        body = Media(seed=1).content(0, 0, Shape(video=not is_video, camera=0, picture=0), datetime(2020, 5, 4))  # noqa: DTZ001
    return body


def _close(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.close()


def _reset(request: web.Request) -> None:
    if request.transport is not None:
        open_socket: socket.socket = request.transport.get_extra_info("socket")
        open_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        request.transport.abort()


def content(
    faults: Faults,
    request: web.Request,
    body: bytes,
    *,
    headers: dict[str, str],
    item: str | None,
    ranges: bool = True,
) -> web.Response:
    """The bytes of an item, or the part in `Range` where the service supports `ranges` (RFC 9110, section 14)."""
    body = _other_content(faults, body, item)
    etag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
    headers = {**headers, "ETag": etag}
    if ranges:
        headers["Accept-Ranges"] = "bytes"
    wanted = _wanted(request, len(body), etag) if ranges else None
    if wanted is None:
        return web.Response(body=body, headers=headers)
    fault, value = next(
        ((name, fired.value or 0) for name in _RANGE_FAULTS if (fired := faults.fires(name, "content", item))),
        ("", 0.0),
    )
    if fault == "ignore_range":
        return web.Response(body=body, headers=headers)
    if fault == "other_etag":
        body = bytes(255 - byte for byte in body)
        del headers["ETag"]
        headers |= {} if value else {"ETag": '"another"'}
    if fault == "refuse_range" or not wanted:
        return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{len(body)}"})
    start, stop = wanted[0], wanted[-1] + 1
    if fault == "wrong_range":
        start = max(0, start - 1)
    if fault == "short_range":
        stop = start + max(1, (stop - start) // 2)
    said = f"bytes {start}-{stop - 1}/{len(body)}"
    if fault == "odd_range":
        odd = {1: "some bytes", 2: f"bytes {stop - 1}-{start}/{len(body)}", 3: f"bytes {start}-{stop - 1}/{stop + 1}"}
        said = odd.get(int(value), "")
    named = {"Content-Range": said} if said else {}
    return web.Response(status=206, body=body[start:stop], headers={**headers, **named})


def _wanted(request: web.Request, size: int, etag: str) -> Sequence[int] | None:
    """The requested range; empty: not satisfiable; None: the whole content."""
    if "Range" not in request.headers or request.headers.get("If-Range", etag) != etag:
        return None
    try:
        asked = request.http_range
    except ValueError:
        return None
    return range(size)[asked]
