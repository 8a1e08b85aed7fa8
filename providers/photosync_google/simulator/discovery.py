"""The description of the Picker API that google-api-python-client reads first: `build("photospicker", "v1")`.

Form: <https://developers.google.com/discovery/v1/reference/apis>; methods: protocol notes on Google Photos, section 2.
"""

from __future__ import annotations

from aiohttp import web

from photosync.testing.routes import Route
from photosync_google.simulator.consent import SCOPE
from photosync_google.simulator.errors import google_error

_PATH = "/$discovery/rest"
_OLD_PATH = "/discovery/v1/apis/{api}/{version}/rest"
"""At `www.googleapis.com`, where the library looks first."""
_LOOPBACK = ("127.0.0.1", "localhost")
_TEXT = {"type": "string"}
_SESSION = {"sessionId": {**_TEXT, "location": "path", "required": True}}


def routes() -> list[Route]:
    """Nobody has to be signed in for them."""
    return [Route("GET", _PATH, _answer, signed=False), Route("GET", _OLD_PATH, _unknown, signed=False)]


async def _unknown(_request: web.Request) -> web.StreamResponse:
    return google_error(404, "NOT_FOUND", "Requested entity was not found.")


async def _answer(request: web.Request) -> web.StreamResponse:
    """The description, with the address at which it was requested: Google's own, where a proxy leads that here."""
    scheme = "http" if request.url.host in _LOOPBACK else "https"
    root = f"{scheme}://{request.host}/"
    return web.json_response(
        {
            "kind": "discovery#restDescription",
            "discoveryVersion": "v1",
            "id": "photospicker:v1",
            "name": "photospicker",
            "version": "v1",
            "protocol": "rest",
            "rootUrl": root,
            "servicePath": "",
            "baseUrl": root,
            "batchPath": "batch",
            "auth": {"oauth2": {"scopes": {SCOPE: {"description": "See selected items"}}}},
            "parameters": {"alt": {**_TEXT, "location": "query", "default": "json"}},
            "schemas": {name: {"id": name, "type": "object"} for name in ("Empty", "Items", "PickingSession")},
            "resources": {
                "sessions": {
                    "methods": {
                        "create": _method(
                            "POST", "v1/sessions", "PickingSession", {"requestId": _query()}, has_body=True
                        ),
                        "get": _method("GET", "v1/sessions/{sessionId}", "PickingSession", _SESSION),
                        "delete": _method("DELETE", "v1/sessions/{sessionId}", "Empty", _SESSION),
                    }
                },
                "mediaItems": {
                    "methods": {
                        "list": _method(
                            "GET",
                            "v1/mediaItems",
                            "Items",
                            {"sessionId": _query(), "pageSize": _query("integer"), "pageToken": _query()},
                        )
                    }
                },
            },
        }
    )


def _query(kind: str = "string") -> dict[str, object]:
    return {"type": kind, "location": "query"}


def _method(
    verb: str, path: str, answered: str, parameters: dict[str, dict[str, object]], *, has_body: bool = False
) -> dict[str, object]:
    method: dict[str, object] = {
        "id": f"photospicker.{path}.{verb}",
        "httpMethod": verb,
        "path": path,
        "flatPath": path,
        "parameters": parameters,
        "parameterOrder": [name for name, each in parameters.items() if each.get("required")],
        "response": {"$ref": answered},
        "scopes": [SCOPE],
    }
    return method | ({"request": {"$ref": "PickingSession"}} if has_body else {})
