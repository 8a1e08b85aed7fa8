"""A provider's dialogue with the person at the terminal, if any. Both classes implement `provider.Interaction`."""

from __future__ import annotations

import contextlib
import io
import os
import platform
import sys
import webbrowser

from photosync.cli.output import print_message


class Terminal:
    """The person who runs the command. Everything goes to standard error."""

    def __init__(self, *, browser: bool = True, port: int | None = None, quiet: bool = False) -> None:
        """`browser`: whether one may be opened, where there is a desktop; `port`: for `ssh -L`.

        `quiet` leaves out mere information; an address that has to be opened is always shown.
        """
        self.browser_allowed = browser and has_desktop()
        self.port = port
        self._quiet = quiet

    @property
    def can_answer(self) -> bool:
        """Whether a person is present to sign in."""
        return self.browser_allowed or self.port is not None or sys.stdin.isatty()

    def show(self, message: str) -> None:
        """Tell something."""
        if not self._quiet:
            print_message(message)

    def show_link(self, url: str, purpose: str, qr_code: bool = False, browser_url: str | None = None) -> None:
        """Show the address on a line of its own, and open it where that is allowed."""
        print_message(f"Open this address to {purpose}:\n\n    {url}\n")
        if qr_code:
            print_message(_qr_code(url))
        # A page with a code for phones can be opened anywhere; a sign-in has to come back to this computer.
        if self.port is not None and not self.browser_allowed and not qr_code:
            print_message(
                "If the browser is on another computer, connect the two first: "
                f"ssh -L {self.port}:127.0.0.1:{self.port} USER@THIS-COMPUTER"
            )
        if self.browser_allowed:
            with contextlib.suppress(webbrowser.Error):
                webbrowser.open(browser_url or url)

    def ask(self, prompt: str) -> str | None:
        """A line of text; None at the end of the input, which cron has from the beginning."""
        sys.stderr.write(f"{prompt}: ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        return line.strip() if line else None

    def ask_hidden(self, prompt: str) -> str | None:
        """The same for a secret: it is not shown."""
        import getpass

        try:
            return getpass.getpass(f"{prompt}: ", sys.stderr)
        except EOFError:
            return None

    def ask_pasted(self, how: str) -> bytes | None:
        """All of standard input; a terminal's up to an empty line."""
        from photosync.cli import pasted

        return pasted.from_terminal(how) if sys.stdin and sys.stdin.isatty() else pasted.from_standard_input()


def has_desktop() -> bool:
    """Whether the user would see a browser that is opened here: not over ssh, and not without a display.

    A text browser would take over the terminal, and Linux in Windows has no browser.
    """
    if os.environ.get("SSH_CONNECTION"):
        return False
    if platform.system() != "Linux":
        return True
    has_display = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return has_display and "microsoft" not in platform.release().lower()


def _qr_code(url: str) -> str:
    """The address for a phone's camera; empty where the terminal cannot draw it."""
    import segno

    drawn = io.StringIO()
    segno.make(url, micro=False).terminal(out=drawn, compact=True)
    text = drawn.getvalue()
    try:
        text.encode(sys.stderr.encoding or "ascii")
    except UnicodeEncodeError:
        return ""
    return text
