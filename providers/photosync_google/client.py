"""The OAuth client that a user makes in Google's console, read from the file that the console hands out.

Facts: protocol notes on Google Photos, section 1.2.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from photosync.errors import ConfigError, ProviderError
from photosync.transport.hosts import target

_ADVICE = (
    "Download the file of an OAuth client of the type 'Desktop app' from https://console.cloud.google.com/auth/clients "
    "and name it with 'client_secret'; docs/google.md shows how."
)
_KINDS = ("installed", "web")


@dataclass(frozen=True, slots=True)
class Client:
    """An OAuth client."""

    path: Path
    client_id: str
    client_secret: str = field(repr=False)
    auth_uri: str
    token_uri: str

    @property
    def revoke_uri(self) -> str:
        """The file does not name it; it lies beside the token's."""
        return self.token_uri.rpartition("/")[0] + "/revoke"


def read_client(path: Path, account: str) -> Client:
    """The client in the file. Raises `ConfigError` that says what is wrong with it, and which file to download."""
    try:
        return _client(path, json.loads(path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        problem = f"{path} cannot be read ({error.strerror})"
    except ValueError as error:
        # Not the parser's own words: they may quote the file.
        problem = f"{path} {error}" if isinstance(error, _NoClientError) else f"{path} is no JSON"
    raise ConfigError(f"account '{account}': {problem}. {_ADVICE}")


class _NoClientError(ValueError):
    """The file is something else."""


def _client(path: Path, content: object) -> Client:
    part = next((content[kind] for kind in _KINDS if kind in content), None) if isinstance(content, Mapping) else None
    if not isinstance(part, Mapping):
        raise _NoClientError(_what_it_is(content))
    values = {}
    for key in ("client_id", "client_secret", "auth_uri", "token_uri"):
        value = part.get(key)
        if not isinstance(value, str) or not value:
            raise _NoClientError(f"has no '{key}'; it is not complete")
        values[key] = value
    for key in ("auth_uri", "token_uri"):
        try:
            target(values[key])
        except ProviderError:
            raise _NoClientError(f"names a '{key}' that is no https address") from None
    return Client(path, **values)


def _what_it_is(content: object) -> str:
    keys = set(content) if isinstance(content, Mapping) else set()
    if "private_key" in keys:
        return "is the key of a service account, which Google Photos refuses"
    if "refresh_token" in keys:
        return "is a token, not a client; a token belongs under 'token'"
    return "is no OAuth client: it has neither 'installed' nor 'web'"
