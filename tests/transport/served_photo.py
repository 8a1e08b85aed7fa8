"""A photo that the scripted server sends, whole or in part."""

from __future__ import annotations

from dataclasses import replace

from tests.transport.scripted_server import Reply, Server

CONTENT = bytes(range(256)) * 4
HALF = len(CONTENT) // 2
ETAG = '"version-1"'


def photo(cut: int | None = None, **headers: str) -> Reply:
    return Reply(200, CONTENT, {"Content-Type": "image/jpeg", "ETag": ETAG, **headers}, cut=cut)


def rest(start: int = HALF, *, content_range: str | None = None, cut: int | None = None, **headers: str) -> Reply:
    content_range = content_range or f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}"
    return Reply(206, CONTENT[start:], {"Content-Range": content_range, "ETag": ETAG, **headers}, cut=cut)


def changed(reply: Reply, headers: dict[str, str]) -> Reply:
    return replace(reply, headers={**reply.headers, **headers})


def ranges(server: Server) -> list[tuple[str | None, str | None]]:
    return [(request.headers.get("Range"), request.headers.get("If-Range")) for request in server.requests]
