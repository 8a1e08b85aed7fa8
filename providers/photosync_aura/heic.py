"""The size of a HEIC picture, read from its boxes: nothing here can decode one.

Source: ISO/IEC 14496-12 (boxes), ISO/IEC 23008-12 (`pitm`, `iprp`, `ipco`, `ipma`, `ispe`, `irot`, `imir`). The primary
item's `ispe` says how many pixels there are, and its `irot` how they are to be turned.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

_MOST_META_BYTES = 4 << 20
_ORIENTATIONS = (1, 8, 3, 6)
"""EXIF's word for so many quarter turns against the clock."""

_DOUBTS = frozenset({b"imir", b"clap"})
"""Mirrored, or cut: rare, and nobody knows what the service makes of it."""

_Box = tuple[bytes, bytes]


class HeicSize(NamedTuple):
    """The stored pixels, and EXIF's word (1 to 8) for how they are to be turned."""

    width: int
    height: int
    orientation: int


def heic_size(file: BinaryIO) -> HeicSize | None:
    """The primary picture's size; None where the boxes do not say it beyond doubt."""
    try:
        meta = _meta(file)
        if meta is None:
            return None
        parts = dict(_boxes(meta[4:]))
        properties = dict(_boxes(parts[b"iprp"]))
        all_of_them = list(_boxes(properties[b"ipco"]))
        numbers = _properties_of(properties[b"ipma"], _primary(parts[b"pitm"]))
        return _size([all_of_them[number - 1] for number in numbers if number])
    except (KeyError, IndexError, ValueError):
        return None


def _size(properties: list[_Box]) -> HeicSize | None:
    sizes = [content for type_, content in properties if type_ == b"ispe" and len(content) >= 12]
    turns = [content[0] & 3 for type_, content in properties if type_ == b"irot" and content]
    if len(sizes) != 1 or len(turns) > 1 or not _DOUBTS.isdisjoint(type_ for type_, _ in properties):
        return None
    width, height = int.from_bytes(sizes[0][4:8]), int.from_bytes(sizes[0][8:12])
    return HeicSize(width, height, _ORIENTATIONS[turns[0] if turns else 0]) if width and height else None


def _meta(file: BinaryIO) -> bytes | None:
    """The content of the first `meta` box, which comes before the pictures or after them."""
    place = 0
    while True:
        file.seek(place)
        head = file.read(16)
        size, type_, skipped = int.from_bytes(head[:4]), head[4:8], 8
        if size == 1:
            size, skipped = int.from_bytes(head[8:16]), 16
        if len(head) < 8 or size < skipped:
            return None
        if type_ == b"meta":
            file.seek(place + skipped)
            content = file.read(min(size - skipped, _MOST_META_BYTES + 1))
            return content if len(content) == size - skipped <= _MOST_META_BYTES else None
        place += size


def _boxes(content: bytes) -> Iterator[_Box]:
    place = 0
    while place + 8 <= len(content):
        size = int.from_bytes(content[place : place + 4])
        if size < 8 or place + size > len(content):
            raise ValueError("a box that does not fit into the one around it")
        yield content[place + 4 : place + 8], content[place + 8 : place + size]
        place += size


def _primary(pitm: bytes) -> int:
    return int.from_bytes(pitm[4:8] if pitm[0] else pitm[4:6])


def _properties_of(ipma: bytes, item: int) -> list[int]:
    """The numbers, from 1, of the properties that belong to `item`."""
    id_bytes = 4 if ipma[0] else 2
    number_bytes = 2 if ipma[3] & 1 else 1
    place = 8
    for _ in range(int.from_bytes(ipma[4:8])):
        id_ = int.from_bytes(ipma[place : place + id_bytes])
        count = ipma[place + id_bytes]
        first = place + id_bytes + 1
        place = first + count * number_bytes
        if place > len(ipma):
            break
        if id_ == item:
            # The highest bit says only that whoever does not know the property must not show the picture.
            mask = (1 << (8 * number_bytes - 1)) - 1
            return [int.from_bytes(ipma[at : at + number_bytes]) & mask for at in range(first, place, number_bytes)]
    raise ValueError("the primary item has no properties")
