"""The permissions that a person can give: each has its own scope, token and consent, requested when needed.

Facts: protocol notes on Google Photos, section 1.3.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GoogleScope:
    """One of Google's scopes, in words for the person who grants it."""

    url: str
    action: str
    """The permitted action: `picking photos`."""
    box: str
    """Its name on Google's consent page."""
    purpose: str
    """The reason for opening the page."""
    option: str = ""
    """The options of `photosync login`."""

    @property
    def name(self) -> str:
        """The scope's name in Google's console: `photoslibrary.appendonly`."""
        return self.url.rpartition("/")[2]

    def command(self, account: str) -> str:
        """The command that obtains it."""
        return f"photosync login {account}{self.option}"


PICKING = GoogleScope(
    "https://www.googleapis.com/auth/photospicker.mediaitems.readonly",
    action="picking photos",
    box="See photos and videos that you pick",
    purpose="sign in to Google",
)
UPLOADING = GoogleScope(
    "https://www.googleapis.com/auth/photoslibrary.appendonly",
    action="uploading",
    box="Add to your Google Photos library",
    purpose="allow uploads to Google Photos",
    option=" --upload",
)
