"""The sources of tokens: Login with Amazon with the user's own client, or a relay with another client.

Facts: protocol notes on Amazon Cloud Drive, sections 1.1 to 1.5. The configuration selects
one of the two; a failure of one never leads to the other.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol
from urllib.parse import urlsplit

from photosync.errors import SignInError
from photosync.provider import Interaction
from photosync.provider_kit.json_fields import Json, json_object, number, text
from photosync.provider_kit.oauth import TokenRefusedError, access_token, ask_consent, ask_token
from photosync.transport import Answer, Transport
from photosync.user_folders import expanded

RelayMethod = Literal["post", "get", "json"]

_LIFETIME_S = 3600
_MARGIN_S = 120
"""A token counts as expired this long before its end."""
_CONFIGURED_WRONG = "Check 'client_id', 'client_secret', 'scopes' and 'redirect_uri' of this account"


class TokenSource(Protocol):
    """The source of an account's tokens."""

    def refresh(self, refresh_token: str) -> Json:
        """A new token. Raises `SignInError` if a person is needed, `TemporaryError` if a later attempt may succeed."""

    def sign_in(self, interaction: Interaction, scopes: Sequence[str]) -> Json:
        """The first token, with a person's help. Its permissions are in its `scope`, if known."""


@dataclass(frozen=True, slots=True)
class OwnClient:
    """The user's own security profile."""

    account: str
    transport: Transport
    client_id: str
    client_secret: str
    authorize_url: str
    token_url: str
    redirect_uri: str

    def refresh(self, refresh_token: str) -> Json:
        """Request a new access token; the refresh token remains valid."""
        return self._token({"grant_type": "refresh_token", "refresh_token": refresh_token})

    def sign_in(self, interaction: Interaction, scopes: Sequence[str]) -> Json:
        """Let the person consent in a browser, and exchange the code for a token.

        https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html recommends PKCE.
        """
        form = ask_consent(
            interaction,
            lambda request: request.link(self.authorize_url, self.client_id, scopes),
            purpose="sign in to Amazon Cloud Drive",
            redirect_uri=self.redirect_uri,
        )
        token = self._token(form)
        if text(token, "refresh_token") is None:
            raise SignInError(f"account '{self.account}': Amazon gave no refresh_token. {_CONFIGURED_WRONG}.")
        return {"scope": " ".join(scopes), **token}

    def _token(self, form: dict[str, str]) -> Json:
        asked_at = time.time()
        is_refresh = "refresh_token" in form
        form = {**form, "client_id": self.client_id, "client_secret": self.client_secret}
        try:
            return completed(ask_token(self.transport, self.token_url, form), asked_at)
        except TokenRefusedError as refusal:
            raise SignInError(f"account '{self.account}': {_meaning(refusal, self.account, is_refresh)}") from refusal


def _meaning(refusal: TokenRefusedError, account: str, is_refresh: bool) -> str:
    again = f"Sign in again with: photosync login {account}"
    if refusal.word == "invalid_grant" and is_refresh:
        return (
            f"Amazon no longer accepts this sign-in ({refusal.said}); access was taken back, or the token is another "
            f"client's. {again}"
        )
    if refusal.word == "invalid_grant":
        return f"Amazon did not accept the code ({refusal.said}); it is good once and for a few minutes. {again}"
    if refusal.word == "invalid_client":
        return (
            f"Amazon does not know this client ({refusal.said}). Check 'client_id' and 'client_secret' of this "
            "account, or the file that 'client_data' names."
        )
    return f"Amazon gave no token ({refusal.said}). {_CONFIGURED_WRONG}."


@dataclass(frozen=True, slots=True)
class Relay:
    """A third party that has a client's secret. It sees every token, and one relay has mixed them up (section 1.4)."""

    account: str
    transport: Transport
    url: str
    method: RelayMethod
    check_account: Callable[[str], None]
    """Raises `SignInError` if an access token is for another account."""
    warn: Callable[[], None]
    """Warns the user, the first time, about the risk of a relay."""

    @property
    def host(self) -> str:
        """The relay's host, for messages."""
        return urlsplit(self.url).netloc

    def refresh(self, refresh_token: str) -> Json:
        """Let the relay request a new token, and accept it only if it is for the same account."""
        self.warn()
        asked_at = time.time()
        content = {"refresh_token": refresh_token}
        # Redirects are included, so that they are not followed; temporary errors are not, so that they are retried.
        accept = [status for status in range(200, 500) if status not in (408, 429)]
        if self.method == "get":
            answer = self.transport.request(
                "GET", self.url, params=content, accept=accept, needs_storage=False, signed=False
            )
        elif self.method == "json":
            answer = self.transport.request(
                "POST", self.url, json=content, accept=accept, needs_storage=False, signed=False
            )
        else:
            answer = self.transport.request(
                "POST", self.url, form=content, accept=accept, needs_storage=False, signed=False
            )
        token = self._checked(answer, refresh_token)
        self.check_account(str(token["access_token"]))
        return completed(token, asked_at)

    def _checked(self, answer: Answer, refresh_token: str) -> Json:
        if answer.status in range(300, 400):
            raise SignInError(
                f"account '{self.account}': the relay {self.host} sent this program elsewhere; it was not followed. "
                "Correct 'relay' if the relay has moved."
            )
        token = json_object(answer.body)
        if answer.status != 200 or access_token(token) is None:
            said = " ".join(answer.body[:2000].decode("utf-8", "replace").replace(refresh_token, "***").split())[:200]
            raise SignInError(
                f"account '{self.account}': the relay {self.host} gave no token (status {answer.status}: {said}). "
                f"Sign in there again with: photosync login {self.account}"
            )
        return token

    def sign_in(self, interaction: Interaction, scopes: Sequence[str]) -> Json:  # noqa: ARG002 - the relay has its own
        """The relay's page offers a token as a download, which the person passes to the program."""
        interaction.show(
            f"The relay {self.host} is not Amazon's: it sees the token, and with it everything in this drive."
        )
        interaction.show_link(self.url, "sign in at the relay, and save the token that it offers")
        given = interaction.ask("Path of the file that was saved (or its content)")
        if not given or not given.strip():
            raise SignInError(f"account '{self.account}': nothing was given, so nobody is signed in.")
        given = given.strip()
        try:
            content = given if given.startswith("{") else expanded(given).read_text(encoding="utf-8")
            token: object = json.loads(content)
        except OSError as error:
            raise SignInError(f"account '{self.account}': {given} cannot be read ({error.strerror}).") from error
        except (ValueError, RecursionError) as error:
            raise SignInError(f"account '{self.account}': what the relay gave is no token: it is no JSON.") from error
        missing = [key for key in ("access_token", "refresh_token") if text(token, key) is None]
        if missing or not isinstance(token, dict):
            raise SignInError(f"account '{self.account}': what the relay gave has no {', '.join(missing)}.")
        return completed(token, time.time())


def completed(token: Json, asked_at: float) -> Json:
    """The token with its time of expiry, in acd_cli's form: counted from before the request was sent."""
    lifetime_s = number(token, "expires_in") or _LIFETIME_S
    content = {"token_type": "bearer", **token, "expires_in": lifetime_s, "exp_time": asked_at + lifetime_s - _MARGIN_S}
    return {key: value for key, value in content.items() if value not in (None, "")}
