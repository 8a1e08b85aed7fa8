"""The last step of an OAuth sign-in: how the code gets from the browser to this program.

Either the browser is sent to a tiny listener on this computer, or the person copies the address that the browser ended
at. Stray requests (favicons, port scanners, other pages) are answered and forgotten.

    answer = authorization(person, link_for, state=new_state(), purpose="sign in to Example")
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Protocol, Self
from urllib.parse import parse_qs, urlsplit

from photosync import clock
from photosync.errors import SignInError

PATIENCE_S = 300.0
"""How long a person may take in the browser."""
_CLIENT_TIMEOUT_S = 5.0
"""A client that connects and says nothing is let go after this."""
_PAGE = (
    '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>photosync</title>'
    "<body><h1>{title}</h1><p>{text}</p></body></html>"
)


class Person(Protocol):
    """Who signs in; `photosync.provider.Interaction` is one."""

    @property
    def browser_allowed(self) -> bool:
        """Whether a browser may be opened on this machine."""
        ...

    @property
    def port(self) -> int | None:
        """The port that the answer is to come to, for `ssh -L`; None: any."""
        ...

    def show(self, message: str) -> None:
        """Tell something."""
        ...

    def show_link(self, url: str, purpose: str, qr_code: bool = False) -> None:
        """Show an address to open, and open it where that is allowed."""
        ...

    def ask(self, prompt: str) -> str | None:
        """Ask for a line of text; None where nobody can answer."""
        ...


@dataclass(frozen=True, slots=True)
class Authorization:
    """What a person's consent brought."""

    code: str
    redirect_uri: str
    """The one that the code was given for; the token request must name the same."""


def new_state() -> str:
    """A word that nobody can guess, to tell the answer to our own question from any other."""
    return secrets.token_urlsafe(24)


def authorization(
    person: Person,
    link_for: Callable[[str], str],
    *,
    state: str,
    purpose: str,
    redirect_uri: str | None = None,
    patience_s: float = PATIENCE_S,
) -> Authorization:
    """Have the person consent in a browser. Raises `SignInError` where that ends without a code.

    `link_for` makes the address to open from a redirect URI. A service that knows only registered ones is given its
    own with `redirect_uri`; the listener then takes that one's port, if it can.
    """
    if person.browser_allowed or person.port is not None:
        try:
            receiver = RedirectReceiver(state, port=person.port, redirect_uri=redirect_uri)
        except OSError as error:
            person.show(f"No answer can be received here ({error.strerror}): copy it from the browser in the end.")
        else:
            with receiver:
                person.show_link(link_for(receiver.redirect_uri), purpose)
                return Authorization(receiver.wait(patience_s), receiver.redirect_uri)
    return _pasted_back(person, link_for, state, purpose, redirect_uri or "http://localhost")


def _pasted_back(
    person: Person, link_for: Callable[[str], str], state: str, purpose: str, redirect_uri: str
) -> Authorization:
    person.show_link(link_for(redirect_uri), purpose)
    person.show(
        f"In the end the browser goes to an address that begins with {redirect_uri} and may say that it cannot be "
        "reached. That is right: copy the whole address from the browser's address line."
    )
    text = person.ask("The address (or the code in it)")
    if text is None:
        raise SignInError(
            "Nobody can answer here: run this in a terminal, or with a browser on this computer. "
            "With 'ssh -L PORT:localhost:PORT' and --port PORT the browser of another computer does as well."
        )
    return Authorization(parse_pasted(text, state), redirect_uri)


def parse_pasted(text: str, state: str) -> str:
    """The code in what a person copied: a whole address, its query, or the code alone. Raises `SignInError`."""
    compact = "".join(text.split())  # terminals and mails break long lines
    if not compact:
        raise SignInError("Nothing was pasted. Sign in again, and copy the browser's whole address.")
    if not any(mark in compact for mark in ("://", "?", "code=", "error=")):
        return compact
    query = urlsplit(compact).query or compact.rpartition("?")[2]
    found = _parameters(query)
    if "state" in found and not secrets.compare_digest(found["state"].encode(), state.encode()):
        raise SignInError("This address belongs to another sign-in: its 'state' differs. Sign in again.")
    return _code(found)


