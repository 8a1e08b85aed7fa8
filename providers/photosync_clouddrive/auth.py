"""Signs requests with the account's token, which is refreshed ahead of its end, by one worker of one process.

Facts: protocol notes on Amazon Cloud Drive, section 1.6. The token file is acd_cli's, read and written as it is.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

from photosync.errors import SignInError
from photosync.provider_kit.json_fields import number, text
from photosync.provider_kit.tokens import Token, TokenFile
from photosync_clouddrive.oauth import TokenSource, completed

REQUIRED = ("access_token", "refresh_token", "expires_in")
MOST_OF_A_LIFE = 0.75
"""A token that has so much of its lifetime left counts as a new one."""


class CloudDriveAuth:
    """Fulfils the transport's `Auth`."""

    def __init__(self, account: str, file: TokenFile, source: TokenSource | None) -> None:
        self._account = account
        self._file = file
        self._source = source
        self._started = time.time()
        self._used = threading.local()
        """The token that this thread's last request carried, so that a 401 is known to be about that one."""
        self._lock = threading.Lock()
        self._ended: SignInError | None = None

    def headers(self) -> Mapping[str, str]:
        """The bearer token, good for a while yet."""
        token = self._good_token(refused=None)
        self._used.token = token
        return {"Authorization": f"Bearer {token}"}

    def refresh(self) -> bool:
        """The token of this thread's last request was refused: get one that is not the same."""
        self._good_token(refused=getattr(self._used, "token", None))
        return True

    def last(self, wanted_s: float) -> None:
        """Have a token that is good for so long: one that ends while a file goes up makes that fail at its end.

        No token lasts longer than it does; so one with most of its life before it is good enough.
        """
        if self._source is not None:
            self._good_token(refused=None, wanted_s=wanted_s)

    @property
    def scopes(self) -> frozenset[str] | None:
        """What the token is good for; None where its file does not say. Raises `SignInError`."""
        said = text(self._file.read(), "scope")
        return None if said is None else frozenset(said.split())

    def secrets(self) -> tuple[str, ...]:
        """The tokens and the client's secret."""
        known = self._source.secrets() if self._source else ()
        try:
            token = self._file.read()
        except SignInError:
            return known
        return (*known, *(value for key in ("access_token", "refresh_token") if (value := text(token, key))))

    def explain(self, detail: str) -> str:
        """What to do when even a fresh token is refused."""
        return (
            f"account '{self._account}': Amazon Cloud Drive does not accept the token in {self._file.path} ({detail}). "
            f"Sign in again with: photosync login {self._account}"
        )

    def state(self) -> str:
        """A few words for a person."""
        if not self._file.exists():
            return "not signed in"
        try:
            token = self._file.read()
        except SignInError:
            return f"a token file that cannot be used: {self._file.path}"
        if self._is_good(token, None):
            return f"signed in, token in {self._file.path}"
        return (
            f"token in {self._file.path}, to be refreshed" if self._source else "token expired, nothing to refresh it"
        )

    def _good_token(self, refused: str | None, wanted_s: float = 0.0) -> str:
        # One thread asks, the others find its answer; the file's own lock keeps other processes out.
        with self._lock:
            if self._ended is not None:
                raise self._ended.with_traceback(None)
            try:
                self._complete()
                token = self._file.renewed(lambda token: self._is_good(token, refused, wanted_s), self._refreshed)
            except SignInError as error:
                self._ended = error
                raise
        return str(token["access_token"])

    def _complete(self) -> None:
        """A file copied from elsewhere does not say when its token ends: an hour from now at the latest."""
        if "exp_time" not in self._file.read():
            with self._file.locked():
                self._file.write(completed(self._file.read(), self._started))

    @staticmethod
    def _is_good(token: Token, refused: str | None, wanted_s: float = 0.0) -> bool:
        ends_at = token.get("exp_time")
        wanted_s = min(wanted_s, MOST_OF_A_LIFE * (number(token, "expires_in") or 0))
        is_fresh = isinstance(ends_at, int | float) and ends_at > time.time() + wanted_s
        return is_fresh and token.get("access_token") != refused

    def _refreshed(self, token: Token) -> Token:
        if self._source is None:
            raise SignInError(
                f"account '{self._account}': the token in {self._file.path} has expired, and nothing is configured to "
                "refresh it with. Set 'client_id' and 'client_secret' (or 'client_data', or 'relay'); "
                "docs/clouddrive.md says how."
            )
        return self._source.refresh(str(token["refresh_token"]))
