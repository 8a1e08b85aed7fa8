"""JPEG: segments up to the first scan, and the end of the image.

ITU-T T.81, annex B: a segment is FF, a marker, a length of two bytes that counts itself, and its payload; FF may be
repeated. In scan data FF is followed by 00 or a restart marker, so any other marker ends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from photosync.formats.window import CHUNK, MalformedError, Window

SOI, EOI, SOS, APP0, APP1, APP2, APP13 = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xED
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD8)}
_NEXT_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: its marker, the start of its payload, and the offset after its last byte."""

    marker: int
    payload: int
    end: int

    @property
    def position(self) -> int:
        """The position of the marker; the length and then the payload follow."""
        return self.payload - 4


def segments(window: Window) -> Iterator[Segment]:
    """The segments up to the header of the first scan, which is the last one.

    Raises `MalformedError` if they are broken, or the file ends before the first scan.
    """
    position = 2
    while True:
        marker = window.exactly(position, 2)
        if marker[0] != 0xFF or marker[1] == 0:
            raise MalformedError(f"bytes between segments at {position}")
        if marker[1] == 0xFF:
            position += 1
            continue
        position += 2
        if marker[1] in _WITHOUT_LENGTH:
            continue
        if marker[1] in (EOI, SOI):
            raise MalformedError("no image data")
        length = int.from_bytes(window.exactly(position, 2))
        if length < 2 or position + length > window.size:
            raise MalformedError(f"a segment of {length} bytes at {position}")
        yield Segment(marker[1], position + 2, position + length)
        if marker[1] == SOS:
            return
        position += length


def end_of_image(window: Window, scan: int) -> int | None:
    """The offset after the first EOI after `scan`, the start of scan data; None if the image has no end."""
    position = scan
    while chunk := window.read(position, CHUNK):
        found = _NEXT_MARKER.search(chunk)
        if found is None:
            if position + len(chunk) >= window.size:
                return None
            position += len(chunk) - 1
            continue
        position += found.end()
        marker = found.group()[1]
        if marker == EOI:
            return position
        if marker not in _WITHOUT_LENGTH:
            position += max(2, int.from_bytes(window.read(position, 2)))
    return None
