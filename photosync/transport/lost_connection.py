"""What became of a request to which no answer came, in words that have no secret."""

from __future__ import annotations

import ssl

import requests
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    InvalidHeader,
    LocationValueError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
    ReadTimeoutError,
)

from photosync.errors import ConfigError, PhotosyncError, ProviderError, Reason, TemporaryError
from photosync.transport.retry import RetryableError
from photosync.transport.sockets import TooSlowError


def connection_failure(
    error: requests.exceptions.RequestException | HTTPError,
    where: str,
    timeout_s: tuple[float, float],
    *,
    is_first_contact: bool,
) -> RetryableError | PhotosyncError:
    """The meaning of `error` for a request to the host `where`. Its own message has whole URLs, and so secrets."""
    if isinstance(error, requests.exceptions.InvalidProxyURL):
        return ConfigError("The proxy in the environment (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY) is no usable address.")
    if isinstance(error, InvalidHeader | LocationValueError | requests.exceptions.InvalidURL):
        return ProviderError(f"{where} answered in a way that is not HTTP, or was asked for something that is no URL.")
    causes = _causes(error)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return TemporaryError(
                f"{where} could not prove who it is ({cause.verify_message}), so nothing was sent. If your network "
                "has a certificate authority of its own, name its file in REQUESTS_CA_BUNDLE.",
                Reason.UNREACHABLE,
            )
    return RetryableError(
        _words(causes, where, timeout_s),
        Reason.UNREACHABLE,
        is_unprocessed=any(isinstance(cause, NewConnectionError | ConnectTimeoutError) for cause in causes),
        is_first_contact=is_first_contact,
    )


def _words(causes: list[BaseException], where: str, timeout_s: tuple[float, float]) -> str:
    # The first that applies: most of these are special cases of others further down.
    words: list[tuple[type[BaseException], str]] = [
        (ProxyError, f"the proxy on the way to {where} cannot be reached or refuses"),
        (NameResolutionError, f"the name {where} cannot be resolved"),
        (ConnectionRefusedError, f"{where} refuses connections"),
        (NewConnectionError, f"{where} cannot be reached"),
        (TooSlowError, f"{where} sent or took too little"),
        (ConnectTimeoutError, f"no connection to {where} within {timeout_s[0]:g} s"),
        (ReadTimeoutError, f"no answer from {where} within {timeout_s[1]:g} s"),
        (ssl.SSLError, f"no secure connection to {where}"),
    ]
    found = (text for kind, text in words if any(isinstance(cause, kind) for cause in causes))
    return next(found, f"the connection to {where} was lost")


def _causes(error: BaseException) -> list[BaseException]:
    """`error` and all errors that it wraps."""
    found: list[BaseException] = []
    todo: list[object] = [error]
    while todo:
        one = todo.pop()
        if not isinstance(one, BaseException) or any(one is known for known in found):
            continue
        found.append(one)
        # urllib3 has the wrapped error in one of the two attributes.
        inner = (getattr(one, name, None) for name in ("reason", "original_error"))
        todo += [one.__cause__, one.__context__, *one.args, *inner]
    return found
