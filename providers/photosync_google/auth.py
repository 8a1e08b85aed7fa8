"""Signs requests: the token file, its refresh before expiry, and the meaning of a refused refresh.

The file has the form of google-auth's `Credentials.to_json()`, so that an existing `token.json` works unchanged.
Facts: protocol notes on Google Photos, sections 1.7 and 1.8.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from photosync.errors import SignInError
from photosync.provider import Interaction
from photosync.provider_kit.json_fields import Json, json_object, number, text
from photosync.provider_kit.oauth import TokenRefusedError, ask_token
from photosync.provider_kit.tokens import BearerAuth, Token, TokenFile
from photosync.transport import Transport
from photosync_google.oauth.client import OAuthClient
from photosync_google.oauth.scopes import PICKING, GoogleScope

_AHEAD = timedelta(minutes=3, seconds=45)
"""A token counts as expired this long before its end, as in google-auth."""
_DEFAULT_LIFE_S = 3599
_LONGEST_LIFE_S = 366 * 86_400


class GoogleAuth(BearerAuth):
    """Signs requests for one scope, which has its own token file."""

    access_key = "token"

    def __init__(self, account: str, client: OAuthClient, file: TokenFile, scope: GoogleScope = PICKING) -> None:
        super().__init__(file)
        self._account = account
        self._client = client
        self._scope = scope
        self.transport: Transport | None = None

    @property
    def is_needed(self) -> bool:
        """Whether a person must sign in, as far as known without asking Google."""
        try:
            self.check()
        except SignInError:
            return True
        return False

    @property
    def client_id(self) -> str:
        """The client of the token, which may differ from the one in the configuration."""
        try:
            return text(self.file.read(), "client_id") or self._client.client_id
        except SignInError:
            return self._client.client_id

    def secrets(self) -> tuple[str, ...]:
        """The client's secret and all tokens."""
        return (self._client.client_secret, *super().secrets())

    def explain(self, detail: str) -> str:
        """The error message for an expired sign-in."""
        return f"account '{self._account}': Google no longer accepts the sign-in ({detail}). {self._command}"

    def sign_in(self, person: Interaction, file: TokenFile | None = None) -> None:
        """Let the person consent, and store the token in `file` from now on; the one before it is kept as `.bak`."""
        from photosync_google.oauth.consent import obtain_token  # noqa: PLC0415 - slow to load, and rarely needed

        assert self.transport is not None
        token = obtain_token(self._account, self._client, person, self.transport, self._scope)
        self.file = file or self.file
        self.file.write(token)
        self.ended = None

    def forget(self) -> str:
        """Revoke the token, and delete it whatever Google answers; returns a text about the result."""
        if not self.file.exists():
            return "was not signed in"
        try:
            revoked = self._revoke(self.file.read())
        except Exception:  # noqa: BLE001 - whatever went wrong, the token must not stay
            revoked = False
        finally:
            self.file.delete()
        if revoked:
            return f"signed out: the token is revoked, and {self.file.path} is deleted"
        return (
            f"signed out here: {self.file.path} is deleted. Google did not confirm that the token is revoked; look at "
            "https://myaccount.google.com/connections"
        )

    def state(self) -> str:
        """A short text for `status`. Raises `SignInError` if there is no usable token."""
        self.check()
        renewed = datetime.fromtimestamp(self.file.path.stat().st_mtime, UTC).date()
        return f"token, last renewed on {renewed}"

    @property
    def names_scope(self) -> bool:
        """Whether there is a token whose file names the scope; a file without scopes allows its own purpose."""
        return not self.is_needed and bool(self.file.read().get("scopes"))

    def check(self) -> None:
        """Raise `SignInError` if a person must permit this first, as far as known without asking Google."""
        if self.ended is not None:
            raise self.ended.with_traceback(None)
        scope = self._scope
        if not self.file.exists():
            lack = f"{scope.action} is not permitted yet" if scope.option else "not signed in yet"
            raise SignInError(f"account '{self._account}': {lack}. {self._command}")
        try:
            token = self.file.read()
        except SignInError as error:
            if not scope.option:
                raise
            raise SignInError(f"{error}; for {scope.action} that is: {scope.command(self._account)}") from error
        scopes = token.get("scopes")
        scopes = scopes.split() if isinstance(scopes, str) else scopes
        # A file without scopes is accepted: Google checks them.
        if isinstance(scopes, list) and scopes and scope.url not in scopes:
            raise SignInError(
                f"account '{self._account}': the token in {self.file.path} does not allow {scope.action} "
                f"(the scope {scope.name} is missing). {self._command}"
            )

    def good_token(self, refused: str | None = None, wanted_s: float = 0.0) -> str:
        """An access token for the scope. Raises `SignInError`."""
        self.check()
        return super().good_token(refused, wanted_s)

    def is_good(self, token: Token, wanted_s: float) -> bool:
        """Whether the token has not expired."""
        expiry = text(token, "expiry")
        if text(token, "token") is None or expiry is None:
            return False
        try:
            # Fractions may have more digits than google-auth reads; they are not needed.
            moment = datetime.fromisoformat(expiry.removesuffix("Z").partition(".")[0])
        except ValueError:
            return False
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment - _AHEAD > datetime.now(UTC) + timedelta(seconds=wanted_s)

    def renewed(self, token: Token) -> Token:
        """The fields of `token` that a refresh changes. Raises `SignInError`."""
        assert self.transport is not None
        form = {
            "grant_type": "refresh_token",
            "refresh_token": str(token["refresh_token"]),
            # The client of the token, which may differ from the one in the configuration.
            "client_id": text(token, "client_id") or self._client.client_id,
            "client_secret": text(token, "client_secret") or self._client.client_secret,
        }
        try:
            return token_fields(ask_token(self.transport, self._client.token_uri, form))
        except TokenRefusedError as refusal:
            raise SignInError(f"account '{self._account}': {self._cause(refusal.word)}") from refusal

    def _cause(self, word: str) -> str:
        if word == "invalid_grant":
            return (
                "Google no longer accepts the sign-in (invalid_grant: expired or revoked). The usual cause: while the "
                "Google project's publishing status is 'Testing', a sign-in lasts 7 days; 'In production' has been "
                "seen to end that. Other causes: access was removed in the Google account, six months without use, a "
                f"changed password or policy, or a wrong clock on this computer. {self._command}"
            )
        if word in ("invalid_client", "deleted_client", "unauthorized_client"):
            return (
                f"Google does not know the client of this token ({word}): it was deleted, or its secret was changed. "
                f"Download the client again to {self._client.path}. {self._command}"
            )
        return f"Google did not renew the sign-in ({word}). {self._command}"

    @property
    def _command(self) -> str:
        verb = "Permit it with" if self._scope.option else "Sign in with"
        return f"{verb}: {self._scope.command(self._account)}"

    def _revoke(self, token: Token) -> bool:
        assert self.transport is not None
        answer = self.transport.request(
            "POST",
            self._client.revoke_uri,
            form={"token": str(token["refresh_token"])},
            accept=(200, 400, 401, 403),
            needs_storage=False,
            signed=False,
            timeout_s=20,
        )
        return answer.status == 200 or text(json_object(answer.body), "error") == "invalid_token"


def token_fields(answer: Json) -> Token:
    """The fields of a token file from the answer of a token endpoint."""
    life_s = number(answer, "expires_in", most=_LONGEST_LIFE_S)
    life = timedelta(seconds=_DEFAULT_LIFE_S if life_s is None else life_s)
    fields: dict[str, object] = {
        "token": answer["access_token"],
        "expiry": (datetime.now(UTC) + life).replace(tzinfo=None).isoformat(timespec="seconds") + "Z",
    }
    if answer.get("refresh_token"):
        fields["refresh_token"] = answer["refresh_token"]
    scope = text(answer, "scope")
    if scope is not None:
        fields["scopes"] = scope.split()
    return fields
