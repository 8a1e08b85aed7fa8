"""The configuration of a Google Photos account."""

from __future__ import annotations

from typing import ClassVar

from photosync.provider import AccountSettings, ConfigPath


class GoogleSettings(AccountSettings):
    """The OAuth client, and the token files."""

    secret_keys: ClassVar[frozenset[str]] = frozenset({"client_secret", "token", "upload_token"})

    client_secret: ConfigPath
    """The file of an OAuth client of the type 'Desktop app', from Google's console."""
    token: ConfigPath | None = None
    """The token file, if not in the user's state folder; google-auth's `token.json` works unchanged."""
    upload_token: ConfigPath | None = None
    """The token file for uploads, if not in the user's state folder."""
