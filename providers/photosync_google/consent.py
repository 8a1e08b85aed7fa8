"""A person signs in: Google's consent page, and the exchange of the code that it gives for a token.

google-auth-oauthlib makes the address and the PKCE secret. The exchange goes through the transport like everything
else: the library's own would refuse a token endpoint on loopback, and raise a warning as an error when a person unticks
a box, unless the whole process's environment is changed.
Facts: protocol notes on Google Photos, sections 1.4, 1.5 and 1.9.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from google_auth_oauthlib.flow import Flow

from photosync.errors import SignInError
from photosync.provider import Interaction
from photosync.provider_kit.loopback import Authorization, authorization, new_state
from photosync.provider_kit.tokens import Token
from photosync.transport import Transport
from photosync_google.auth import OAUTH_REFUSALS, oauth_error, token_fields
from photosync_google.client import Client
from photosync_google.permissions import PICKING, Permission

_HINT = (
    "If Google says 'Error 403: access_denied', the address you chose is not a test user of your Google project; if it "
    "says 'Error 400: redirect_uri_mismatch', the client is not of the type 'Desktop app'. That 'Google hasn't "
    "verified this app' is right: it is your own; go on with 'Advanced'."
)


def obtain_token(
    account: str, client: Client, person: Interaction, transport: Transport, permission: Permission = PICKING
) -> Token:
    """A token for what `permission` says, in the form of the token file. Raises `SignInError`."""
    return _Consent(account, client, person, transport, permission).token()


@dataclass(frozen=True, slots=True)
class _Consent:
    """One person's way through Google's pages."""

    account: str
    client: Client
    person: Interaction
    transport: Transport
    permission: Permission

    def token(self) -> Token:
        """In one round, or in two."""
        self.person.show(_HINT)
        token = self._one_round(prompt=None)
        if "refresh_token" not in token:
            # Google gives it at the first consent only, unless it is asked to ask again.
            self.person.show(
                "Google gave no lasting sign-in, because this client was allowed before. Once more, please."
            )
            token = self._one_round(prompt="consent")
        if "refresh_token" not in token:
            raise SignInError(
                f"account '{self.account}': Google gave no lasting sign-in (no refresh token). Remove this app under "
                f"https://myaccount.google.com/connections and run again: {self._command}"
            )
        return {
            "token_uri": self.client.token_uri,
            "client_id": self.client.client_id,
            "client_secret": self.client.client_secret,
            "universe_domain": "googleapis.com",
            "account": "",
            "scopes": [self.permission.scope],
            **token,
        }

    @property
    def _command(self) -> str:
        return self.permission.command(self.account)

    def _one_round(self, prompt: str | None) -> dict[str, object]:
        state = new_state()
        flow = self._flow()
        answer = authorization(
            self.person,
            lambda redirect_uri: self._address(flow, redirect_uri, state, prompt),
            state=state,
            purpose=f"{self.permission.purpose} for the account '{self.account}'",
        )
        return self._exchanged(answer, str(flow.code_verifier))

    def _flow(self) -> Flow:
        content = {
            "client_id": self.client.client_id,
            "client_secret": self.client.client_secret,
            # The library refuses plain http, which here is loopback's alone; `_address` puts the real one back.
            "auth_uri": urlsplit(self.client.auth_uri)._replace(scheme="https").geturl(),
            "token_uri": self.client.token_uri,
        }
        flow: Flow = Flow.from_client_config({"installed": content}, scopes=[self.permission.scope])
        return flow

    def _address(self, flow: Flow, redirect_uri: str, state: str, prompt: str | None) -> str:
        flow.redirect_uri = redirect_uri
        options = {"prompt": prompt} if prompt else {}
        address: str = flow.authorization_url(state=state, **options)[0]
        return urlsplit(address)._replace(scheme=urlsplit(self.client.auth_uri).scheme).geturl()

    def _exchanged(self, answer: Authorization, verifier: str) -> dict[str, object]:
        self.transport.hide(answer.code, verifier)
        reply = self.transport.request(
            "POST",
            self.client.token_uri,
            form={
                "grant_type": "authorization_code",
                "code": answer.code,
                "redirect_uri": answer.redirect_uri,
                "code_verifier": verifier,
                "client_id": self.client.client_id,
                "client_secret": self.client.client_secret,
            },
            accept=(200, *OAUTH_REFUSALS),
            idempotent=False,
            signed=False,
        )
        if reply.status != 200:
            raise SignInError(self._refusal(*oauth_error(reply)))
        token = token_fields(reply)
        if self.permission.scope not in self._granted(token):
            raise SignInError(
                f"account '{self.account}': Google signed in, but without the permission for {self.permission.deed}. "
                f"Run '{self._command}' again, and tick the box beside '{self.permission.box}'."
            )
        return token

    def _granted(self, token: dict[str, object]) -> list[object]:
        """The scopes that were granted: an answer that names none granted what was asked (RFC 6749, section 5.1)."""
        scopes = token.get("scopes")
        return scopes if isinstance(scopes, list) else [self.permission.scope]

    def _refusal(self, word: str, description: str) -> str:
        said = f"{word}: {description}" if description else word
        file = self.client.path
        if word in ("invalid_client", "unauthorized_client", "deleted_client"):
            advice = f"Google does not know the client in {file}. Download it again; docs/google.md shows how."
        elif word == "redirect_uri_mismatch":
            advice = f"The client in {file} is not of the type 'Desktop app'. Make one; docs/google.md shows how."
        else:
            advice = f"A code is good once and for a short time. Run again: {self._command}"
        return f"account '{self.account}': Google did not complete the sign-in ({said}). {advice}"
