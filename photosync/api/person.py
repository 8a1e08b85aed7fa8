"""The person in front of a program, for a sign-in or a pick: messages are printed, answers are typed."""

from __future__ import annotations

import getpass
from collections.abc import Callable


class Person:
    """A `provider.Interaction` for a terminal or a notebook. A program with a window of its own brings another."""

    def __init__(
        self, *, browser: bool = False, port: int | None = None, show: Callable[[str], object] = print
    ) -> None:
        """`browser`: open addresses in one. `port`: where the sign-in page answers, for `ssh -L`."""
        self.browser_allowed = browser
        self.port = port
        self._show = show

    def show(self, message: str) -> None:
        """Print a message."""
        self._show(message)

    def show_link(self, url: str, purpose: str, qr_code: bool = False, browser_url: str | None = None) -> None:  # noqa: ARG002 - a terminal's
        """Print an address, and open it where that is allowed."""
        self._show(f"Open this address to {purpose}:\n\n    {url}\n")
        if self.browser_allowed:
            import webbrowser

            webbrowser.open(browser_url or url)

    def ask(self, prompt: str) -> str | None:
        """A line of text; None where there is nobody to ask."""
        try:
            return input(f"{prompt}: ").strip()
        except (EOFError, NotImplementedError):  # the latter: a notebook that nobody looks at
            return None

    def ask_pasted(self, how: str) -> bytes | None:
        """A line that is not shown, because it may be secret."""
        self._show(how)
        try:
            return getpass.getpass("Paste, then press Enter (nothing is shown): ").encode() or None
        except (EOFError, NotImplementedError):
            return None
