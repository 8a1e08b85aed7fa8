"""JPEG: segments up to the first scan, and the end of the image.

ITU-T T.81, annex B: a segment is FF, a marker, a length of two bytes that counts itself, and its payload; FF may be
repeated. In scan data FF is followed by 00 or a restart marker, so any other marker ends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from photosync.formats.window import CHUNK, CutError, MalformedError, Window

SOI, EOI, SOS, APP0, APP1, APP2, APP13 = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xED
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD8)}
_MARKER = re.compile(rb"\xff+[\x01-\xfe]")
_BETWEEN_SCANS = {0xC4, 0xCC, SOS, *range(0xDB, 0xE0), *range(0xE0, 0xF0), 0xFE}
"""The markers of T.81, table B.1, that may follow a scan: tables, the next scan, application data, comments."""
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


def first_scan(window: Window) -> int:
    """The start of the first scan's data. Bytes between segments are skipped, as decoders do.

    Raises `MalformedError`, `CutError` if the file ends before.
    """
    position = 2
    while True:
        position, marker = _next_marker(window, position)
        if marker in _WITHOUT_LENGTH:
            continue
        if marker in (SOI, EOI):
            raise MalformedError("no image data")
        length = int.from_bytes(window.exactly(position, 2))
        window.exactly(position, max(2, length))
        position += max(2, length)
        if marker == SOS:
            return position


def _next_marker(window: Window, position: int) -> tuple[int, int]:
    """The offset after the next marker, and the marker."""
    for chunk in window.chunks(position, window.size):
        found = _MARKER.search(chunk)
        if found is not None:
            return position + found.end(), found.group()[-1]
        position += len(chunk)
    raise CutError("no image data")


def end_of_image(window: Window, scan: int) -> int | None:
    """The offset after the first EOI after `scan`, the start of scan data; None if the image has no end.

    Raises `MalformedError` if there is no end, and the data cannot be that of a scan.
    """
    position = scan
    is_sound = True
    while chunk := window.read(position, CHUNK):
        found = _NEXT_MARKER.search(chunk)
        if found is None:
            if position + len(chunk) >= window.size:
                break
            position += len(chunk) - 1
            continue
        position += found.end()
        marker = found.group()[1]
        if marker == EOI:
            return position
        if marker not in _WITHOUT_LENGTH:
            is_sound = is_sound and marker in _BETWEEN_SCANS
            position += max(2, int.from_bytes(window.read(position, 2)))
    if not is_sound:
        raise MalformedError("the image data is damaged")
    return None
