"""Lost connections in words. The originals' own messages hold whole URLs, and with them secrets."""

from __future__ import annotations

import ssl

import requests
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
)

from photosync.errors import ConfigError, PhotosyncError, ProviderError, Reason, TemporaryError
from photosync.transport.backoff import TryAgainError


def explained(
    error: requests.exceptions.RequestException | HTTPError, where: str, timeout_s: tuple[float, float]
) -> TryAgainError | PhotosyncError:
    """What `error` means for a request to the host `where`."""
    if isinstance(error, requests.exceptions.InvalidProxyURL):
        return ConfigError("The proxy in the environment (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY) is no usable address.")
    if isinstance(error, requests.exceptions.InvalidHeader | requests.exceptions.InvalidURL):
        return ProviderError(f"{where} answered in a way that is not HTTP, or was asked for something that is no URL.")
    causes = _causes(error)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return TemporaryError(
                f"{where} could not prove who it is ({cause.verify_message}), so nothing was sent. If your network "
                "has a certificate authority of its own, name its file in REQUESTS_CA_BUNDLE.",
                Reason.UNREACHABLE,
            )
    unprocessed = any(isinstance(cause, NewConnectionError | ConnectTimeoutError) for cause in causes)
    return TryAgainError(_words(causes, where, timeout_s), Reason.UNREACHABLE, unprocessed=unprocessed)


def _words(causes: list[BaseException], where: str, timeout_s: tuple[float, float]) -> str:
    # The first that applies: most of these are special cases of others further down.
    words: list[tuple[type[BaseException], str]] = [
        (ProxyError, f"the proxy on the way to {where} cannot be reached or refuses"),
        (NameResolutionError, f"the name {where} cannot be resolved"),
        (ConnectionRefusedError, f"{where} refuses connections"),
        (NewConnectionError, f"{where} cannot be reached"),
        (ConnectTimeoutError, f"no connection to {where} within {timeout_s[0]:g} s"),
        (requests.exceptions.Timeout, f"no answer from {where} within {timeout_s[1]:g} s"),
        (ssl.SSLError, f"no secure connection to {where}"),
    ]
    for kind, text in words:
        if any(isinstance(cause, kind) for cause in causes):
            return text
    return f"the connection to {where} was lost"


def _causes(error: BaseException) -> list[BaseException]:
    """`error` and everything that it wraps."""
    found: list[BaseException] = []
    todo: list[object] = [error]
    while todo:
        one = todo.pop()
        if not isinstance(one, BaseException) or any(one is known for known in found):
            continue
        found.append(one)
        todo += [one.__cause__, one.__context__, *one.args]
        if isinstance(one, MaxRetryError):
            todo.append(one.reason)
        if isinstance(one, HTTPError):
            todo.append(getattr(one, "original_error", None))
    return found
