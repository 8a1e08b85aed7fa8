"""What a Google Photos account takes in the configuration."""

from __future__ import annotations

from photosync.provider import AccountSettings, ConfigPath


class GoogleSettings(AccountSettings):
    """The OAuth client, and where tokens are kept."""

    client_secret: ConfigPath
    """The file of an OAuth client of the type 'Desktop app', as Google's console hands it out."""
    token: ConfigPath | None = None
    """Where the sign-in is kept, if not in the user's state folder; google-auth's `token.json` serves as it is."""
    upload_token: ConfigPath | None = None
    """Where the permission to upload is kept, if not in the user's state folder."""
