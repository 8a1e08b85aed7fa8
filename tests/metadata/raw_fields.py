"""Looks at fixed files with as little of the fixer's own code as can be: entries of a block by their raw bytes."""

from __future__ import annotations

import struct
from pathlib import Path

from tests.metadata.making import SIZES

POINTERS = {0x8769: "Exif", 0x8825: "GPS", 0xA005: "Interop"}
Value = tuple[int, int, bytes]
"""Type, count, bytes."""


def exif_of_jpeg(content: bytes) -> bytes:
    """The TIFF block of the first Exif segment."""
    at = 2
    while content[at + 1] != 0xDA:
        length = int.from_bytes(content[at + 2 : at + 4])
        if content[at + 1] == 0xE1 and content[at + 4 : at + 10] == b"Exif\0\0":
            return content[at + 10 : at + 2 + length]
        at += 2 + length
    raise AssertionError("no Exif segment")


def exif_of_png(content: bytes) -> bytes:
    at = content.index(b"eXIf")
    return content[at + 4 : at + 4 + int.from_bytes(content[at - 4 : at])]


def exif_of_webp(content: bytes) -> bytes:
    at = content.index(b"EXIF")
    raw = content[at + 8 : at + 8 + int.from_bytes(content[at + 4 : at + 8], "little")]
    return raw.removeprefix(b"Exif\0\0")


def entries(block: bytes) -> dict[tuple[str, int], Value]:
    """Every entry of a sound block."""
    order = "<" if block[:2] == b"II" else ">"
    found: dict[tuple[str, int], Value] = {}

    def visit(name: str, position: int) -> None:
        (count,) = struct.unpack_from(order + "H", block, position)
        for index in range(count):
            at = position + 2 + 12 * index
            tag, type_, number, offset = struct.unpack_from(order + "HHII", block, at)
            length = SIZES.get(type_, 0) * number
            value = block[at + 8 : at + 8 + length] if length <= 4 else block[offset : offset + length]
            found[name, tag] = (type_, number, value)
            if tag in POINTERS and type_ in (4, 13):
                visit(POINTERS[tag], offset)
        if name == "0th":
            (following,) = struct.unpack_from(order + "I", block, position + 2 + 12 * count)
            if following:
                visit("1st", following)

    visit("0th", struct.unpack_from(order + "I", block, 4)[0])
    return found


def text_of(block: bytes, directory: str, tag: int) -> str:
    return entries(block)[directory, tag][2].split(b"\0")[0].decode()


def jpeg_entries(path: Path) -> dict[tuple[str, int], Value]:
    return entries(exif_of_jpeg(path.read_bytes()))
