"""Where the data of a TIFF lies: the strips and tiles of all its directories, and the values of their entries.

TIFF 6.0, sections 2, 8 and 15; SubIFDs: TIFF Technical Note 1. DNG and several raw formats have the same structure.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from photosync.formats.tiff import IFD, LONG, SHORT, TIFF_SIGNATURES, TYPE_SIZES
from photosync.formats.window import CutError, MalformedError, Window

_STRIPS = {0x0111: 0x0117, 0x0144: 0x0145}
"""The tags of the offsets of strips and tiles, and those of their lengths."""
_SUB_IFDS = 0x014A
_CODES = {SHORT: "H", LONG: "I", IFD: "I"}
_FAR = 1000
"""A pointer to more than this many times the file's size is wrong: no download is cut so short."""
_MAX_DIRECTORIES, _MAX_ENTRIES, _MAX_NUMBERS = 200, 1000, 1 << 20


def end_of_data(window: Window) -> int:
    """The offset after the last strip, tile or value. Raises `MalformedError`, `CutError` for a cut directory."""
    header = window.exactly(0, 8)
    if header[:4] not in TIFF_SIGNATURES:
        raise MalformedError("no TIFF header")
    order = "<" if header[:2] == b"II" else ">"
    todo, seen, end = [struct.unpack(order + "I", header[4:])[0]], set[int](), 0
    while todo and len(seen) < _MAX_DIRECTORIES:
        position = todo.pop()
        if position and position not in seen:
            seen.add(position)
            entries, following = _directory(window, order, position)
            numbers = dict(_numbers(window, order, entries))
            todo += [*numbers.get(_SUB_IFDS, ()), following]
            end = max([end, *_ends(numbers), *_ends_of_values(order, entries)])
    return end


class _Entry(NamedTuple):
    tag: int
    type: int
    number: int
    value: bytes


def _directory(window: Window, order: str, position: int) -> tuple[list[_Entry], int]:
    """The entries of a directory, and the position of the next directory."""
    if position < 8:
        raise MalformedError("a directory in the header")
    if position > window.size * _FAR:
        raise MalformedError("a pointer that leads nowhere")
    count = struct.unpack(order + "H", window.exactly(position, 2))[0]
    if count > _MAX_ENTRIES:
        raise MalformedError("a directory with too many entries")
    raw = window.exactly(position + 2, 12 * count)
    entries = [_Entry(*fields) for fields in struct.iter_unpack(order + "HHI4s", raw)]
    # The pointer to the next directory is missing in some files that end with the last one.
    following = window.read(position + 2 + 12 * count, 4)
    return entries, struct.unpack(order + "I", following)[0] if len(following) == 4 else 0


def _numbers(window: Window, order: str, entries: list[_Entry]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The whole numbers of the entries that lead to data, by their tags."""
    wanted = {_SUB_IFDS, *_STRIPS, *_STRIPS.values()}
    for entry in entries:
        if entry.tag in wanted and entry.type in _CODES and entry.number <= _MAX_NUMBERS:
            yield entry.tag, _values(window, order, entry)


def _values(window: Window, order: str, entry: _Entry) -> tuple[int, ...]:
    code = f"{order}{entry.number}{_CODES[entry.type]}"
    size = struct.calcsize(code)
    raw = entry.value[:size] if size <= 4 else window.exactly(struct.unpack(order + "I", entry.value)[0], size)
    return struct.unpack(code, raw)


def _ends(numbers: dict[int, tuple[int, ...]]) -> Iterator[int]:
    for offsets, lengths in _STRIPS.items():
        yield from map(sum, zip(numbers.get(offsets, ()), numbers.get(lengths, ()), strict=False))


def _ends_of_values(order: str, entries: list[_Entry]) -> Iterator[int]:
    for entry in entries:
        size = TYPE_SIZES.get(entry.type, 0) * entry.number
        yield struct.unpack(order + "I", entry.value)[0] + size if size > 4 else 0


def holds_its_data(window: Window) -> bool | None:
    """True if all data lies in the file; None if no directory names any. Raises like `end_of_data`."""
    end = end_of_data(window)
    if end > window.size * _FAR:
        raise MalformedError("an offset that leads nowhere")
    if end > window.size:
        raise CutError("data lies past the end")
    return True if end else None
