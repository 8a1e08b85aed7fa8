"""The sign-in by e-mail and password, and the stored session.

Facts: protocol notes on Aura, sections 1, 2 and 7. Every sign-in opens another session, and too many of them lock the
account. So a session is used until the service refuses it, and a run signs in at most once.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from photosync.errors import ProviderError, SignInError
from photosync.provider import AccountContext
from photosync.provider_kit.json_fields import part
from photosync.provider_kit.state_file import StateFile
from photosync.provider_kit.tokens import TokenFile
from photosync.transport import Transport
from photosync_aura.items import text
from photosync_aura.settings import AuraSettings

_MESSAGE_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class AuraSession:
    """An accepted sign-in."""

    user_id: str
    auth_token: str


class AuraAuth:
    """Adds the session to requests, and signs in; implements the transport's `Auth`."""

    def __init__(self, settings: AuraSettings, context: AccountContext) -> None:
        account, state = context.account, context.state
        self._account = account
        self._settings = settings
        self._file = TokenFile(settings.token or state / "session.json", account=account, cancel=context.cancel)
        self._device_file = StateFile(state / "device.json", account=account)
        self._lock = threading.Lock()
        self._has_refreshed = False
        self._session = self._stored()
        self.transport: Transport | None = None
        """Set by the provider, because its transport needs this object."""

    def headers(self) -> Mapping[str, str]:
        """The two headers that the service requires."""
        if self._session is None:
            return {}
        return {"X-User-Id": self._session.user_id, "X-Token-Auth": self._session.auth_token}

    def secrets(self) -> tuple[str, ...]:
        """The password, and the session's token."""
        token = self._session.auth_token if self._session else None
        return tuple(secret for secret in (self._settings.password, token) if secret)

    def refresh(self) -> bool:
        """Sign in again, at most once per run."""
        if self._has_refreshed:
            return False
        self._has_refreshed = True
        self._renew(refused=self._session)
        return True

    def explain(self, detail: str) -> str:
        """The message if the service refuses a new session too."""
        return (
            f"account '{self._account}': Aura no longer accepts the session of {self._settings.email} ({detail}). "
            "A new one does not help either, so nothing more was tried. Look whether the Aura app still works; Aura "
            f"may have locked the account for a while. Then sign in with: photosync login {self._account}"
        )

    @property
    def state(self) -> str:
        """Whether there is a session, as text for the user."""
        if self._session is not None:
            return f"signed in as {self._settings.email}"
        return f"not signed in; the next run signs in as {self._settings.email}"

    @property
    def user_id(self) -> str:
        """The id of the session's user; empty without a session."""
        return self._session.user_id if self._session else ""

    def signed_in(self) -> Transport:
        """The transport, after a sign-in unless there is a session, valid or not."""
        assert self.transport is not None
        with self._lock:
            if self._session is None:
                self._renew(refused=None)
        return self.transport

    def sign_in(self) -> None:
        """Sign in, whether there is a session or not."""
        with self._lock:
            self._session = self._log_in()

    def sign_out(self) -> bool:
        """Delete the session; returns whether there was one. The service has no call for it."""
        self._session = None
        return self._file.delete()

    def masked(self, message: str) -> str:
        """The service's message, shortened, without secrets that it may repeat."""
        for secret in self.secrets():
            message = message.replace(secret, "***")
        return message[:_MESSAGE_CHARACTERS]

    def explain_refusal(self, message: str) -> str:
        """The message for a 475, which has two causes; the service does not say which."""
        return (
            f"account '{self._account}': Aura refused the sign-in of {self._settings.email} (475: {message}). "
            "Either the e-mail or the password is wrong, or Aura has locked the account for a while although the "
            "password is right, as it does after many sign-ins or changes in a short time. Try the Aura app: if it "
            "refuses the password too, correct it in the configuration; if not, wait an hour, better a day, before "
            "the next run. Each try can make the lock longer, so nothing was tried again."
        )

    def _renew(self, refused: AuraSession | None) -> None:
        assert self.transport is not None
        with self._file.locked():
            stored = self._stored()  # another process may have signed in at the same time
            self._session = stored if stored is not None and stored != refused else self._log_in()
        self.transport.hide(self._session.auth_token)

    def _stored(self) -> AuraSession | None:
        """The session in the file, if it belongs to this e-mail address."""
        content, email = self._file.read() if self._file.exists() else {}, self._settings.email
        user_id, token = text(content, "user_id"), text(content, "auth_token")
        if user_id is None or token is None or content.get("email", email) != email:
            return None
        return AuraSession(user_id, token)

    def _log_in(self) -> AuraSession:
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
        """The answer to a sign-in. It is sent only once: each one that arrives opens another session."""
        if not self._settings.password:
            raise SignInError(
                f"account '{self._account}': there is no session, and no password to sign in with. "
                "Set 'password' in the configuration (${AURA_PASSWORD} takes it from the environment)."
            )
        assert self.transport is not None
        try:
            return self.transport.json(
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
                needs_storage=False,
            )
        except ProviderError as error:
            if error.status not in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
                raise
            raise SignInError(f"account '{self._account}': Aura refused the sign-in ({error})") from error

    def _device_id(self) -> str:
        """The permanent id of this installation: the service locks accounts that share an id with many others."""
        session = self._file.read() if self._file.exists() else {}
        known = text(session, "device_id") or text(self._device_file.read(), "device_id")
        if known is not None:
            return known
        device_id = str(uuid.uuid4())
        self._device_file.write({"device_id": device_id})
        return device_id


def _session_of(answer: object, account: str) -> AuraSession:
    user = part(part(answer, "result"), "current_user")
    user_id, token = text(user, "id"), text(user, "auth_token")
    if user_id is None or token is None:
        missing = " and ".join(name for name, value in (("id", user_id), ("auth_token", token)) if value is None)
        raise ProviderError(
            f"account '{account}': Aura accepted the sign-in and gave no {missing}; its protocol may have changed"
        )
    return AuraSession(user_id, token)
