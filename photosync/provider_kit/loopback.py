"""A listener on this computer for the redirect of a browser from a sign-in page (RFC 8252, section 7.3).

Other requests (favicons, port scanners, other pages) are answered and ignored: only one with this sign-in's state ends
the waiting, also if it says that access was refused.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Self
from urllib.parse import parse_qs, urlsplit

from photosync.errors import SignInError

_CLIENT_TIMEOUT_S = 5.0
"""A client that connects and sends nothing is disconnected after this time."""
_PAGE = (
    '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>photosync</title>'
    "<body><h1>{title}</h1><p>{text}</p></body></html>"
)
_SIGNED_IN = (HTTPStatus.OK, "Signed in", "You can close this page and go back to photosync.")
_REFUSED = (HTTPStatus.OK, "Not signed in", "Access was not granted. You can close this page.")
_NOT_HERE = (HTTPStatus.NOT_FOUND, "Not here", "There is no such page.")
_STRAY = (
    HTTPStatus.BAD_REQUEST,
    "Not for this sign-in",
    "photosync still waits. Go back to the page that it opened, or end it with Ctrl-C.",
)


def parameters_of(query: str) -> dict[str, str]:
    """The first value of each parameter."""
    return {name: values[0] for name, values in parse_qs(query).items()}


def code_of(parameters: Mapping[str, str]) -> str:
    """The code in a redirect's parameters. Raises `SignInError` if the person or the service refused."""
    if "error" in parameters:
        description = parameters.get("error_description", "")
        said = f"{parameters['error']}: {description}" if description else parameters["error"]
        if parameters["error"] == "access_denied":
            raise SignInError(f"Access was not granted ({said}). Sign in again and agree to it.")
        raise SignInError(f"The sign-in page refused ({said}).")
    if "code" not in parameters:
        raise SignInError("There is no 'code' in this address. Copy the one that the browser ended at.")
    return parameters["code"]


class RedirectListener:
    """Listens on 127.0.0.1 for one answer. A context manager."""

    def __init__(self, state: str, *, port: int | None = None, redirect_uri: str | None = None) -> None:
        """`port` precedes that of `redirect_uri`; without both, any free port is used. Raises `OSError`."""
        registered = urlsplit(redirect_uri or "http://127.0.0.1:0/")
        wanted = port if port is not None else (80 if registered.port is None else registered.port)
        self._state = state
        self._path = registered.path or "/"
        self._answered = threading.Event()
        self._parameters: Mapping[str, str] = {}
        self._server = _Server(self, wanted)
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
        """Wait for the code. Raises `SignInError` if the person refuses, or after the time-out."""
        if not self._answered.wait(timeout_s):
            raise SignInError(
                f"Nobody came back from the sign-in page within {timeout_s / 60:.0f} minutes. Sign in again; where the "
                "browser cannot reach this computer, use --no-browser and paste its address."
            )
        return code_of(self._parameters)

    def receive(self, address: str) -> tuple[HTTPStatus, str, str]:
        """Status, title and text of the page for a request. The first valid request is kept."""
        try:
            parts = urlsplit(address)
            found = parameters_of(parts.query)
        except ValueError:
            return _STRAY
        if (parts.path or "/") != self._path:
            return _NOT_HERE
        # A refusal needs the state too: any page that the browser shows could end the sign-in otherwise.
        has_state = secrets.compare_digest(found.get("state", "").encode(), self._state.encode())
        if not has_state or not ("code" in found or "error" in found):
            return _STRAY
        if not self._parameters:  # the first page may not be sent yet
            self._parameters = found
        return _REFUSED if "error" in self._parameters else _SIGNED_IN

    def finish(self) -> None:
        """The page was sent: `wait` may return, and the listener may end."""
        self._answered.set()


class _Server(ThreadingHTTPServer):
    """Each request in its own thread, so that a silent client blocks no other."""

    daemon_threads = True
    # On Windows this option would let two programs share the port; elsewhere it lets the next sign-in reuse it.
    allow_reuse_address = os.name == "posix"

    def __init__(self, listener: RedirectListener, port: int) -> None:
        self.listener = listener
        super().__init__(("127.0.0.1", port), _RedirectHandler)

    def server_bind(self) -> None:
        """Without the base class's look-up of this computer's name, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """No message for a client that closes the connection during a request."""


class _RedirectHandler(BaseHTTPRequestHandler):
    timeout = _CLIENT_TIMEOUT_S
    server_version = "photosync"
    sys_version = ""
    server: _Server

    def do_GET(self) -> None:
        status, title, text = self.server.listener.receive(self.path)
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
                self.server.listener.finish()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's word
        """Nothing: the request line has the code."""
