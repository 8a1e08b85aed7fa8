"""Whether a file is a whole picture: one that the older script left, or one that is to go up.

That script never looked at a status or a length: error pages, empty files and the beginnings of files got the names of
photos, and a video's still picture got the video's. Facts: protocol notes on Aura, section 6.3.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from photosync.model import Item, Kind

_HEAD_BYTES = 32
_CHUNK_BYTES = 1 << 20
_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"IEND\xaeB`\x82"
_STILL_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"))
_BOXES = frozenset((b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"))
_START_OF_SCAN = 0xDA
_STANDALONE = frozenset((0x01, *range(0xD0, 0xD9)))
"""JPEG markers without a length (ITU-T T.81, table B.1)."""


def is_sound(path: Path, item: Item) -> bool:
    """Whether the file is whole, and of the item's kind; one that cannot be read is not."""
    try:
        with path.open("rb") as file:
            return _is_sound(file, item)
    except OSError:
        return False


def is_whole_picture(path: Path) -> bool:
    """Whether a JPEG, PNG, GIF or WebP does not break off, as its end tells. Raises `OSError`."""
    with path.open("rb") as file:
        return _is_whole_picture(file, file.read(_HEAD_BYTES))


def _is_sound(file: BinaryIO, item: Item) -> bool:
    if item.md5_hint is not None and _md5(file) == item.md5_hint:
        return True
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    if head[4:8] in _BOXES:
        is_still = head[4:8] == b"ftyp" and head[8:12] in _STILL_BRANDS
        return is_still == (item.kind is Kind.PHOTO) and _has_all_boxes(file)
    return item.kind is Kind.PHOTO and _is_whole_picture(file, head)


def _md5(file: BinaryIO) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    while chunk := file.read(_CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def _is_whole_picture(file: BinaryIO, head: bytes) -> bool:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if head.startswith(_JPEG):
        return _jpeg_ends(file.read())
    if head.startswith(_PNG):
        return _PNG_END in file.read()[-1024:]
    if head.startswith((b"GIF87a", b"GIF89a")):
        return file.read().rstrip(b"\0").endswith(b";")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return int.from_bytes(head[4:8], "little") + 8 <= size
    return False


def _jpeg_ends(content: bytes) -> bool:
    """Whether the end comes after the first scan: a preview in the segments before it has an end of its own."""
    position = 2
    while position + 4 <= len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        if marker == _START_OF_SCAN:
            return content.find(b"\xff\xd9", position) >= 0
        if marker == 0xFF:
            position += 1
        elif marker in _STANDALONE:
            position += 2
        else:
            position += 2 + int.from_bytes(content[position + 2 : position + 4])
    return False


def _has_all_boxes(file: BinaryIO) -> bool:
    """Whether the boxes fill the file to its end, the content and its index among them (ISO/IEC 14496-12, 4.2)."""
    size = file.seek(0, os.SEEK_END)
    position, met = 0, set[bytes]()
    while position + 8 <= size:
        file.seek(position)
        head = file.read(16)
        length, type_ = int.from_bytes(head[:4]), head[4:8]
        if length == 1:
            length = int.from_bytes(head[8:16])
        elif length == 0:
            length = size - position
        if length < 8:
            return False
        met.add(type_)
        position += length
    return position == size and not met.isdisjoint((b"moov", b"meta"))
