"""What the connections trust: certifi's authorities, or those that `REQUESTS_CA_BUNDLE` or `CURL_CA_BUNDLE` names.

They are loaded once. By itself urllib3 loads them for each connection, which takes 15 ms of CPU with those of certifi:
more than a photo.
"""

from __future__ import annotations

import os
import ssl
from functools import lru_cache
from pathlib import Path

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.util.ssl_ import create_urllib3_context

from photosync.errors import ConfigError

_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""As in requests; the first that is set counts."""


def tls_context() -> ssl.SSLContext:
    """The context of all TLS connections. Raises `ConfigError` if the environment names no usable certificates."""
    variable, path = next(
        ((name, os.environ[name]) for name in _VARIABLES if os.environ.get(name)), ("certifi", DEFAULT_CA_BUNDLE_PATH)
    )
    if not Path(path).exists():
        raise ConfigError(f"{variable} names '{path}', which does not exist. Correct it or unset it.")
    try:
        return _loaded(path)
    except OSError:
        raise ConfigError(
            f"{variable} names '{path}', from which no certificates can be read. Correct it or unset it."
        ) from None


@lru_cache(maxsize=4)
def _loaded(path: str) -> ssl.SSLContext:
    context = create_urllib3_context()
    if Path(path).is_dir():
        context.load_verify_locations(capath=path)
    else:
        context.load_verify_locations(path)
    context.set_alpn_protocols(["http/1.1"])
    # urllib3 sets these again for each connection. While another thread opens one, that may end the process
    # (https://github.com/python/cpython/issues/141012).
    context.set_alpn_protocols = lambda _: None  # type: ignore[assignment, method-assign]
    return context
