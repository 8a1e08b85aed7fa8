"""The configuration of a Google Photos account."""

from __future__ import annotations

from typing import ClassVar

from photosync.documents import page_url
from photosync.provider import AccountSettings, ConfigPath, Question, SetUp

_STEPS = f"""Google requires a client of your own. It is free, and takes about ten minutes, once:
1. https://console.cloud.google.com/projectcreate: make a project.
2. https://console.cloud.google.com/apis/library/photospicker.googleapis.com: enable the Photos Picker API.
3. https://console.cloud.google.com/auth/overview: Get started; audience External.
4. Audience: Publish app, or add your own address under Test users.
5. Data access: add the scope https://www.googleapis.com/auth/photospicker.mediaitems.readonly
6. Clients: Create client, type Desktop app; download its JSON file.
({page_url("google")} has the same with explanations, and what uploads need.)"""


class GoogleSettings(AccountSettings):
    """The OAuth client, and the token files."""

    secret_keys: ClassVar[frozenset[str]] = frozenset({"client_secret", "token", "upload_token"})

    client_secret: ConfigPath
    """The file of an OAuth client of the type 'Desktop app', from Google's console."""
    token: ConfigPath | None = None
    """The token file, if not in the user's state folder; google-auth's `token.json` works unchanged."""
    upload_token: ConfigPath | None = None
    """The token file for uploads, if not in the user's state folder."""

    @classmethod
    def set_up(cls) -> SetUp:
        """The client's file."""
        return SetUp((Question("client_secret", "The downloaded file", is_file=True),), _STEPS)
