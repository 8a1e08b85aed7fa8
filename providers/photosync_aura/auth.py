"""The sign-in by e-mail and password, once, and the session that is kept after it.

Facts: protocol notes on Aura, sections 1, 2 and 7. Every sign-in opens another session and too many of them lock the
account, so a session is used until it dies, and a run asks for a new one at most once.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Self

from photosync.errors import ProviderError, Reason, SignInError, TemporaryError
from photosync.provider_kit.tokens import TokenFile
from photosync.transport import Transport
from photosync_aura.assets import Json, part, text
from photosync_aura.settings import AuraSettings

REFUSED_SIGN_IN = 475
"""The service's own status, which no registry has."""
_MESSAGE_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in that the service accepted."""

    user_id: str
    auth_token: str

    @classmethod
    def stored(cls, content: Mapping[str, object], email: str) -> Self | None:
        """The session in a file, if it is one of the same person."""
        user_id, token = text(content, "user_id"), text(content, "auth_token")
        if user_id is None or token is None or content.get("email", email) != email:
            return None
        return cls(user_id, token)


class AuraAuth:
    """Signs requests, and signs in; fulfils the transport's `Auth`. `door` is a transport for the sign-in alone."""

    def __init__(self, account: str, settings: AuraSettings, state: Path) -> None:
        self._account = account
        self._settings = settings
        self._file = TokenFile(settings.token or state / "session.json", account=account)
        self._device_file = TokenFile(state / "device.json", account=account)
        self._lock = threading.Lock()
        self._has_refreshed = False
        self._session = self._stored()
        self.door: Transport | None = None

    # What the transport asks

    def headers(self) -> Mapping[str, str]:
        """The two headers that the service wants."""
        if self._session is None:
            return {}
        return {"X-User-Id": self._session.user_id, "X-Token-Auth": self._session.auth_token}

    def secrets(self) -> tuple[str, ...]:
        """The password, and the session's token."""
        token = self._session.auth_token if self._session else None
        return tuple(secret for secret in (self._settings.password, token) if secret)

    def refresh(self) -> bool:
        """Sign in anew, once a run."""
        if self._has_refreshed:
            return False
        self._has_refreshed = True
        self._sign_in(dead=self._session)
        return True

    def explain(self, detail: str) -> str:
        """What it means that even a new session is refused."""
        return (
            f"account '{self._account}': Aura no longer accepts the session of {self._settings.email} ({detail}). "
            "A new one does not help either, so nothing more was tried. Look whether the Aura app still works; Aura "
            f"may have locked the account for a while. Then sign in with: photosync login {self._account}"
        )

    # What the provider asks

    @property
    def state(self) -> str:
        """A few words for a person."""
        if self._session is not None:
            return f"signed in as {self._settings.email}"
        return f"not signed in; the next run signs in as {self._settings.email}"

    @property
    def user_id(self) -> str:
        """Whose session it is; empty without one."""
        return self._session.user_id if self._session else ""

    def ensure(self) -> None:
        """Have a session, whether it is good or not."""
        with self._lock:
            if self._session is None:
                self._sign_in(dead=None)

    def sign_in(self) -> None:
        """Sign in anew, whatever there is."""
        with self._lock:
            self._session = self._log_in()

    def sign_out(self) -> bool:
        """Forget the session, which is all that can be done; whether there was one."""
        self._session = None
        return self._file.delete()

    def masked(self, message: str) -> str:
        """The service's own words, at most a few of them, without any secret that it may repeat."""
        for secret in self.secrets():
            message = message.replace(secret, "***")
        return message[:_MESSAGE_CHARACTERS]

    def explain_refusal(self, message: str) -> str:
        """What a 475 means; there are two causes, and the service does not say which."""
        return (
            f"account '{self._account}': Aura refused the sign-in of {self._settings.email} (475: {message}). "
            "Either the e-mail or the password is wrong, or Aura has locked the account for a while although the "
            "password is right, as it does after many sign-ins or changes in a short time. Try the Aura app: if it "
            "refuses the password too, correct it in the configuration; if not, wait an hour, better a day, before "
            "the next run. Each try can make the lock longer, so nothing was tried again."
        )

    # How

    def _sign_in(self, dead: Session | None) -> None:
        with self._file.locked():
            there = self._stored()  # another process may have been quicker
            self._session = there if there is not None and there != dead else self._log_in()

    def _stored(self) -> Session | None:
        if not self._file.exists():
            return None
        return Session.stored(self._file.read(), self._settings.email)

    def _log_in(self) -> Session:
        device_id = self._device_id()
        session = _session_of(self._answer(device_id), self._account)
        self._file.write(
            {
                "user_id": session.user_id,
                "auth_token": session.auth_token,
                "email": self._settings.email,
                "device_id": device_id,
            }
        )
        return session

    def _answer(self, device_id: str) -> object:
        """What the service answers to a sign-in. Sent once: each one that arrives opens another session."""
        if not self._settings.password:
            raise SignInError(
                f"account '{self._account}': there is no session, and no password to sign in with. "
                "Set 'password' in the configuration (${AURA_PASSWORD} takes it from the environment)."
            )
        assert self.door is not None
        try:
            return self.door.json(
                "POST",
                f"{self._settings.api}/login.json",
                json={
                    "identifier_for_vendor": device_id,
                    "client_device_id": device_id,
                    "app_identifier": self._settings.app_identifier,
                    "locale": self._settings.locale,
                    "user": {"email": self._settings.email, "password": self._settings.password},
                },
                signed=False,
                idempotent=False,
            )
        except ProviderError as error:
            raise self._explained(error) from error

    def _explained(self, error: ProviderError) -> Exception:
        if error.status is not None and error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return TemporaryError(
                f"account '{self._account}': Aura could not answer the sign-in ({error}). Try again later.",
                Reason.SERVER_ERROR,
            )
        if error.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            return SignInError(f"account '{self._account}': Aura refused the sign-in ({error})")
        return error

    def _device_id(self) -> str:
        """This installation's own id, the same for ever: shared ones are part of what gets accounts locked."""
        for file in (self._file, self._device_file):
            known = text(file.read(), "device_id") if file.exists() else None
            if known is not None:
                return known
        device_id = str(uuid.uuid4())
        self._device_file.write({"device_id": device_id})
        return device_id


def _session_of(answer: object, account: str) -> Session:
    user: Json = part(part(answer, "result"), "current_user")
    user_id, token = text(user, "id"), text(user, "auth_token")
    if user_id is None or token is None:
        missing = " and ".join(name for name, value in (("id", user_id), ("auth_token", token)) if value is None)
        raise ProviderError(
            f"account '{account}': Aura accepted the sign-in and gave no {missing}; its protocol may have changed"
        )
    return Session(user_id, token)
