"""A person signs in: Google's consent page, and the exchange of the code that it gives for a token.

google-auth-oauthlib makes the address and the PKCE secret. The exchange goes through the transport like everything
else: the library's own would refuse a token endpoint on loopback, and raise a warning as an error when a person unticks
a box, unless the whole process's environment is changed.
Facts: protocol notes on Google Photos, sections 1.4, 1.5 and 1.9.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from google_auth_oauthlib.flow import Flow

from photosync.errors import SignInError
from photosync.provider import Interaction
from photosync.transport import Transport
from photosync.transport.loopback import Authorization, authorization, new_state
from photosync.transport.tokens import Token
from photosync_google.auth import OAUTH_REFUSALS, PICKER_SCOPE, oauth_error, token_fields
from photosync_google.client import Client

_HINT = (
    "If Google says 'Error 403: access_denied', the address you chose is not a test user of your Google project; if it "
    "says 'Error 400: redirect_uri_mismatch', the client is not of the type 'Desktop app'. That 'Google hasn't "
    "verified this app' is right: it is your own; go on with 'Advanced'."
)


def obtain_token(account: str, client: Client, person: Interaction, transport: Transport) -> Token:
    """A token for picking, in the form of the token file. Raises `SignInError`."""
    person.show(_HINT)
    token = _one_round(account, client, person, transport, prompt=None)
    if "refresh_token" not in token:
        # Google gives it at the first consent only, unless it is asked to ask again.
        person.show("Google gave no lasting sign-in, because this client was allowed before. Once more, please.")
        token = _one_round(account, client, person, transport, prompt="consent")
    if "refresh_token" not in token:
        raise SignInError(
            f"account '{account}': Google gave no lasting sign-in (no refresh token). Remove this app under "
            f"https://myaccount.google.com/connections and run again: photosync login {account}"
        )
    return {
        "token_uri": client.token_uri,
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "universe_domain": "googleapis.com",
        "account": "",
        "scopes": [PICKER_SCOPE],
        **token,
    }


def _one_round(
    account: str, client: Client, person: Interaction, transport: Transport, prompt: str | None
) -> dict[str, object]:
    state = new_state()
    flow = _flow(client)
    answer = authorization(
        person,
        lambda redirect_uri: _address(flow, client, redirect_uri, state, prompt),
        state=state,
        purpose=f"sign in to Google for the account '{account}'",
    )
    return _exchanged(account, client, answer, str(flow.code_verifier), transport)


def _flow(client: Client) -> Flow:
    content = {
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        # The library refuses plain http, which here is loopback's alone; `_address` puts the real one back.
        "auth_uri": urlsplit(client.auth_uri)._replace(scheme="https").geturl(),
        "token_uri": client.token_uri,
    }
    flow: Flow = Flow.from_client_config({"installed": content}, scopes=[PICKER_SCOPE])
    return flow


def _address(flow: Flow, client: Client, redirect_uri: str, state: str, prompt: str | None) -> str:
    flow.redirect_uri = redirect_uri
    options = {"prompt": prompt} if prompt else {}
    address: str = flow.authorization_url(state=state, **options)[0]
    return urlsplit(address)._replace(scheme=urlsplit(client.auth_uri).scheme).geturl()


def _exchanged(
    account: str, client: Client, answer: Authorization, verifier: str, transport: Transport
) -> dict[str, object]:
    transport.hide(answer.code, verifier)
    reply = transport.request(
        "POST",
        client.token_uri,
        form={
            "grant_type": "authorization_code",
            "code": answer.code,
            "redirect_uri": answer.redirect_uri,
            "code_verifier": verifier,
            "client_id": client.client_id,
            "client_secret": client.client_secret,
        },
        accept=(200, *OAUTH_REFUSALS),
        idempotent=False,
        signed=False,
    )
    if reply.status != 200:
        raise SignInError(_refusal(account, client, *oauth_error(reply)))
    token = token_fields(reply)
    if PICKER_SCOPE not in _granted(token):
        raise SignInError(
            f"account '{account}': Google signed in, but without the permission to pick photos. Run 'photosync login "
            f"{account}' again, and tick the box beside 'See photos and videos that you pick'."
        )
    return token


def _granted(token: dict[str, object]) -> list[object]:
    """The scopes that were granted: an answer that names none granted what was asked (RFC 6749, section 5.1)."""
    scopes = token.get("scopes")
    return scopes if isinstance(scopes, list) else [PICKER_SCOPE]


def _refusal(account: str, client: Client, word: str, description: str) -> str:
    said = f"{word}: {description}" if description else word
    if word in ("invalid_client", "unauthorized_client", "deleted_client"):
        advice = f"Google does not know the client in {client.path}. Download it again; docs/google.md shows how."
    elif word == "redirect_uri_mismatch":
        advice = f"The client in {client.path} is not of the type 'Desktop app'. Make one; docs/google.md shows how."
    else:
        advice = f"A code is good once and for a short time. Run again: photosync login {account}"
    return f"account '{account}': Google did not complete the sign-in ({said}). {advice}"
