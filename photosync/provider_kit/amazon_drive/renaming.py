"""Gives a file or folder a name that differs in case alone, which may conflict with the old one.

Facts: protocol notes on Amazon Cloud Drive, section 3.7.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TypeVar

from photosync.errors import NameTakenError, PhotosyncError
from photosync.provider_kit.amazon_drive.nodes import folded

Renamed = TypeVar("Renamed")
_KEPT_CHARACTERS = 100


def renamed(before: str, name: str, rename: Callable[[str], Renamed]) -> Renamed:
    """What `rename` returns for `name`; if it conflicts with `before` itself, by way of a third name."""
    try:
        return rename(name)
    except NameTakenError:
        if folded(before) != folded(name):
            raise
    rename(f"{before[:_KEPT_CHARACTERS]}.{secrets.token_hex(8)}")
    try:
        return rename(name)
    except PhotosyncError:
        rename(before)
        raise
