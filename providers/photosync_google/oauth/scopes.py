"""What a person can permit: each has a scope, a token and a consent of its own, asked for when it is needed.

Facts: protocol notes on Google Photos, section 1.3.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GoogleScope:
    """One of Google's scopes, in words for the person who grants it."""

    url: str
    action: str
    """What it allows: `picking photos`."""
    box: str
    """What Google's consent page calls it."""
    purpose: str
    """Why a page is opened."""
    option: str = ""
    """Of `photosync login`."""

    @property
    def name(self) -> str:
        """The scope as Google's console shows it: `photoslibrary.appendonly`."""
        return self.url.rpartition("/")[2]

    def command(self, account: str) -> str:
        """What obtains it."""
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