def _parameters(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


def _code(parameters: Mapping[str, str]) -> str:
    if "error" in parameters:
        description = parameters.get("error_description", "")
        said = f"{parameters['error']}: {description}" if description else parameters["error"]
        if parameters["error"] == "access_denied":
            raise SignInError(f"Access was not granted ({said}). Sign in again and agree to it.")
        raise SignInError(f"The sign-in page refused ({said}).")
    if "code" not in parameters:
        raise SignInError("There is no 'code' in this address. Copy the one that the browser ended at.")
    return parameters["code"]


class RedirectReceiver:
    """Listens on 127.0.0.1 for the browser that comes back from the sign-in page. A context manager."""

    def __init__(self, state: str, *, port: int | None = None, redirect_uri: str | None = None) -> None:
        """`port` wins over that of `redirect_uri`; with neither any free one is taken. Raises `OSError`."""
        registered = urlsplit(redirect_uri or "http://127.0.0.1:0/")
        wanted = port if port is not None else (80 if registered.port is None else registered.port)
        self._state = state
        self._path = registered.path or "/"
        self._came = threading.Event()
        self._parameters: Mapping[str, str] = {}
        self._server = _Server(("127.0.0.1", wanted), _handler(self))
        if port is None and redirect_uri is not None and registered.port != 0:
            self.redirect_uri = redirect_uri
        else:
            self.redirect_uri = f"http://{registered.hostname}:{self._server.server_address[1]}{registered.path}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="sign-in listener", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wait(self, timeout_s: float) -> str:
        """The code. Raises `SignInError` when the person refused, or did nothing for so long."""
        end = clock.monotonic() + timeout_s
        # In short steps, because a wait without end cannot be interrupted everywhere.
        while not self._came.wait(clock.real_s(min(0.5, max(0.0, end - clock.monotonic())))):
            if clock.monotonic() >= end:
                raise SignInError(
                    f"Nobody came back from the sign-in page within {timeout_s / 60:.0f} minutes. Sign in again; where "
                    "the browser cannot reach this computer, use --no-browser and paste its address."
                )
        return _code(self._parameters)

    def answer(self, target: str) -> HTTPStatus:
        """What a request for `target` gets. The first right one ends the waiting, once `finish` is called."""
        try:
            parts = urlsplit(target)
            found = _parameters(parts.query)
        except ValueError:
            return HTTPStatus.BAD_REQUEST
        if (parts.path or "/") != self._path:
            return HTTPStatus.NOT_FOUND
        # Not every service gives the state back with a refusal, and a refusal can do no harm.
        state = found.get("state", self._state if "error" in found else "")
        has_state = secrets.compare_digest(state.encode(), self._state.encode())
        if not has_state or not ("code" in found or "error" in found):
            return HTTPStatus.BAD_REQUEST
        if not self._came.is_set():
            self._parameters = found
        return HTTPStatus.OK

    def finish(self) -> None:
        """The browser has its page: whoever waits may go on, and end the listener."""
        self._came.set()

    @property
    def refused(self) -> bool:
        """Whether the person, or the service, said no."""
        return "error" in self._parameters


class _Server(ThreadingHTTPServer):
    """Each request in a thread of its own, so that a silent client keeps nobody waiting."""

    daemon_threads = True
    # On Windows this option would let two programs share the port; elsewhere it lets the next sign-in have it again.
    allow_reuse_address = os.name == "posix"

    def server_bind(self) -> None:
        """Without the base class's look for this computer's name, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in mid-sentence is nobody's business."""


def _handler(receiver: RedirectReceiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _CLIENT_TIMEOUT_S
        server_version = "photosync"
        sys_version = ""

        def do_GET(self) -> None:
            status = receiver.answer(self.path)
            title, text = _words(status, refused=receiver.refused)
            page = _PAGE.format(title=title, text=text).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(page)))
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(page)
            finally:
                if status is HTTPStatus.OK:
                    receiver.finish()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's word
            """Nothing: the request line holds the code."""

    return Handler


def _words(status: HTTPStatus, *, refused: bool) -> tuple[str, str]:
    if status is HTTPStatus.NOT_FOUND:
        return "Not here", "There is no such page."
    if status is HTTPStatus.BAD_REQUEST:
        return "Not for this sign-in", "Go back to the page that photosync opened."
    if refused:
        return "Not signed in", "Access was not granted. You can close this page."
    return "Signed in", "You can close this page and go back to photosync."
