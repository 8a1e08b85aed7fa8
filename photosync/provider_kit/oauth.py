"""The OAuth 2.0 authorization-code flow with PKCE (RFC 6749, section 4.1, and RFC 7636), with a person's help.

    form = ask_consent(person, link, purpose="sign in to Example")
    token = ask_token(transport, token_url, {**form, "client_id": client_id, "client_secret": client_secret})

The code comes from the browser to a listener on this computer, or the person copies the address that the browser ended
at. What a token's answer means, and what the user can do about a refusal, is the provider's business.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from photosync.errors import ProviderError, SignInError
from photosync.provider import Interaction
from photosync.provider_kit.json_fields import Json, json_object, text
from photosync.provider_kit.loopback import RedirectListener, code_of, parameters_of
from photosync.transport import Transport

WAIT_FOR_PERSON_S = 300.0
"""How long a person may take in the browser."""
_ANSWERED = (200, 400, 401, 403)
"""RFC 6749, section 5.2, and what services answer besides."""


class TokenRefusedError(Exception):
    """A token endpoint gave no token. `word` is its error code, `said` that and its description."""

    def __init__(self, content: Json, status: int) -> None:
        self.word = text(content, "error") or f"HTTP {status}"
        description = text(content, "error_description")
        self.said = f"{self.word}: {description}" if description else self.word
        super().__init__(self.said)


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What the address that a person opens must carry, besides the client and the scopes."""

    redirect_uri: str
    state: str
    code_verifier: str = field(repr=False)

    def link(self, authorize_url: str, client_id: str, scopes: Sequence[str]) -> str:
        """The address, with nothing in it that is peculiar to a service."""
        from oauthlib.oauth2 import WebApplicationClient  # noqa: PLC0415 - slow to load, and rarely needed

        client = WebApplicationClient(client_id)
        # oauthlib refuses plain http, which here is loopback's alone.
        link: str = client.prepare_request_uri(
            urlsplit(authorize_url)._replace(scheme="https").geturl(),
            redirect_uri=self.redirect_uri,
            scope=list(scopes),
            state=self.state,
            code_challenge=client.create_code_challenge(self.code_verifier, "S256"),
            code_challenge_method="S256",
        )
        return urlsplit(link)._replace(scheme=urlsplit(authorize_url).scheme).geturl()

    def token_form(self, code: str) -> dict[str, str]:
        """The fields of the token request, besides the client's."""
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.code_verifier,
        }


def ask_consent(
    person: Interaction,
    link: Callable[[AuthorizationRequest], str],
    *,
    purpose: str,
    redirect_uri: str | None = None,
    timeout_s: float = WAIT_FOR_PERSON_S,
) -> dict[str, str]:
    """Have the person consent in a browser; returns the `token_form`. Raises `SignInError` where there is no code.

    A service that knows only registered redirect URIs is given its own with `redirect_uri`; the listener then takes the
    port of that one, if it can.
    """
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(64)
    if person.browser_allowed or person.port is not None:
        try:
            listener = RedirectListener(state, port=person.port, redirect_uri=redirect_uri)
        except OSError as error:
            person.show(f"No answer can be received here ({error.strerror}): copy it from the browser in the end.")
        else:
            with listener:
                request = AuthorizationRequest(listener.redirect_uri, state, verifier)
                person.show_link(link(request), purpose)
                return request.token_form(listener.wait(timeout_s))
    request = AuthorizationRequest(redirect_uri or "http://localhost", state, verifier)
    person.show_link(link(request), purpose)
    return request.token_form(_pasted_code(person, request))


def ask_token(transport: Transport, token_url: str, form: Mapping[str, str]) -> Json:
    """The answer of a token endpoint that holds an access token. Raises `TokenRefusedError`, `ProviderError`."""
    transport.hide(*(form[name] for name in ("code", "code_verifier") if name in form))
    is_repeatable = "code" not in form  # a code is good once
    answer = transport.request("POST", token_url, form=form, accept=_ANSWERED, idempotent=is_repeatable, signed=False)
    content = json_object(answer.body)
    if answer.status != 200:
        raise TokenRefusedError(content, answer.status)
    if text(content, "access_token") is None:
        raise ProviderError("The token endpoint answered without a token; its protocol may have changed.", 200)
    transport.hide(*(found for name in ("access_token", "refresh_token") if (found := text(content, name))))
    return content


def _pasted_code(person: Interaction, request: AuthorizationRequest) -> str:
    person.show(
        f"In the end the browser goes to an address that begins with {request.redirect_uri} and may say that it cannot "
        "be reached. That is right: copy the whole address from the browser's address line."
    )
    pasted = person.ask("The address (or the code in it)")
    if pasted is None:
        raise SignInError(
            "Nobody can answer here: run this in a terminal, or with a browser on this computer. "
            "With 'ssh -L PORT:localhost:PORT' and --port PORT the browser of another computer does as well."
        )
    return parse_pasted(pasted, request.state)


def parse_pasted(pasted: str, state: str) -> str:
    """The code in what a person copied: a whole address, its query, or the code alone. Raises `SignInError`."""
    compact = "".join(pasted.split())  # terminals and mails break long lines
    if not compact:
        raise SignInError("Nothing was pasted. Sign in again, and copy the browser's whole address.")
    if not any(mark in compact for mark in ("://", "?", "code=", "error=")):
        return compact
    found = parameters_of(urlsplit(compact).query or compact.rpartition("?")[2])
    if "state" in found and not secrets.compare_digest(found["state"].encode(), state.encode()):
        raise SignInError("This address belongs to another sign-in: its 'state' differs. Sign in again.")
    return code_of(found)
