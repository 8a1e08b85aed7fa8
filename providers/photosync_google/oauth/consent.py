"""The sign-in of a person: Google's consent page, and the resulting token.

google-auth-oauthlib creates the page's address. The code is exchanged through the transport, like all requests: the
library's own exchange would refuse a token endpoint on loopback, and raise a warning as an error when a person unticks
a box, unless the whole process's environment is changed.
Facts: protocol notes on Google Photos, sections 1.4, 1.5 and 1.9.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from google_auth_oauthlib.flow import Flow

from photosync.documents import page_url
from photosync.errors import SignInError
from photosync.provider import Interaction
from photosync.provider_kit.oauth import AuthorizationRequest, TokenRefusedError, ask_consent, ask_token
from photosync.provider_kit.tokens import Token
from photosync.transport import Transport
from photosync_google.auth import token_fields
from photosync_google.oauth.client import OAuthClient
from photosync_google.oauth.scopes import GoogleScope

_HINT = (
    "If Google says 'Error 403: access_denied', the address you chose is not a test user of your Google project; if it "
    "says 'Error 400: redirect_uri_mismatch', the client is not of the type 'Desktop app'. That 'Google hasn't "
    "verified this app' is right: it is your own; go on with 'Advanced'."
)


def obtain_token(
    account: str, client: OAuthClient, person: Interaction, transport: Transport, scope: GoogleScope
) -> Token:
    """A token for `scope`, in the form of the token file. Raises `SignInError`."""
    attempt = _SignIn(account, client, person, transport, scope)
    person.show(_HINT)
    token = attempt.token()
    if "refresh_token" not in token:
        # Google gives it only at the first consent, unless the request demands a new consent.
        person.show("Google gave no lasting sign-in, because this client was allowed before. Once more, please.")
        token = attempt.token(prompt="consent")
    if "refresh_token" not in token:
        raise SignInError(
            f"account '{account}': Google gave no lasting sign-in (no refresh token). Remove this app under "
            f"https://myaccount.google.com/connections and run again: {scope.command(account)}"
        )
    return {
        "token_uri": client.token_uri,
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "universe_domain": "googleapis.com",
        "account": "",
        "scopes": [scope.url],
        **token,
    }


@dataclass(frozen=True, slots=True)
class _SignIn:
    """The values that are the same for each consent."""

    account: str
    client: OAuthClient
    person: Interaction
    transport: Transport
    scope: GoogleScope

    def token(self, **options: str) -> Token:
        """The fields of a token file, after one consent; `options` are added to the consent page's address."""
        form = ask_consent(
            self.person,
            lambda request: self._link(request, options),
            purpose=f"{self.scope.purpose} for the account '{self.account}'",
        )
        form |= {"client_id": self.client.client_id, "client_secret": self.client.client_secret}
        try:
            token = token_fields(ask_token(self.transport, self.client.token_uri, form))
        except TokenRefusedError as refusal:
            raise SignInError(
                f"account '{self.account}': Google did not complete the sign-in ({refusal.said}). "
                f"{self._advice(refusal.word)}"
            ) from refusal
        scopes = token.get("scopes")
        # An answer without scopes has granted the requested ones (RFC 6749, section 5.1).
        if isinstance(scopes, list) and self.scope.url not in scopes:
            raise SignInError(
                f"account '{self.account}': Google signed in, but without the permission for {self.scope.action}. "
                f"Run '{self.scope.command(self.account)}' again, and tick the box beside '{self.scope.box}'."
            )
        return token

    def _link(self, request: AuthorizationRequest, options: dict[str, str]) -> str:
        content = {
            "client_id": self.client.client_id,
            "client_secret": self.client.client_secret,
            # The library refuses plain http, which is used only for loopback here; the real address is restored below.
            "auth_uri": urlsplit(self.client.auth_uri)._replace(scheme="https").geturl(),
            "token_uri": self.client.token_uri,
        }
        flow = Flow.from_client_config(
            {"installed": content}, scopes=[self.scope.url], code_verifier=request.code_verifier
        )
        flow.redirect_uri = request.redirect_uri
        address: str = flow.authorization_url(state=request.state, **options)[0]
        return urlsplit(address)._replace(scheme=urlsplit(self.client.auth_uri).scheme).geturl()

    def _advice(self, word: str) -> str:
        file = self.client.path
        if word in ("invalid_client", "unauthorized_client", "deleted_client"):
            return f"Google does not know the client in {file}. Download it again; {page_url('google')} shows how."
        if word == "redirect_uri_mismatch":
            return f"The client in {file} is not of the type 'Desktop app'. Make one; {page_url('google')} shows how."
        return f"A code is good once and for a short time. Run again: {self.scope.command(self.account)}"
