"""The sign-in that all threads of an account share: one refresh for each expiry, and no request after its end."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import NoReturn

from photosync.errors import SignInError
from photosync.transport.redaction import Redactor
from photosync.transport.types import Auth


class SignIn:
    """Guards an `Auth`. A generation number distinguishes the credentials before a refresh from those after it."""

    def __init__(self, auth: Auth | None, redactor: Redactor) -> None:
        self._auth = auth
        self._redactor = redactor
        # Re-entrant, because a refresh may itself send a request that is answered with 401.
        self._lock = threading.RLock()
        self._generation = 0
        self._refreshing = False
        self._ended: SignInError | None = None
        if auth is not None:
            redactor.add(*auth.secrets())

    def check(self) -> None:
        """Raise the error that ended the sign-in, if it has ended."""
        if self._ended is not None:
            raise self._ended.with_traceback(None)

    def sign(self) -> tuple[int | None, Mapping[str, str]]:
        """The generation of the credentials, and their headers; None if there are none."""
        if self._auth is None:
            return None, {}
        # In this order: headers newer than their number cost an attempt, older ones would end the sign-in.
        generation = self._generation
        headers = self._auth.headers()
        for value in headers.values():
            if not _is_whole(value):
                self.refuse("it has characters that HTTP does not allow, or was shortened; was it copied completely?")
        return generation, headers

    def renew(self, generation: int, detail: str) -> None:
        """Get credentials newer than `generation`, which were refused: once for all threads that ask."""
        assert self._auth is not None
        with self._lock:
            self.check()
            if generation != self._generation:
                return
            if self._refreshing:
                self.refuse(detail)
            self._refreshing = True
            try:
                is_renewed = self._auth.refresh()
            except SignInError as error:
                self.end(error)
            finally:
                self._refreshing = False
            if not is_renewed:
                self.refuse(detail)
            self._generation += 1
            self._redactor.add(*self._auth.secrets())

    def refuse(self, detail: str) -> NoReturn:
        """The newest credentials were refused: the sign-in has ended."""
        assert self._auth is not None
        self.end(SignInError(self._redactor.clean(self._auth.explain(detail))))

    def end(self, error: SignInError) -> NoReturn:
        """From now on no request is sent. Raises the error that came first."""
        with self._lock:
            if self._ended is None:
                self._ended = error
        raise self._ended.with_traceback(None)


def _is_whole(value: str) -> bool:
    """Whether a header can have the value, and no browser or terminal has shortened it."""
    return value.isascii() and value.isprintable() and value == value.strip() and not value.endswith("...")
