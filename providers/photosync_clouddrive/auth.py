"""Signs requests with the account's token.

Facts: protocol notes on Amazon Cloud Drive, section 1.6. The token file has acd_cli's form.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

from photosync.documents import page_url
from photosync.errors import SignInError
from photosync.provider_kit.json_fields import number, text
from photosync.provider_kit.tokens import BearerAuth, Token, TokenFile
from photosync_clouddrive.oauth import TokenSource, completed

REQUIRED = ("access_token", "refresh_token", "expires_in")
MOST_OF_A_LIFE = 0.75
"""A token with this part of its lifetime left counts as a new one."""


class CloudDriveAuth(BearerAuth):
    """Implements the transport's `Auth`."""

    def __init__(self, account: str, file: TokenFile, source: TokenSource | None) -> None:
        super().__init__(file)
        self._account = account
        self._source = source
        self._started = time.time()

    def last(self, wanted_s: float) -> None:
        """Get a token that is valid for this time: if it expires during an upload, the upload fails at its end.

        A token's lifetime is the limit, so a token with most of its lifetime left is enough.
        """
        if self._source is not None:
            self.good_token(wanted_s=wanted_s)

    @property
    def scopes(self) -> frozenset[str] | None:
        """The scopes of the token; None if its file does not have them. Raises `SignInError`."""
        said = text(self.file.read(), "scope")
        return None if said is None else frozenset(said.split())

    def explain(self, detail: str) -> str:
        """The error message for a new token that is refused."""
        return (
            f"account '{self._account}': Amazon Cloud Drive does not accept the token in {self.file.path} ({detail}). "
            f"Sign in again with: photosync login {self._account}"
        )

    def state(self) -> str:
        """A short text for the user."""
        if not self.file.exists():
            return "not signed in"
        try:
            token = self.file.read()
        except SignInError:
            return f"a token file that cannot be used: {self.file.path}"
        if self.is_good(token, 0.0):
            return f"signed in, token in {self.file.path}"
        return f"token in {self.file.path}, to be refreshed" if self._source else "token expired, nothing to refresh it"

    def ends_at(self) -> datetime | None:
        """When the present token ends; None if there is none, or it does not say."""
        try:
            ends_at = self.file.read().get("exp_time")
        except SignInError:
            return None
        if not isinstance(ends_at, int | float):
            return None
        try:
            return datetime.fromtimestamp(ends_at, UTC)
        except (OverflowError, OSError, ValueError):
            return None

    def good_token(self, refused: str | None = None, wanted_s: float = 0.0) -> str:
        """A file from another program does not say when its token expires: within an hour at the latest."""
        if "exp_time" not in self.file.read():
            with self.file.locked():
                self.file.write(completed(self.file.read(), self._started))
        return super().good_token(refused, wanted_s)

    def is_good(self, token: Token, wanted_s: float) -> bool:
        """Whether the token is valid for this time, or is nearly new."""
        ends_at = token.get("exp_time")
        wanted_s = min(wanted_s, MOST_OF_A_LIFE * (number(token, "expires_in") or 0))
        return isinstance(ends_at, int | float) and ends_at > time.time() + wanted_s

    def renewed(self, token: Token) -> Token:
        """A new access token from the source. Raises `SignInError`."""
        if self._source is None:
            raise SignInError(
                f"account '{self._account}': the token in {self.file.path} has expired, and nothing is configured to "
                "refresh it with. Set 'client_id' and 'client_secret' (or 'client_data', or 'relay'); "
                f"{page_url('clouddrive')} says how."
            )
        return self._source.refresh(str(token["refresh_token"]))
