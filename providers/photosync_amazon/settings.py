"""What an Amazon Photos account takes in the configuration, and the hosts that follow from it.

Facts: protocol notes on Amazon Photos, section 1.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, ValidationInfo

from photosync.provider import AccountSettings, relative_to_config
from photosync_amazon.cookies import looks_like_header

NORTH_AMERICA = frozenset({"com", "ca", "com.mx", "com.br"})
"""Uploads of these sites go to the American host, those of all others to the European one."""


def _cookies(value: object, info: ValidationInfo) -> object:
    return value if isinstance(value, str) and looks_like_header(value) else relative_to_config(value, info)


class AmazonSettings(AccountSettings):
    """The account's own keys."""

    cookies: Annotated[dict[str, str] | str | Path | None, BeforeValidator(_cookies)] = None
    """A file (cookies.txt, JSON export or a `Cookie:` line), the line itself, or a mapping; else the environment."""
    tld: str | None = None
    """The site's ending, `co.uk`; normally read off the cookies' names."""

    def api_url(self, tld: str) -> str:
        """Where the API of the site with this ending is."""
        return self.endpoints.get("api", f"https://www.amazon.{tld}/drive/v1")

    def upload_url(self, tld: str) -> str:
        """Where files go."""
        host = f"content-{'na' if tld in NORTH_AMERICA else 'eu'}.drive.amazonaws.com"
        return self.endpoints.get("upload") or f"https://{host}/cdproxy/nodes"

    def download_url(self, tld: str) -> str | None:
        """The other way to the originals; where only the API was moved elsewhere, none is known."""
        if "download" in self.endpoints or "api" in self.endpoints:
            return self.endpoints.get("download")
        return f"https://download-photos.amazon.{tld}/v2/download/signed"
