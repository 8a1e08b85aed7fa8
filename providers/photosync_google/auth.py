"""How requests are signed: the token file, its refresh ahead of time, and what it means when that is refused.

The file has the form of google-auth's `Credentials.to_json()`, so that an existing `token.json` serves as it is.
Facts: protocol notes on Google Photos, sections 1.7 and 1.8.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from photosync.errors import ProviderError, SignInError
from photosync.provider_kit.tokens import Token, TokenFile
from photosync.transport import Answer, Transport
from photosync_google.client import Client
from photosync_google.permissions import PICKING, Permission

_AHEAD = timedelta(minutes=3, seconds=45)
"""A token counts as expired so long before it is; google-auth does the same."""
_DEFAULT_LIFE_S = 3599
OAUTH_REFUSALS = (400, 401, 403)


class GoogleAuth:
    """Signs requests; fulfils the transport's `Auth`. Each permission has one of its own, with a token file."""

    def __init__(self, account: str, client: Client, file: TokenFile, permission: Permission = PICKING) -> None:
        self._account = account
        self._client = client
        self._file = file
        self._permission = permission
        self._handed_out: object = None
        self._ended: SignInError | None = None
        self.transport: Transport | None = None

    @property
    def is_needed(self) -> bool:
        """Whether a person has to sign in, as far as can be told without asking Google."""
        if self._ended is not None or not self._file.exists():
            return True
        try:
            self._checked()
        except SignInError:
            return True
        return False

    @property
    def client_id(self) -> str:
        """The client that the token was made for, which need not be the one in the configuration by now."""
        try:
            return str(self._file.read().get("client_id") or self._client.client_id)
        except SignInError:
            return self._client.client_id

    def headers(self) -> Mapping[str, str]:
        """The bearer token, refreshed if it is about to expire."""
        if self._ended is not None:
            raise self._ended.with_traceback(None)
        self._checked()
        token = self._file.renewed(_is_good, self._refreshed)
        self._handed_out = token.get("token")
        return {"Authorization": f"Bearer {self._handed_out}"}

    def refresh(self) -> bool:
        """Get another token after a 401, unless another process has done so already."""
        with self._file.locked():
            token = self._file.read()
            if token.get("token") == self._handed_out:
                self._file.write({**token, **self._refreshed(token)})
        return True

    def secrets(self) -> tuple[str, ...]:
        """The client's secret and all tokens."""
        try:
            token = self._file.read()
        except SignInError:
            token = {}
        values = (token.get("token"), token.get("refresh_token"), token.get("client_secret"))
        return (self._client.client_secret, *(value for value in values if isinstance(value, str)))

    def explain(self, detail: str) -> str:
        """What to do when the sign-in has ended."""
        return f"account '{self._account}': Google no longer accepts the sign-in ({detail}). {self._command()}"

    def adopt(self, token: Token, file: TokenFile | None = None) -> None:
        """A person has signed in: keep this token, from now on in `file`; the one before it there stays as `.bak`."""
        self._file = file or self._file
        self._hide(token)
        self._file.write(token)
        self._ended = None

    def forget(self) -> str:
        """Revoke the token, and delete it whatever Google says; tells what was done."""
        if not self._file.exists():
            return "was not signed in"
        try:
            revoked = self._revoke(self._file.read())
        except Exception:  # noqa: BLE001 - whatever went wrong, the token must not stay
            revoked = False
        finally:
            self._file.delete()
        if revoked:
            return f"signed out: the token is revoked, and {self._file.path} is deleted"
        return (
            f"signed out here: {self._file.path} is deleted. Google did not confirm that the token is revoked; look at "
            "https://myaccount.google.com/connections"
        )

    def state(self) -> str:
        """A few words for `status`."""
        self._checked()
        signed_in = datetime.fromtimestamp(self._file.path.stat().st_mtime, UTC).date()
        return f"token, last renewed on {signed_in}"

    @property
    def says_so(self) -> bool:
        """Whether there is a token whose file names the scope; one that names none allows what it is kept for."""
        try:
            return bool(self._file.exists() and self._file.read().get("scopes")) and not self.is_needed
        except SignInError:
            return False

    def check(self) -> None:
        """Raise `SignInError` if a person has to permit this first, as far as can be told without asking Google."""
        if self._ended is not None:
            raise self._ended.with_traceback(None)
        self._checked()

    def _checked(self) -> Token:
        """The token. Raises `SignInError` where there is none that could serve."""
        permission = self._permission
        if not self._file.exists():
            lack = f"{permission.deed} is not permitted yet" if permission.option else "not signed in yet"
            raise SignInError(f"account '{self._account}': {lack}. {self._command()}")
        try:
            token = self._file.read()
        except SignInError as error:
            if not permission.option:
                raise
            raise SignInError(f"{error}; for {permission.deed} that is: {permission.command(self._account)}") from error
        if permission.scope not in self._scopes(token):
            raise SignInError(
                f"account '{self._account}': the token in {self._file.path} does not allow {permission.deed} "
                f"(the scope {permission.name} is missing). {self._command()}"
            )
        return token

    def _scopes(self, token: Token) -> frozenset[str]:
        """What the token allows. A file that does not say is taken at its word: Google will tell."""
        scopes = token.get("scopes")
        if isinstance(scopes, str):
            return frozenset(scopes.split())
        if isinstance(scopes, list) and scopes:
            return frozenset(map(str, scopes))
        return frozenset({self._permission.scope})

    def _refreshed(self, token: Token) -> Token:
        """What a refresh changes in `token`."""
        assert self.transport is not None
        answer = self.transport.request(
            "POST",
            self._client.token_uri,
            form={
                "grant_type": "refresh_token",
                "refresh_token": str(token["refresh_token"]),
                # The client that the token was made for, which need not be the one in the configuration by now.
                "client_id": str(token.get("client_id") or self._client.client_id),
                "client_secret": str(token.get("client_secret") or self._client.client_secret),
            },
            accept=(200, *OAUTH_REFUSALS),
            signed=False,
        )
        if answer.status != 200:
            self._refuse(answer)
        renewed = token_fields(answer)
        self._hide(renewed)
        return renewed

    def _refuse(self, answer: Answer) -> NoReturn:
        error, _ = oauth_error(answer)
        self._ended = SignInError(f"account '{self._account}': {self._cause(error)}")
        raise self._ended

    def _cause(self, error: str) -> str:
        if error == "invalid_grant":
            return (
                "Google no longer accepts the sign-in (invalid_grant: expired or revoked). The usual cause: while the "
                "Google project's publishing status is 'Testing', a sign-in lasts 7 days; 'In production' has been "
                "seen to end that. Other causes: access was removed in the Google account, six months without use, a "
                f"changed password or policy, or a wrong clock on this computer. {self._command()}"
            )
        if error in ("invalid_client", "deleted_client", "unauthorized_client"):
            return (
                f"Google does not know the client of this token ({error}): it was deleted, or its secret was changed. "
                f"Download the client again to {self._client.path}. {self._command()}"
            )
        return f"Google did not renew the sign-in ({error}). {self._command()}"

    def _command(self) -> str:
        verb = "Permit it with" if self._permission.option else "Sign in with"
        return f"{verb}: {self._permission.command(self._account)}"

    def _revoke(self, token: Token) -> bool:
        assert self.transport is not None
        answer = self.transport.request(
            "POST",
            self._client.revoke_uri,
            form={"token": str(token["refresh_token"])},
            accept=(200, *OAUTH_REFUSALS),
            signed=False,
            timeout_s=20,
        )
        return answer.status == 200 or oauth_error(answer)[0] == "invalid_token"

    def _hide(self, token: Token) -> None:
        assert self.transport is not None
        self.transport.hide(*(str(token[key]) for key in ("token", "refresh_token") if token.get(key)))


