"""The identifier that Apple's camera gives both halves of a live photo, the still and the movie.

In a still it is tag 0x0011 of the maker note (ExifTool: tag names of Apple, `MediaGroupUUID`). The note begins with
`Apple iOS` and a NUL, two bytes of version and the byte order; a directory follows at byte 14, whose offsets count from
the note's begin (ExifTool: `MakerNoteApple`). In a movie it is the text of a QuickTime key.
"""

from __future__ import annotations

from typing import Literal

from photosync.formats.tiff import ASCII, Block, Entry

QUICKTIME_KEY = b"com.apple.quicktime.content.identifier"
_IDENTIFIER = 0x0011
_SIGNATURE = b"Apple iOS\0"
_DIRECTORY = 14
_MAX_ENTRIES = 200
_MAX_BYTES = 100


def of_maker_note(block: Block, entry: Entry | None) -> str | None:
    """The identifier in a block's maker note, if Apple's camera wrote one."""
    if entry is None or entry.is_inline or block.window.read(entry.value_position, 10) != _SIGNATURE:
        return None
    note = block.raw(entry)
    order: Literal["little", "big"] = "little" if note[12:14] == b"II" else "big"

    def number(at: int, size: int) -> int:
        return int.from_bytes(note[at : at + size], order)

    for at in range(_DIRECTORY + 2, _DIRECTORY + 2 + 12 * min(number(_DIRECTORY, 2), _MAX_ENTRIES), 12):
        if number(at, 2) == _IDENTIFIER and number(at + 2, 2) == ASCII:
            start = number(at + 8, 4)
            return read_identifier(note[start : start + min(number(at + 4, 4), _MAX_BYTES + 1)])
    return None


def read_identifier(content: bytes) -> str | None:
    """The identifier in upper case, as Apple writes it; None if it is no single word, or has zeros alone."""
    text = content.rstrip(b"\0 ").decode("latin-1").upper()
    is_word = len(text) <= _MAX_BYTES and text.isascii() and text.isprintable() and " " not in text
    return text if is_word and text.strip("0-") else None
