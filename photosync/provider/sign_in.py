"""Signing in with a person's help."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


class Interaction(Protocol):
    """How a provider talks to the person who signs in or picks. The command line gives one."""

    @property
    def browser_allowed(self) -> bool:
        """Whether a browser may be opened on this machine."""

    @property
    def port(self) -> int | None:
        """The port that the person wants the answer of the sign-in page to come to, for `ssh -L`; None: any."""

    def show(self, message: str) -> None:
        """Tell something."""

    def show_link(self, url: str, purpose: str, qr_code: bool = False, browser_url: str | None = None) -> None:
        """Show an address to open, and open it where that is allowed; `qr_code` draws it for a phone's camera.

        `browser_url` is what to open in its place in a browser on this machine.
        """

    def ask(self, prompt: str) -> str | None:
        """Ask for a line of text; None where nobody can answer, under cron for example."""


@runtime_checkable
class SupportsSignIn(Protocol):
    """May: a sign-in that can be done from here."""

    def sign_in(self, interaction: Interaction) -> str:
        """Sign in with the person's help, keep what was obtained, and say in a few words as whom."""

    def sign_out(self) -> str:
        """Give up and delete what `sign_in` obtained, whatever the service answers; says what was done."""
