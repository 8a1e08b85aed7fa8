"""Errors as Google's APIs word them (protocol notes on Google Photos, section 2.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aiohttp import web

_CONSOLE = "https://console.developers.google.com/apis/api/photospicker.googleapis.com/overview?project=123"


def google_error(
    status: int, word: str, message: str, reason: str = "", metadata: Mapping[str, str] | None = None
) -> web.Response:
    """An error, with the reason that clients are to go by."""
    error: dict[str, object] = {"code": status, "message": message, "status": word}
    if reason:
        info: dict[str, object] = {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "domain": "googleapis.com",
        }
        error["details"] = [info | ({"metadata": dict(metadata)} if metadata else {})]
    return web.json_response({"error": error}, status=status)


REFUSALS: Mapping[str, Callable[[], web.Response]] = {
    "service_disabled": lambda: google_error(
        403,
        "PERMISSION_DENIED",
        "Photos Picker API has not been used in project 123 before or it is disabled.",
        "SERVICE_DISABLED",
        {"service": "photospicker.googleapis.com", "consumer": "projects/123", "activationUrl": _CONSOLE},
    ),
    "scope_insufficient": lambda: google_error(
        403,
        "PERMISSION_DENIED",
        "Request had insufficient authentication scopes.",
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
    ),
    "no_photos": lambda: google_error(400, "FAILED_PRECONDITION", "Precondition check failed."),
    "quota_403": lambda: google_error(403, "PERMISSION_DENIED", "Rate limit.", "RATE_LIMIT_EXCEEDED"),
    "invalid_argument": lambda: google_error(
        400, "INVALID_ARGUMENT", "Request contains an invalid argument, says the simulator."
    ),
    "too_many": lambda: google_error(429, "RESOURCE_EXHAUSTED", "Quota exceeded.", "RATE_LIMIT_EXCEEDED"),
}
"""What may be wrong with any call, by the name of its switch."""
