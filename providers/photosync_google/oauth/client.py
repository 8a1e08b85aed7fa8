"""The OAuth client that a user creates in Google's console, read from the console's file.

Facts: protocol notes on Google Photos, section 1.2.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from photosync.documents import page_url
from photosync.errors import ConfigError, ProviderError
from photosync.provider import copied_secret
from photosync.provider_kit.json_fields import Json, as_object, part, text
from photosync.transport.hosts import target

_ADVICE = (
    "Download the file of an OAuth client of the type 'Desktop app' from https://console.cloud.google.com/auth/clients "
    f"and name it with 'client_secret'; {page_url('google')} shows how."
)


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """An OAuth client."""

    path: Path
    client_id: str
    client_secret: str = field(repr=False)
    auth_uri: str
    token_uri: str

    @property
    def revoke_uri(self) -> str:
        """The file does not have it; it follows from the token's address."""
        return self.token_uri.rpartition("/")[0] + "/revoke"


def read_client(path: Path, account: str) -> OAuthClient:
    """The client in the file. Raises a `ConfigError` with the problem, and the file to download."""
    try:
        return _client(path, json.loads(path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
    except (json.JSONDecodeError, RecursionError):
        problem = "is no JSON"  # without the parser's message, which may quote the file
    except UnicodeDecodeError:
        problem = "is no text"
    except ValueError as error:
        problem = str(error)
    raise ConfigError(f"account '{account}': {path} {problem}. {_ADVICE}")


def _client(path: Path, content: object) -> OAuthClient:
    """Raises a `ValueError` whose text continues a sentence about the file."""
    client = part(content, "installed") or part(content, "web")
    if not client:
        raise ValueError(_what_it_is(as_object(content)))
    values = {}
    for key in ("client_id", "client_secret", "auth_uri", "token_uri"):
        value = text(client, key)
        if value is None:
            raise ValueError(f"has no '{key}'; it is not complete")
        try:
            values[key] = copied_secret(value)
        except ValueError as error:
            raise ValueError(f"is not usable: its '{key}' {error}") from None
    for key in ("auth_uri", "token_uri"):
        try:
            target(values[key])
        except ProviderError:
            raise ValueError(f"names a '{key}' that is no https address") from None
    return OAuthClient(path, **values)


def _what_it_is(content: Json) -> str:
    if "private_key" in content:
        return "is the key of a service account, which Google Photos refuses"
    if "refresh_token" in content:
        return "is a token, not a client; a token belongs under 'token'"
    return "is no OAuth client: it has neither 'installed' nor 'web'"
