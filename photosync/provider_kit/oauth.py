"""The OAuth 2.0 authorization-code flow with PKCE (RFC 6749, section 4.1, and RFC 7636), with a person's help.

    form = ask_consent(person, link, purpose="sign in to Example")
    token = ask_token(transport, token_url, {**form, "client_id": client_id, "client_secret": client_secret})

The browser sends the code to a listener on this computer, or the person copies the browser's last address. The provider
interprets the token's answer, and explains refusals to the user.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from photosync.errors import ProviderError, SignInError
from photosync.provider import Interaction
from photosync.provider_kit.json_fields import Json, json_object, text
from photosync.transport import Transport

WAIT_FOR_PERSON_S = 300.0
"""The time limit for the person in the browser."""
_SECRETS = ("code", "code_verifier", "refresh_token", "client_secret")
_MOST_BYTES = 64 * 1024
"""Of the answer with a token, which has some 2 kB."""
_ANSWERED = (200, 400, 401, 403)
"""The statuses of RFC 6749, section 5.2, and those that services use in addition."""


class TokenRefusedError(Exception):
    """A token endpoint gave no token. `word` is its error code; `said` has its description too, and no secrets."""

    def __init__(self, content: Json, status: int, redacted: Callable[[str], str]) -> None:
        self.word = text(content, "error") or f"HTTP {status}"
        description = text(content, "error_description")
        self.said = redacted(f"{self.word}: {description}" if description else self.word)
        super().__init__(self.said)


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """The parameters of the consent page's address, except the client and the scopes."""

    redirect_uri: str
    state: str
    code_verifier: str = field(repr=False)

    def link(self, authorize_url: str, client_id: str, scopes: Sequence[str]) -> str:
        """The address with the standard parameters only."""
        from oauthlib.oauth2 import WebApplicationClient  # noqa: PLC0415 - slow to load, and rarely needed

        client = WebApplicationClient(client_id)
        # oauthlib refuses plain http, which is used only for loopback here.
        link: str = client.prepare_request_uri(
            urlsplit(authorize_url)._replace(scheme="https").geturl(),
            redirect_uri=self.redirect_uri,
            scope=list(scopes),
            state=self.state,
            code_challenge=client.create_code_challenge(self.code_verifier, "S256"),
            code_challenge_method="S256",
        )
        return urlsplit(link)._replace(scheme=urlsplit(authorize_url).scheme).geturl()


def ask_consent(
    person: Interaction,
    link: Callable[[AuthorizationRequest], str],
    *,
    purpose: str,
    redirect_uri: str | None = None,
    timeout_s: float = WAIT_FOR_PERSON_S,
) -> dict[str, str]:
    """Let the person consent in a browser; returns the fields of the token request. Raises `SignInError`.

    `redirect_uri` is for a service that accepts only registered redirect URIs; the listener then uses its port if
    possible.
    """
    from photosync.provider_kit.loopback import RedirectListener  # noqa: PLC0415 - slow to load, and rarely needed

    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(64)
    listener = None
    if person.browser_allowed or person.port is not None:
        try:
            listener = RedirectListener(state, port=person.port, redirect_uri=redirect_uri)
        except OSError as error:
            person.show(f"No answer can be received here ({error.strerror}): copy it from the browser in the end.")
    redirect_uri = listener.redirect_uri if listener else redirect_uri or "http://localhost"
    request = AuthorizationRequest(redirect_uri, state, verifier)
    with listener or nullcontext():
        person.show_link(link(request), purpose)
        code = listener.wait(timeout_s) if listener else _pasted_code(person, request)
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }


def ask_token(transport: Transport, token_url: str, form: Mapping[str, str]) -> Json:
    """The answer of a token endpoint with an access token. Raises `TokenRefusedError`, `ProviderError`."""
    transport.hide(*(form[name] for name in _SECRETS if name in form))
    is_repeatable = "code" not in form  # a code is valid once
    answer = transport.request(
        "POST",
        token_url,
        form=form,
        accept=_ANSWERED,
        idempotent=is_repeatable,
        needs_storage=False,
        signed=False,
    )
    content = json_object(answer.body)
    if answer.is_html:  # of a proxy, or an outage: no refusal
        raise ProviderError(
            f"The token endpoint answered {answer.status} with a web page; try again later.", answer.status
        )
    if answer.status != 200:
        raise TokenRefusedError(content, answer.status, transport.redacted)
    # It will be written to the token file: nothing unusable may replace a good token there.
    if access_token(content) is None or len(answer.body) > _MOST_BYTES:
        raise ProviderError("The token endpoint answered without a usable token; try again later.", 200)
    transport.hide(*(found for name in ("access_token", "refresh_token") if (found := text(content, name))))
    return content


def access_token(content: Json) -> str | None:
    """The access token in an answer; None for one that no header can have."""
    found = text(content, "access_token")
    return found if found is not None and found.isascii() and found.isprintable() and " " not in found else None


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
    """The code in a copied text: a whole address, its query, or only the code. Raises `SignInError`."""
    from photosync.provider_kit.loopback import code_of, parameters_of  # noqa: PLC0415 - slow to load, and rarely needed

    compact = "".join(pasted.split())  # terminals and e-mails break long lines
    if not compact:
        raise SignInError("Nothing was pasted. Sign in again, and copy the browser's whole address.")
    if not any(mark in compact for mark in ("://", "?", "code=", "error=")):
        return compact
    try:
        found = parameters_of(urlsplit(compact).query or compact.rpartition("?")[2])
        is_ours = secrets.compare_digest(found.get("state", state).encode(), state.encode())
    except ValueError as error:
        raise SignInError("This is no address. Sign in again, and copy the browser's whole address.") from error
    if not is_ours:
        raise SignInError("This address belongs to another sign-in: its 'state' differs. Sign in again.")
    return code_of(found)