def token_fields(answer: Answer) -> dict[str, object]:
    """The fields of a token file that a token endpoint's answer fills. Raises `ProviderError` when it has none."""
    content = _object(answer)
    if not isinstance(content.get("access_token"), str):
        raise ProviderError("Google's token endpoint answered without a token.", answer.status)
    life_s = content.get("expires_in")
    expiry = datetime.now(UTC) + timedelta(
        seconds=float(life_s) if isinstance(life_s, int | float) else _DEFAULT_LIFE_S
    )
    fields: dict[str, object] = {
        "token": content["access_token"],
        "expiry": expiry.replace(tzinfo=None).isoformat(timespec="seconds") + "Z",
    }
    if content.get("refresh_token"):
        fields["refresh_token"] = content["refresh_token"]
    if isinstance(content.get("scope"), str):
        fields["scopes"] = str(content["scope"]).split()
    return fields


def oauth_error(answer: Answer) -> tuple[str, str]:
    """The word and the description of an OAuth refusal."""
    content = _object(answer)
    word = content.get("error")
    description = content.get("error_description")
    return (
        word if isinstance(word, str) else f"HTTP {answer.status}",
        description if isinstance(description, str) else "",
    )


def _object(answer: Answer) -> Mapping[str, object]:
    try:
        content: object = json.loads(answer.body)
    except ValueError:
        return {}
    return content if isinstance(content, Mapping) else {}


def _is_good(token: Token) -> bool:
    expiry = token.get("expiry")
    if not isinstance(token.get("token"), str) or not isinstance(expiry, str):
        return False
    try:
        # Microseconds may have more digits than Python 3.10 and google-auth read; nobody needs them.
        moment = datetime.fromisoformat(expiry.removesuffix("Z").partition(".")[0])
    except ValueError:
        return False
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment - _AHEAD > datetime.now(UTC)
