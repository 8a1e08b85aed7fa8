"""Makes safe file names from a service's names.

These names may be hostile: lead to other folders, be hidden, break terminals or be too long. A safe name is valid on
every system that a photo library is likely to be copied to.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

from pathvalidate import sanitize_filename

from photosync.characters import is_visible

MAX_NAME_BYTES = 255
"""The longest name that ext4, APFS, NTFS and exFAT all allow; ext4 counts bytes."""
SHORT_NAME_BYTES = 143
"""The longest name on file systems that encrypt names: eCryptfs and, in its legacy form, Synology's shared folders."""

_MAX_EXTENSION_BYTES = 32
_SAFE = re.compile(r"_?[A-Za-z0-9][A-Za-z0-9_-]{4,60}(\.[A-Za-z0-9]{1,10})?")
"""Names that are safe as they are, such as most that cameras make: Windows reserves none that is that long."""


@lru_cache(maxsize=4096)
def safe_name(name: str, fallback: str = "unnamed") -> str:
    """One path component from `name`: NFC, no invisible characters, separators or reserved words, at most 255 bytes.

    The extension survives shortening. If nothing usable is left, the name is made from `fallback`.
    """
    if _SAFE.fullmatch(name):
        return name
    composed = unicodedata.normalize("NFC", name)
    visible = "".join(character if is_visible(character) else "_" for character in composed)
    short = shortened(visible.strip(), MAX_NAME_BYTES)
    cleaned = sanitize_filename(short, replacement_text="_", platform="universal", max_len=MAX_NAME_BYTES)
    if cleaned.startswith("."):
        cleaned = shortened(f"_{cleaned}", MAX_NAME_BYTES)  # a hidden file would be overlooked
    if cleaned.strip("._ "):
        return cleaned
    return safe_name(fallback) if fallback != "unnamed" else fallback


def suffixed(name: str, account: str, item_id: str, limit: int = MAX_NAME_BYTES) -> str:
    """`name` with a suffix before its extension, for an item whose path is used by another item.

    The suffix is made from the item's identity, never from a counter, so that every run makes the same one.
    """
    suffix = "_" + hashlib.sha256(f"{account}\0{item_id}".encode()).hexdigest()[:8]
    stem, extension = split_extension(name)
    return _cut(stem, limit - len((suffix + extension).encode())) + suffix + extension


def split_extension(name: str) -> tuple[str, str]:
    """The stem, and the extension with its dot: empty for a name without one."""
    stem, dot, extension = name.rpartition(".")
    if not dot or not stem or len(extension.encode()) >= _MAX_EXTENSION_BYTES:
        return name, ""
    return stem, f".{extension}"


def shortened(name: str, limit: int) -> str:
    """`name`, with its stem cut so that it has at most `limit` bytes."""
    if len(name.encode()) <= limit:
        return name
    stem, extension = split_extension(name)
    return _cut(stem, limit - len(extension.encode())) + extension


def _cut(text: str, limit: int) -> str:
    return text.encode()[:limit].decode(errors="ignore").rstrip(" .")
