"""Errors in the words of Google's APIs (protocol notes on Google Photos, section 2.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aiohttp import web

_CONSOLE = "https://console.developers.google.com/apis/api/{}/overview?project=123"


def google_error(
    status: int, word: str, message: str, reason: str = "", metadata: Mapping[str, str] | None = None
) -> web.Response:
    """An error, with the reason that clients should check."""
    error: dict[str, object] = {"code": status, "message": message, "status": word}
    if reason:
        info: dict[str, object] = {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "domain": "googleapis.com",
        }
        error["details"] = [info | ({"metadata": dict(metadata)} if metadata else {})]
    return web.json_response({"error": error}, status=status)


def disabled(title: str, service: str) -> web.Response:
    """An API that is not enabled in the client's project."""
    return google_error(
        403,
        "PERMISSION_DENIED",
        f"{title} has not been used in project 123 before or it is disabled.",
        "SERVICE_DISABLED",
        {"service": service, "consumer": "projects/123", "activationUrl": _CONSOLE.format(service)},
    )


def insufficient_scope() -> web.Response:
    """A token without the required scope."""
    return google_error(
        403,
        "PERMISSION_DENIED",
        "Request had insufficient authentication scopes.",
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
    )


def invalid(message: str) -> web.Response:
    """An invalid request."""
    return google_error(400, "INVALID_ARGUMENT", message)


def quota_exceeded(limit: str) -> web.Response:
    """Google's text in bug reports of other uploaders (ylexus/jiotty-photos-uploader, issues 12 and 98)."""
    return google_error(
        429,
        "RESOURCE_EXHAUSTED",
        f"Quota exceeded for quota metric 'Write requests' and limit '{limit}' of service "
        "'photoslibrary.googleapis.com' for consumer 'project_number:123'.",
        "RATE_LIMIT_EXCEEDED",
    )


REFUSALS: Mapping[str, Callable[[], web.Response]] = {
    "service_disabled": lambda: disabled("Photos Picker API", "photospicker.googleapis.com"),
    "scope_insufficient": insufficient_scope,
    "no_photos": lambda: google_error(400, "FAILED_PRECONDITION", "Precondition check failed."),
    "quota_403": lambda: google_error(403, "PERMISSION_DENIED", "Rate limit.", "RATE_LIMIT_EXCEEDED"),
    "invalid_argument": lambda: google_error(
        400, "INVALID_ARGUMENT", "Request contains an invalid argument, says the simulator."
    ),
    "too_many": lambda: google_error(429, "RESOURCE_EXHAUSTED", "Quota exceeded.", "RATE_LIMIT_EXCEEDED"),
}
"""Errors of any call, by the names of their faults."""
