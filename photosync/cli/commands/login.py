"""`login` and `logout`, and how a provider talks to the person at the terminal."""

from __future__ import annotations

import contextlib
import io
import os
import platform
import sys
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from photosync import accounts, config
from photosync.cli import output
from photosync.cli.general import General, complain
from photosync.errors import UsageError
from photosync.jobs.account import Account
from photosync.provider import HasUploadPermission, SupportsSignIn
from photosync.transport import Redactor


class Terminal:
    """The person who runs the command; fulfils `Interaction`. Everything goes to standard error."""

    def __init__(self, *, browser: bool = True, port: int | None = None, quiet: bool = False) -> None:
        """`browser`: whether one may be opened, where there is a desktop; `port`: for `ssh -L`.

        `quiet` leaves out what is merely good to know; an address that has to be opened is always shown.
        """
        self._quiet = quiet
        self._browser_allowed = browser and has_desktop()
        self._port = port

    @property
    def browser_allowed(self) -> bool:
        """Whether a browser may be opened on this machine."""
        return self._browser_allowed

    @property
    def port(self) -> int | None:
        """The port that the answer of the sign-in page is to come to."""
        return self._port

    @property
    def can_answer(self) -> bool:
        """Whether somebody is there to sign in."""
        return self._browser_allowed or self._port is not None or sys.stdin.isatty()

    def show(self, message: str) -> None:
        """Tell something."""
        if not self._quiet:
            _write(message)

    def show_link(self, url: str, purpose: str, qr_code: bool = False, browser_url: str | None = None) -> None:
        """Show the address on a line of its own, and open it where that is allowed."""
        _write(f"Open this address to {purpose}:\n\n    {url}\n")
        if qr_code:
            _write(_qr_code(url))
        # A page with a code for phones can be opened anywhere; a sign-in has to come back to this computer.
        if self._port is not None and not self._browser_allowed and not qr_code:
            _write(
                "If the browser is on another computer, connect the two first: "
                f"ssh -L {self._port}:127.0.0.1:{self._port} USER@THIS-COMPUTER"
            )
        if self._browser_allowed:
            with contextlib.suppress(webbrowser.Error):
                webbrowser.open(browser_url or url)

    def ask(self, prompt: str) -> str | None:
        """A line of text; None at the end of the input, which cron has from the beginning."""
        sys.stderr.write(f"{prompt}: ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        return line.strip() if line else None


class Bystander:
    """Nobody who could answer: what there is to tell goes to a job's own reporter. Fulfils `Interaction`."""

    browser_allowed = False
    port = None

    def __init__(self, show: Callable[[str], None]) -> None:
        self.show = show

    def show_link(self, url: str, purpose: str, qr_code: bool = False, browser_url: str | None = None) -> None:
        """Nobody would open it."""

    def ask(self, prompt: str) -> str | None:  # noqa: ARG002
        """Nobody answers."""
        return None


def has_desktop() -> bool:
    """Whether a browser that is opened here would be seen: not over ssh, and not without a display.

    A text browser would take the terminal away, and the Linux inside Windows has none of its own.
    """
    if os.environ.get("SSH_CONNECTION"):
        return False
    if platform.system() != "Linux":
        return True
    has_display = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return has_display and "microsoft" not in platform.release().lower()


def _qr_code(url: str) -> str:
    """For a phone's camera; a terminal that cannot draw it does without."""
    import segno  # noqa: PLC0415

    drawn = io.StringIO()
    segno.make(url, micro=False).terminal(out=drawn, compact=True)
    text = drawn.getvalue()
    try:
        text.encode(sys.stderr.encoding or "ascii")
    except UnicodeEncodeError:
        return ""
    return text


def _write(text: str) -> None:
    encoding = sys.stderr.encoding or "utf-8"
    sys.stderr.write(text.encode(encoding, errors="backslashreplace").decode(encoding) + "\n")
    sys.stderr.flush()


def login(general: General, name: str, terminal: Terminal, *, upload: bool) -> None:
    """`login`: signs in with the person's help; with `upload`, for uploads."""
    with _opened(general, name) as account:
        words = _asks_to_upload(account).permit_upload(terminal) if upload else _signs_in(account).sign_in(terminal)
    _tell(general, name, words, signed_in=True)


def logout(general: General, name: str) -> None:
    """`logout`: gives up what `login` obtained."""
    with _opened(general, name) as account:
        words = _signs_in(account).sign_out()
    _tell(general, name, words, signed_in=False)


@contextmanager
def _opened(general: General, name: str) -> Iterator[Account]:
    redactor = Redactor()
    output.set_up_logging(general, redactor)
    with accounts.opened(
        config.load(general.config).account(name),
        redactor=redactor,
        on_wait=lambda _: None,
        say=lambda text: complain(f"{name}: {text}"),
        workers=1,
    ) as account:
        yield account


def _signs_in(account: Account) -> SupportsSignIn:
    if not isinstance(account.provider, SupportsSignIn):
        title = account.provider.facts.title
        raise UsageError(
            f"account '{account.name}': {title} has no sign-in that could be done from here; its settings are in the "
            "configuration"
        )
    return account.provider


def _asks_to_upload(account: Account) -> HasUploadPermission:
    if not isinstance(account.provider, HasUploadPermission):
        title = account.provider.facts.title
        raise UsageError(f"--upload: account '{account.name}' needs no permission of its own to upload to {title}")
    return account.provider


def _tell(general: General, name: str, words: str, *, signed_in: bool) -> None:
    if general.json:
        output.print_json({"account": name, "signed_in": signed_in, "message": words})
    elif not general.quiet:
        output.print_line(f"{name}: {words}")
