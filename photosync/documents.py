"""Where the documents are on the web: messages and help name a page by its address."""

from __future__ import annotations

ADDRESS = "https://photosync.readthedocs.io/en/latest/"


def page_url(name: str) -> str:
    """The address of `docs/NAME.md`. `name` can have an anchor: `library#the-lock`."""
    path, hash_, anchor = name.partition("#")
    return f"{ADDRESS}{path}.html{hash_}{anchor}"
