"""The bodies of requests that change something, and the answer to a refused one."""

from __future__ import annotations

import json
from collections.abc import Mapping

from aiohttp import web


async def body_of(request: web.Request) -> Mapping[str, object]:
    """The JSON object of a request; empty for any other body."""
    try:
        content: object = json.loads(await request.read())
    except ValueError:
        return {}
    return content if isinstance(content, Mapping) else {}


def refused(message: str, status: int = 400, code: str = "") -> web.Response:
    """The service's answer to a refused request."""
    return web.json_response({"logref": "simulated", "message": message, "code": code}, status=status)
