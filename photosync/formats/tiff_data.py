"""Where the image data of a TIFF lies: the strips and tiles of all its directories.

TIFF 6.0, sections 2, 8 and 15; SubIFDs: TIFF Technical Note 1. DNG and several raw formats have the same structure.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from photosync.formats.tiff import IFD, LONG, SHORT, TIFF_SIGNATURES
from photosync.formats.window import CutError, MalformedError, Window

_STRIPS = {0x0111: 0x0117, 0x0144: 0x0145}
"""The tags of the offsets of strips and tiles, and those of their lengths."""
_SUB_IFDS = 0x014A
_CODES = {SHORT: "H", LONG: "I", IFD: "I"}
_FAR = 1000
"""A pointer to more than this many times the file's size is wrong: no download is cut so short."""
_MAX_DIRECTORIES, _MAX_ENTRIES, _MAX_NUMBERS = 200, 1000, 1 << 20


def end_of_image_data(window: Window) -> int:
    """The offset after the last strip or tile. Raises `MalformedError`, `CutError` for a directory past the end."""
    header = window.exactly(0, 8)
    if header[:4] not in TIFF_SIGNATURES:
        raise MalformedError("no TIFF header")
    order = "<" if header[:2] == b"II" else ">"
    todo, seen, end = [struct.unpack(order + "I", header[4:])[0]], set[int](), 0
    while todo and len(seen) < _MAX_DIRECTORIES:
        position = todo.pop()
        if position and position not in seen:
            seen.add(position)
            numbers, following = _directory(window, order, position)
            todo += [*numbers.get(_SUB_IFDS, ()), following]
            end = max(end, *_ends(numbers), 0)
    return end


def _directory(window: Window, order: str, position: int) -> tuple[dict[int, tuple[int, ...]], int]:
    """The whole numbers of a directory by their tags, and the position of the next directory."""
    if position < 8:
        raise MalformedError("a directory in the header")
    if position > window.size * _FAR:
        raise MalformedError("a pointer that leads nowhere")
    count = struct.unpack(order + "H", window.exactly(position, 2))[0]
    if count > _MAX_ENTRIES:
        raise MalformedError("a directory with too many entries")
    raw = window.exactly(position + 2, 12 * count)
    wanted = {_SUB_IFDS, *_STRIPS, *_STRIPS.values()}
    found = {
        tag: _values(window, order, type_, number, value)
        for tag, type_, number, value in struct.iter_unpack(order + "HHI4s", raw)
        if tag in wanted and type_ in _CODES and number <= _MAX_NUMBERS
    }
    # The pointer to the next directory is missing in some files that end with the last one.
    following = window.read(position + 2 + 12 * count, 4)
    return found, struct.unpack(order + "I", following)[0] if len(following) == 4 else 0


def _values(window: Window, order: str, type_: int, count: int, value: bytes) -> tuple[int, ...]:
    code = f"{order}{count}{_CODES[type_]}"
    size = struct.calcsize(code)
    raw = value[:size] if size <= 4 else window.exactly(struct.unpack(order + "I", value)[0], size)
    return struct.unpack(code, raw)


def _ends(numbers: dict[int, tuple[int, ...]]) -> Iterator[int]:
    for offsets, lengths in _STRIPS.items():
        yield from map(sum, zip(numbers.get(offsets, ()), numbers.get(lengths, ()), strict=False))


def holds_its_image_data(window: Window) -> bool | None:
    """True if all image data lies in the file; None if no directory names any. Raises like `end_of_image_data`."""
    end = end_of_image_data(window)
    if end > window.size:
        raise CutError("image data lies past the end")
    return True if end else None
