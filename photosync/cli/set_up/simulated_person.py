"""The person who signs in to the simulated services: agrees on every page, and has the cookies of a browser."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress

from photosync.cli.kept_services import KeptService
from photosync.cli.terminal import Terminal

_TIMEOUT_S = 30.0


class SimulatedPerson(Terminal):
    """Answers for the user, where the user would answer in a browser."""

    def __init__(self, service: KeptService) -> None:
        super().__init__()
        self.browser_allowed = True
        self._service = service

    def show_link(self, url: str, purpose: str, qr_code: bool = False, browser_url: str | None = None) -> None:
        """Show the address, and agree there."""
        del qr_code, browser_url
        self.show(f"Here a browser would open, to {purpose}:\n\n    {url}\n\nThe demo agrees there by itself.")
        threading.Thread(target=_open, args=(url,), daemon=True).start()

    def ask_pasted(self, how: str) -> bytes | None:
        """What is pasted, else the cookies of the simulated service."""
        cookies = self._service.settings.get("cookies")
        if not isinstance(cookies, Mapping):
            return super().ask_pasted(how)
        pasted = super().ask_pasted(f"{how}\n(Paste nothing, to take the cookies of the demo.)")
        return pasted or "; ".join(f"{name}={value}" for name, value in cookies.items()).encode()


def _open(url: str) -> None:
    """As a browser does: it follows to the listener of the sign-in. Only loopback is asked."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with suppress(urllib.error.URLError, OSError):
        opener.open(url, timeout=_TIMEOUT_S).close()
