"""The texts in Exif: how they are read, and those that a user can set.

CIPA DC-008-2023 (Exif 3.0), 4.6.4 to 4.6.6. Texts are UTF-8, as most programs write and read them. Facts of the camera
and the capture are not here: nobody knows them better than the camera.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from photosync.errors import ConfigError
from photosync.formats.tiff import ASCII, UNDEFINED, Block, ByteOrder, DirectoryName

_USER_COMMENT = 0x9286
_ASCII_CODE, _UNICODE_CODE = b"ASCII\0\0\0", b"UNICODE\0"
"""The first eight bytes of a UserComment say how the rest is written."""
_UTF16 = {"<": "utf-16-le", ">": "utf-16-be"}


@dataclass(frozen=True, slots=True)
class SettableTag:
    """A text that can be set."""

    name: str
    directory: DirectoryName
    tag: int
    max_characters: int

    @property
    def type(self) -> int:
        """Of its entry."""
        return UNDEFINED if self.tag == _USER_COMMENT else ASCII

    def encode(self, text: str, order: ByteOrder) -> bytes:
        """The value in a block of this byte order."""
        if self.tag != _USER_COMMENT:
            return text.encode() + b"\0"
        return _ASCII_CODE + text.encode() if text.isascii() else _UNICODE_CODE + text.encode(_UTF16[order])

    def text_in(self, block: Block) -> str:
        """What a block has; empty if that is nothing or blank."""
        if self.tag != _USER_COMMENT:
            return _without_blanks(written(block, self.directory, self.tag) or "")
        entry = block.entry(self.directory, self.tag)
        if entry is None or entry.length is None:
            return written(block, self.directory, self.tag) or ""
        raw = block.raw(entry)
        is_unicode = raw.startswith(_UNICODE_CODE)
        return _without_blanks(raw[8:].decode(_UTF16[block.order] if is_unicode else "utf-8", "replace"))


SETTABLE_TAGS: Mapping[str, SettableTag] = {
    each.name: each
    for each in (
        SettableTag("Artist", "0th", 0x013B, 1000),
        SettableTag("Copyright", "0th", 0x8298, 1000),
        SettableTag("ImageDescription", "0th", 0x010E, 5000),
        SettableTag("UserComment", "Exif", _USER_COMMENT, 5000),
        SettableTag("CameraOwnerName", "Exif", 0xA430, 1000),
    )
}


def settable_tag(name: str) -> SettableTag:
    """By its name in any case. Raises `ConfigError`."""
    found = next((each for each in SETTABLE_TAGS.values() if each.name.lower() == name.lower()), None)
    if found is None:
        raise ConfigError(f"'{name}' is no tag that can be set; expected one of {', '.join(SETTABLE_TAGS)}")
    return found


def checked_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """By the names as the standard has them. Raises `ConfigError` for an unknown tag or a text that it cannot have."""
    return dict(_checked(name, text) for name, text in tags.items())


def _checked(name: str, text: str) -> tuple[str, str]:
    tag = settable_tag(name)
    if not text.strip() or not text.isprintable():
        raise ConfigError(f"{tag.name}: expected plain text on one line")
    if len(text) > tag.max_characters:
        raise ConfigError(f"{tag.name}: expected at most {tag.max_characters:,} characters, not {len(text):,}")
    return tag.name, text


def written(block: Block, name: DirectoryName, tag: int) -> str | None:
    """The text of an entry, of whatever type it is; None if there is none. Exif 3.0 has a type for UTF-8, 129."""
    entry = block.entry(name, tag)
    if entry is not None and entry.length is None:
        return f"a value of the unknown type {entry.type}"
    return block.raw(entry).decode("utf-8", "replace") if entry else None


def _without_blanks(text: str) -> str:
    """Without the NULs and spaces that end it, or separate a photographer and an editor who are not named."""
    return text.rstrip("\0 \t\r\n") if text.strip("\0 \t\r\n") else ""


def texts_in(block: Block) -> Iterator[tuple[str, str]]:
    """The texts of a block by name, without blank ones."""
    for name, tag in SETTABLE_TAGS.items():
        if text := tag.text_in(block):
            yield name, text
