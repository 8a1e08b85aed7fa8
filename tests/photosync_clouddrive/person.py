"""A person who signs in: in a browser, and at the command."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field

from photosync.testing.command import Sandbox
from photosync.testing.forked_command import ForkedCommand, start

TOKEN = "POST /auth/o2/token"


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def consent(url: str, follow: bool = True) -> str:
    """A browser whose person agrees: where it ends up."""
    opener = urllib.request.build_opener(NoRedirect)
    try:
        opener.open(url, timeout=60).close()
    except urllib.error.HTTPError as error:
        with error:
            target = error.headers["Location"]
    if follow:
        urllib.request.urlopen(target, timeout=60).close()
    return str(target)


@dataclass
class Person:
    """Who signs in, with a browser here or with one elsewhere."""

    browser_allowed: bool = True
    port: int | None = None
    answer: Callable[[str], str | None] = lambda url: None
    links: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def show(self, message: str) -> None:
        self.said.append(message)

    def show_link(self, url: str, purpose: str, qr_code: bool = False, browser_url: str | None = None) -> None:
        self.links.append(url)
        if self.browser_allowed:
            threading.Thread(target=consent, args=(url,)).start()

    def ask(self, prompt: str) -> str | None:
        return self.answer(self.links[-1])

    def ask_pasted(self, how: str) -> bytes | None:
        raise AssertionError(how)


def link_shown_by(process: ForkedCommand) -> str:
    for line in process.stderr:
        if line.strip().startswith("http"):
            return line.strip()
    raise AssertionError("no address was shown")


def start_login(sandbox: Sandbox, *options: str) -> ForkedCommand:
    arguments = ["login", "drive", "--config", str(sandbox.config), *options]
    return start(arguments, folder=sandbox.folder, environment=sandbox.environment())
