"""Signing in with the user's help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable


class Interaction(Protocol):
    """A provider's dialogue with the user who signs in or picks. The command line implements it."""

    @property
    def browser_allowed(self) -> bool:
        """Whether a browser may be opened on this machine."""

    @property
    def port(self) -> int | None:
        """The port for the answer of the sign-in page, for `ssh -L`; None: any."""

    def show(self, message: str) -> None:
        """Show a message."""

    def show_link(self, url: str, purpose: str, qr_code: bool = False, browser_url: str | None = None) -> None:
        """Show an address to open, and open it where that is allowed; `qr_code` draws it for a phone's camera.

        `browser_url` is opened instead in a browser on this machine.
        """

    def ask(self, prompt: str) -> str | None:
        """Ask for a line of text; None without a terminal, under cron for example."""

    def ask_pasted(self, how: str) -> bytes | None:
        """Ask for what the user copied elsewhere, of any length and several lines; `how` says what to copy.

        Where standard input is no terminal, all of it; None if there is nothing.
        """


@runtime_checkable
class SupportsSignIn(Protocol):
    """Optional: a sign-in that the program can do."""

    def sign_in(self, interaction: Interaction) -> str:
        """Sign in with the user's help, and store the credentials; returns a short text, such as the user's name."""

    def sign_out(self) -> str:
        """Revoke the credentials, and delete them whatever the service answers; returns a text about the result."""


@runtime_checkable
class ChecksSignIn(Protocol):
    """Optional: a question whether the sign-in works, at a service where nothing else can be asked."""

    def check_sign_in(self) -> None:
        """Ask the service. Raises `SignInError` if a person must sign in."""


@dataclass(frozen=True, slots=True)
class SignInHistory:
    """How long sign-ins lasted, at a service that does not tell it before. All times are aware."""

    began: datetime
    """The present one, or the last one if it has ended."""
    worked: datetime
    """When the service accepted it last, to the hour."""
    ended: datetime | None
    """When the service refused it."""
    lasted: Sequence[timedelta]
    """Of those that have ended, the oldest first: from the beginning to the last time that it worked."""


@runtime_checkable
class HasSignInHistory(Protocol):
    """Optional: a record of sign-ins, for `photosync status`."""

    def sign_in_history(self) -> SignInHistory | None:
        """The record; None if there is none yet. Works also where a sign-in is needed."""


@runtime_checkable
class TakesSignIn(Protocol):
    """Optional: a sign-in that a browser has already. `SupportsSignIn.sign_in` lets the user paste it."""

    def sign_in_with(self, content: bytes, source: str) -> str:
        """Sign in with the content of a file. `source` names it in messages: `the file cookies.txt`."""

    def sign_in_from_browser(self, browser: str) -> str:
        """Sign in with the store of a browser on this computer: `firefox`, or with a profile: `chrome:Profile 1`."""
