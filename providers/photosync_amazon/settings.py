"""The configuration of an Amazon Photos account, and the hosts that follow from it.

Facts: protocol notes on Amazon Photos, section 1.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, ValidationInfo, field_validator

from photosync.provider import AccountSettings, SetUp, relative_to_config
from photosync_amazon.cookie_files import looks_like_cookies
from photosync_amazon.sites import NORTH_AMERICA, PHOTOS_HOSTS, checked_site


def _cookies(value: object, info: ValidationInfo) -> object:
    return value if isinstance(value, str) and looks_like_cookies(value) else relative_to_config(value, info)


class AmazonSettings(AccountSettings):
    """The account's own keys."""

    secret_keys: ClassVar[frozenset[str]] = frozenset({"cookies"})

    cookies: Annotated[dict[str, str] | str | Path | None, BeforeValidator(_cookies)] = None
    """A file of any form that `cookie_files` reads, such a text, or a mapping; else those that `login` stored, or
    those of the environment."""
    tld: str | None = None
    """The site's ending, `co.uk`; normally known from the cookies."""
    family_id: str | None = None
    """The id of the customer's family, for `photosync vault`, where the service does not tell it."""

    @classmethod
    def set_up(cls) -> SetUp:
        """Nothing: the sign-in of a browser is pasted, and stored apart from the configuration."""
        return SetUp()

    @field_validator("tld")
    @classmethod
    def _is_site(cls, tld: str | None, info: ValidationInfo) -> str | None:
        if tld is None or tld.startswith("keyring:") or "${" in tld:  # checked again when the reference is looked up
            return tld
        return checked_site(tld, info.data.get("endpoints", {}).get("api"))

    def api_url(self, tld: str) -> str:
        """The API's address for the site with this ending."""
        return self.endpoints.get("api", f"https://www.amazon.{tld}/drive/v1")

    def upload_url(self, tld: str) -> str:
        """The address for uploads."""
        host = f"content-{'na' if tld in NORTH_AMERICA else 'eu'}.drive.amazonaws.com"
        return self.endpoints.get("upload") or f"https://{host}/cdproxy/nodes"

    def own_hosts(self, tld: str) -> tuple[str, ...]:
        """The hosts that get the cookies (section 2): none by suffix, because anybody can have a bucket at Amazon."""
        sites = (f"{name}.amazon.{tld}" for name in PHOTOS_HOSTS)
        return (*sites, self.upload_url(tld), *self.endpoints.values())

    def thumbnails_url(self, tld: str) -> str:
        """The address of small pictures."""
        return self.endpoints.get("thumbnails", f"https://thumbnails-photos.amazon.{tld}/v1/thumbnail")

    def download_url(self, tld: str) -> str | None:
        """The alternative address for originals; unknown if the configuration replaces only the API's host."""
        if "download" in self.endpoints or "api" in self.endpoints:
            return self.endpoints.get("download")
        return f"https://download-photos.amazon.{tld}/v2/download/signed"
