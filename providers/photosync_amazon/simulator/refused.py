"""The bodies of requests that change something, and the answer to a refused one."""

from __future__ import annotations

import json
from collections.abc import Mapping

from aiohttp import web

from photosync.testing.tolerance import Tolerance


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


def version_refusal(wanted: Mapping[str, object], tolerance: Tolerance) -> web.Response | None:
    """The answer where the parameters, or the body, have another version of the API than they must (section 3).

    Whether a request without any is refused is not known: amazon-photos 0.0.97 sends some.
    """
    if "resourceVersion" not in wanted and tolerance.serves("no resourceVersion"):
        return None
    return None if wanted.get("resourceVersion") == "V2" else refused("Invalid resourceVersion: V2 is required")
