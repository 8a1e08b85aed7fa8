"""JPEG: segments up to the first scan, the scans, and whatever comes behind the end of the image.

ITU-T T.81, annex B: a segment is FF, a marker, a length of two bytes that counts itself, and its payload; FF may be
repeated. In scan data FF is followed by 00 or a restart marker, so the next other marker ends it. CIPA DC-008 4.7: Exif
is an APP1 segment that begins with `Exif` and two NULs. CIPA DC-007: the MPF segment lists further images, among other
things with the size of the first.

Only the head of a file is read, until something has to grow. Everything that is not the Exif segment stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from photosync.formats.tiff import Block, read_block
from photosync.formats.window import CHUNK, MalformedError, Window
from photosync.metadata.containers.container import (
    ExifHome,
    Filling,
    Range,
    built_block,
    left_alone,
)
from photosync.metadata.exif.build import PREFIX
from photosync.metadata.exif.missing import Wishes
from photosync.metadata.file_metadata import FileMetadata
from photosync.metadata.iptc import IptcFacts, read_photoshop
from photosync.metadata.splice import Splice, in_order
from photosync.metadata.xmp.read import XmpFacts, read_xmp

_SOI, _EOI, _SOS, _APP0, _APP1, _APP2, _APP13 = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xED
_BARE = {0x01, *range(0xD0, 0xD8)}
_XMP, _MPF, _PHOTOSHOP = b"http://ns.adobe.com/xap/1.0/\0", b"MPF\0", b"Photoshop 3.0\0"
_MP_ENTRIES = 0xB002

MAX_BLOCK_BYTES = 65_527
"""65 535 less the length field and `Exif` with its NULs."""

_NEXT_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_AFCP_MARKS = (b"AXS!", b"AXS*")


@dataclass(frozen=True, slots=True)
class _Segment:
    marker: int
    length_position: int
    payload: int
    end: int


class Jpeg:
    """A JPEG file, read up to its first scan."""

    only_appends = False

    def __init__(self, window: Window) -> None:
        self._window = window
        self.problem = ""
        self.notes: tuple[str, ...] = ()
        self._scan = 0
        self._segments: list[_Segment] = []
        self._exif: list[_Segment] = []
        self._mpf: _Segment | None = None
        self._mpf_is_first = False
        try:
            self._segments.extend(self._read_segments())
        except MalformedError as error:
            self.problem = f"the segments are broken: {error}"
        xmp, iptc = self._sort_segments()
        self._home = self._read_exif()
        self.problem = self.problem or self._home.problem
        self.is_damaged = bool(self.problem)
        self.facts = FileMetadata(exif=self._home.facts, xmp=xmp, iptc=iptc)

    @property
    def block(self) -> Block | None:
        """The block of the first Exif segment."""
        return self._home.block

    def _read_segments(self) -> Iterator[_Segment]:
        position = 2
        while True:
            marker = self._window.exactly(position, 2)
            if marker[0] != 0xFF or marker[1] == 0:
                raise MalformedError(f"bytes between segments at {position}")
            if marker[1] == 0xFF:
                position += 1
                continue
            position += 2
            if marker[1] in _BARE:
                continue
            if marker[1] in (_EOI, _SOI):
                raise MalformedError("no image data")
            length = int.from_bytes(self._window.exactly(position, 2))
            if length < 2 or position + length > self._window.size:
                raise MalformedError(f"a segment of {length} bytes at {position}")
            if marker[1] == _SOS:
                self._scan = position + length
                return
            yield _Segment(marker[1], position, position + 2, position + length)
            position += length

    def _sort_segments(self) -> tuple[XmpFacts, IptcFacts]:
        xmp, iptc = XmpFacts(), IptcFacts()
        for segment in self._segments:
            if segment.marker not in (_APP1, _APP2, _APP13):
                continue
            mark = self._window.read(segment.payload, min(32, segment.end - segment.payload))
            if segment.marker == _APP1 and mark.startswith(PREFIX[:5]):
                self._exif.append(segment)
            elif segment.marker == _APP1 and mark.startswith(_XMP) and xmp == XmpFacts():
                xmp = read_xmp(self._payload(segment, _XMP))
            elif segment.marker == _APP2 and mark.startswith(_MPF) and self._mpf is None:
                self._mpf, self._mpf_is_first = segment, not self._exif
            elif segment.marker == _APP13 and mark.startswith(_PHOTOSHOP) and iptc == IptcFacts():
                iptc = read_photoshop(self._payload(segment, _PHOTOSHOP))
        return xmp, iptc

    def _payload(self, segment: _Segment, mark: bytes) -> bytes:
        return self._window.read(segment.payload + len(mark), segment.end - segment.payload - len(mark))

    def _read_exif(self) -> ExifHome:
        if not self._exif:
            return ExifHome()
        content = self._payload(self._exif[0], PREFIX)
        return ExifHome.read(Window.over(content), self._exif[0].payload + len(PREFIX))

    def mutable(self) -> tuple[Range, ...]:
        """The Exif segment, from its marker on, and the size of the first image in the MPF segment."""
        ranges = [(segment.length_position - 2, segment.end) for segment in self._exif[:1]]
        size = self._mpf_size_position()
        return tuple(sorted([*ranges, *([(size, size + 4)] if size is not None else [])]))

    def fill(self, wishes: Wishes) -> Filling:
        """Patch the Exif segment, or build one behind the APP0 segments."""
        if self.block is None:
            return self._insert(wishes)
        room = MAX_BLOCK_BYTES - self.block.window.size
        planned = self._home.patch(wishes, room)
        if planned.tail and (why_not := self._why_not_grow()):
            planned = self._home.patch(wishes, 0, why_not)
        splices = self._home.overwrites(planned)
        if planned.tail:
            segment = self._exif[0]
            length = segment.end - segment.length_position + len(planned.tail)
            splices.append(Splice(segment.length_position, 2, length.to_bytes(2)))
            splices.append(Splice(segment.end, 0, bytes(planned.tail)))
            splices.extend(self._grow_mpf(len(planned.tail)))
        return Filling(in_order(splices), tuple(planned.changes), tuple(planned.left), planned.expected)

    def _insert(self, wishes: Wishes) -> Filling:
        content, filling = built_block(wishes)
        if not content:
            return filling
        if len(content) > MAX_BLOCK_BYTES:
            return left_alone(wishes, "it is longer than an Exif segment can be")
        if why_not := self._why_not_grow():
            return left_alone(wishes, why_not)
        at = 2
        for segment in self._segments:
            if segment.marker != _APP0 or segment.length_position - 2 != at:
                break
            at = segment.end
        payload = PREFIX + content
        new = bytes([0xFF, _APP1]) + (len(payload) + 2).to_bytes(2) + payload
        splices = in_order([Splice(at, 0, new), *self._grow_mpf(len(new))])
        return Filling(splices, filling.changes, (), filling.expected)

    def _why_not_grow(self) -> str:
        """Why nothing may be appended to the Exif block; reads the whole file. Tells of a cut scan on the way."""
        if len(self._exif) > 1:
            return "there is more than one Exif segment"
        if self._mpf_is_first and self._exif:
            return "an MPF segment comes before the Exif segment"
        if self._window.read(self._window.size - 12, 4) in _AFCP_MARKS:
            return "the file ends in an AFCP trailer, whose offsets count from the start"
        end = self._end_of_image()
        if end is None:
            self.notes = ("the image data is truncated",)
        elif self.block is not None and self._has_addressed_preview(end):
            return "a preview behind the image is addressed from the Exif block"
        return ""

    def _end_of_image(self) -> int | None:
        """The byte behind the first EOI; None where the scan has no end."""
        position = self._scan
        while chunk := self._window.read(position, CHUNK):
            found = _NEXT_MARKER.search(chunk)
            if found is None:
                if position + len(chunk) >= self._window.size:
                    return None
                position += len(chunk) - 1
                continue
            position += found.end()
            marker = found.group()[1]
            if marker == _EOI:
                return position
            if marker not in _BARE:
                position += max(2, int.from_bytes(self._window.read(position, 2)))
        return None

    def _has_addressed_preview(self, end: int) -> bool:
        """Whether the block holds the offset, from the TIFF header, of a JPEG in the trailer (Minolta, Olympus).

        The first byte of such a preview may have been blanked by the camera, so that D8 FF has to do.
        """
        assert self.block is not None
        block = self.block.window.read(0, self.block.window.size)
        position = end
        while len(chunk := self._window.read(position, CHUNK)) > 2:
            at = chunk.find(b"\xd8\xff", 1)
            while at >= 0:
                offset = position + at - 1 - self._home.start
                if offset.to_bytes(8)[:4] == b"\0\0\0\0" and (
                    offset.to_bytes(4, "little") in block or offset.to_bytes(4) in block
                ):
                    return True
                at = chunk.find(b"\xd8\xff", at + 1)
            position += len(chunk) - 2
        return False

    def _mpf_size_position(self) -> int | None:
        """Where the size of the first image stands in the file."""
        if self._mpf is None:
            return None
        start = self._mpf.payload + len(_MPF)
        try:
            index = read_block(self._window.part(start, self._mpf.end - start))
        except MalformedError:
            return None
        entries = index.entry("0th", _MP_ENTRIES)
        if entries is None or (entries.length or 0) < 16 or entries.value_position + 16 > self._mpf.end - start:
            return None
        return start + entries.value_position + 4

    def _grow_mpf(self, growth: int) -> list[Splice]:
        """The first image becomes longer; its size in the index grows with it where it was right."""
        at = self._mpf_size_position()
        if at is None or self._mpf is None:
            return []
        is_little = self._window.read(self._mpf.payload + len(_MPF), 2) == b"II"
        size = int.from_bytes(self._window.exactly(at, 4), "little" if is_little else "big")
        second = self._window.read(size, 2)
        if size != self._end_of_image() and second != b"\xff\xd8":
            self.notes = (*self.notes, "the MPF segment has a wrong size of the first image; it stays")
            return []
        return [Splice(at, 4, (size + growth).to_bytes(4, "little" if is_little else "big"))]
