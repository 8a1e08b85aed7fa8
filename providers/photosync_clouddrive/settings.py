"""The configuration of a Cloud Drive account, and its validation."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from photosync.documents import page_url
from photosync.errors import ConfigError, ProviderError
from photosync.provider import AccountSettings, ConfigPath, Duration, Question, SecretText, SetUp, copied_secret
from photosync.provider_kit.json_fields import text
from photosync.transport.hosts import target
from photosync_clouddrive.oauth import RelayMethod

CHUNK_BYTES = 500 * 1024 * 1024


_STEPS = f"""Amazon closed Cloud Drive at the end of 2023; this is for accounts and servers that still answer.
1. Open https://developer.amazon.com/loginwithamazon/console/site/lwa/overview.html and choose your security profile.
2. Show its Client ID and Client Secret, to copy them here. ({page_url("clouddrive")} has other ways.)"""


def _words(value: object) -> object:
    return tuple(value.split()) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
"""A list, or one text separated by spaces."""


class CloudDriveSettings(AccountSettings):
    """The account's own keys."""

    secret_keys: ClassVar[frozenset[str]] = frozenset({"client_secret", "client_data", "token"})

    client_id: SecretText | None = None
    client_secret: SecretText | None = None
    client_data: ConfigPath | None = None
    """acd_cli's file with CLIENT_ID and CLIENT_SECRET, in place of the two."""
    relay: str | None = None
    """The URL of a relay with a client's secret, for users without their own client."""
    relay_method: RelayMethod = "post"
    sign_in: Literal["own", "relay"] | None = None
    """Which of the two gives tokens; by default the own client, if configured."""
    token: ConfigPath | None = None
    """The token file, such as acd_cli's `oauth.json`; by default one in the user's state folder."""
    scopes: Words = ("clouddrive:read_all",)
    redirect_uri: str = "http://localhost"
    """The redirect URI that is registered for the client."""
    all_files: bool = False
    """Save all files, not just photos and videos."""
    trusted_hosts: Words = ()
    """More hosts to which the token may be sent: `drive.example.org`, `.example.org` or an origin."""
    chunk_bytes: Annotated[int, Field(ge=1)] = CHUNK_BYTES
    """The maximum size of one range request."""
    upload_wait: Duration = timedelta(seconds=60)
    """The minimum time to search for a file that was sent completely without an answer; large ones get more time."""

    @classmethod
    def set_up(cls) -> SetUp:
        """A client of the user's own."""
        return SetUp((Question("client_id", "Client ID"), Question("client_secret", "Client Secret", True)), _STEPS)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.client_id is None) != (self.client_secret is None):
            missing = "client_secret" if self.client_secret is None else "client_id"
            raise ValueError(f"'{missing}' is missing: 'client_id' and 'client_secret' belong together")
        if self.client_id is not None and self.client_data is not None:
            raise ValueError("keep one of 'client_data' and 'client_id' with 'client_secret'")
        if self.sign_in == "relay" and self.relay is None:
            raise ValueError("'sign_in: relay' needs the relay's address in 'relay'; no public one is left")
        if self.sign_in == "own" and not (self.client_id or self.client_data):
            raise ValueError("'sign_in: own' needs 'client_id' and 'client_secret', or 'client_data'")
        if self.relay is not None and "${" not in self.relay:
            _check_relay(self.relay)
        return self

    @property
    def uses(self) -> Literal["own", "relay"] | None:
        """The source of tokens. A failure of one never leads to the other."""
        if self.sign_in is not None:
            return self.sign_in
        if self.client_id is not None or self.client_data is not None:
            return "own"
        return "relay" if self.relay is not None else None


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """The name and secret of the user's own client."""

    id: str
    secret: str


def client_of(settings: CloudDriveSettings, account: str) -> ClientCredentials:
    """The user's own client. Raises a `ConfigError` with the name of an invalid file."""
    if settings.client_data is None:
        return ClientCredentials(settings.client_id or "", settings.client_secret or "")
    path = settings.client_data
    where = f"account '{account}': the file {path} (client_data)"
    try:
        content: object = json.loads(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"{where} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{where} is no JSON") from error
    id_, secret = text(content, "CLIENT_ID"), text(content, "CLIENT_SECRET")
    if id_ is None or secret is None:
        raise ConfigError(f'{where} needs both keys: {{"CLIENT_ID": "…", "CLIENT_SECRET": "…"}}')
    try:
        return ClientCredentials(copied_secret(id_), copied_secret(secret))
    except ValueError as error:
        raise ConfigError(f"{where}: a value {error}") from error


def _check_relay(url: str) -> None:
    try:
        target(url)  # which permits plain http for loopback only
    except ProviderError as error:
        raise ValueError("'relay' must be an address that begins with https://: the relay sees the tokens") from error
