"""The sign-in of a browser, in a file of the user's."""

from __future__ import annotations

from pathlib import Path

from photosync.errors import UsageError
from photosync.user_folders import expanded

MOST_BYTES = 64 * 1024 * 1024
"""One byte more is read, so that what is too large is refused and not cut off."""


def content_of(name: str | Path) -> bytes:
    """The content of a file. Raises `UsageError`."""
    path = expanded(name)
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"--from: {path} cannot be read ({error.strerror})") from error
