"""Token files: a JSON object that several processes read, refresh and write, and that a crash cannot leave incomplete.

    file = TokenFile(path, account="drive", required=("access_token", "refresh_token"))
    token = file.renewed(is_good, refresh)

`BearerAuth` signs requests with such a token. The caller interprets the object; unknown keys stay unchanged.
"""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from photosync.errors import SignInError
from photosync.provider_kit.json_fields import Json, text
from photosync.provider_kit.state_file import StateFile

Token = Json


class TokenFile(StateFile):
    """One account's token. Its lock guards refreshing. `NAME.bak` next to it is the token before the present one."""

    def __init__(
        self, path: Path, *, account: str, required: Sequence[str] = (), cancel: threading.Event | None = None
    ) -> None:
        """`required` are the keys that a token must have; `cancel` as for `StateFile`."""
        advice = "Make its folder writable, or name another file with 'token'."
        super().__init__(path, account=account, title="the token file", advice=advice, cancel=cancel)
        self._required = tuple(required)
        self._backup = StateFile(self.path.with_name(f"{self.path.name}.bak"), account=account)

    def read(self) -> Token:
        """The token on the disk now. Raises a `SignInError` with the file and the user's next step."""
        try:
            token: object = json.loads(self.path.read_bytes())
        except FileNotFoundError as error:
            raise SignInError(
                f"account '{self._account}': not signed in yet (there is no {self.path}). "
                f"Sign in with: photosync login {self._account}"
            ) from error
        except OSError as error:
            raise self._unusable(f"cannot be read ({error.strerror})") from error
        except (ValueError, RecursionError) as error:  # not JSON, not text, or nested too deeply
            raise self._unusable("is no JSON") from error
        if not isinstance(token, dict):
            raise self._unusable("holds no JSON object")
        if missing := [key for key in self._required if not token.get(key)]:
            raise self._unusable(f"has no {', '.join(missing)}")
        return token

    def write(self, content: Token) -> None:
        """Replace the file by this token, in one step. Raises `DestinationError`."""
        with self.locked():
            if self.exists():
                self._backup.write_bytes(self.path.read_bytes())
            super().write(content)

    def renewed(self, is_good: Callable[[Token], bool], refresh: Callable[[Token], Token]) -> Token:
        """The token, refreshed if it is no longer valid, by one process at a time.

        The result of `refresh` is merged into the token, and written before it is used.
        """
        token = self.read()
        if is_good(token):
            return token
        with self.locked():
            token = self.read()
            if not is_good(token):
                token = {**token, **refresh(token)}
                self.write(token)
        return token

    def delete(self) -> bool:
        """Remove the token and the one before it; returns whether there was one."""
        if not self.exists():
            return False
        with self.locked():
            self._backup.delete()
            return super().delete()

    def _unusable(self, problem: str) -> SignInError:
        former = f", put back the one before it ({self._backup.path})" if self._backup.exists() else ""
        return SignInError(
            f"account '{self._account}': the token file {self.path} {problem}. Repair it{former}, or delete it and "
            f"sign in again with: photosync login {self._account}"
        )


class BearerAuth(ABC):
    """Signs requests with the token in a file, refreshed before it expires; implements the transport's `Auth`.

    One thread of one process refreshes, and the others use its token. A refresh that failed and needs a person is not
    repeated.
    """

    access_key: ClassVar[str] = "access_token"
    """The key of the access token in the file."""

    def __init__(self, file: TokenFile) -> None:
        self.file = file
        self.ended: SignInError | None = None
        """Why a person is needed for a new token."""
        self._lock = threading.Lock()
        self._used = threading.local()
        """The token of this thread's last request, which a 401 is about."""

    @abstractmethod
    def is_good(self, token: Token, wanted_s: float) -> bool:
        """Whether the access token has not expired, and will not within this number of seconds."""

    @abstractmethod
    def renewed(self, token: Token) -> Token:
        """The fields of `token` that a refresh changes. Raises `SignInError` if a person is needed."""

    @abstractmethod
    def explain(self, detail: str) -> str:
        """The error message for a new token that is refused."""

    def headers(self) -> Mapping[str, str]:
        """The bearer token, still valid for some time."""
        self._used.token = self.good_token()
        return {"Authorization": f"Bearer {self._used.token}"}

    def refresh(self) -> bool:
        """Get another token than the refused one of this thread's last request."""
        self.good_token(refused=getattr(self._used, "token", None))
        return True

    def secrets(self) -> tuple[str, ...]:
        """The secrets in the file."""
        try:
            token = self.file.read()
        except SignInError:
            return ()
        return tuple(
            found for key in (self.access_key, "refresh_token", "client_secret") if (found := text(token, key))
        )

    def good_token(self, refused: str | None = None, wanted_s: float = 0.0) -> str:
        """An access token that is valid for this number of seconds, and is not `refused`."""

        def is_good(token: Token) -> bool:
            return token.get(self.access_key) != refused and self.is_good(token, wanted_s)

        with self._lock:
            if self.ended is not None:
                raise self.ended.with_traceback(None)
            try:
                return str(self.file.renewed(is_good, self.renewed)[self.access_key])
            except SignInError as error:
                self.ended = error
                raise
