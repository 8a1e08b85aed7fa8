"""JPEG: the Exif segment is patched, or a new one is added after the APP0 segments.

CIPA DC-008 4.7: Exif is an APP1 segment that begins with `Exif` and two NULs. CIPA DC-007: the MPF segment lists
further images, and holds the size of the first one. All other bytes are kept. Only the head of a file is read, unless a
segment must grow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from photosync.formats.jpeg import APP0, APP1, APP2, APP13, Segment, end_of_image, segments
from photosync.formats.sniff import Format
from photosync.formats.tiff import read_block
from photosync.formats.window import CHUNK, MalformedError, Window
from photosync.metadata.containers.container import Container, Range
from photosync.metadata.exif.build import PREFIX
from photosync.metadata.exif.patch import Patch
from photosync.metadata.facts import Facts
from photosync.metadata.iptc import read_photoshop
from photosync.metadata.splice import Splice
from photosync.metadata.xmp.read import read_xmp

_XMP, _MPF, _PHOTOSHOP = b"http://ns.adobe.com/xap/1.0/\0", b"MPF\0", b"Photoshop 3.0\0"
_MP_ENTRIES = 0xB002
_PREVIEW = re.compile(b"\xd8\xff")
_AFCP_SIGNATURES = (b"AXS!", b"AXS*")


class Jpeg(Container):
    """A JPEG file, read up to its first scan."""

    parts = "segments"
    max_block_bytes = 65_527
    """65 535 less the length field and `Exif` with its NULs."""

    def __init__(self, window: Window, format_: Format) -> None:
        self._segments: list[Segment] = []
        self._exif_segments: list[Segment] = []
        self._mpf: Segment | None = None
        super().__init__(window, format_)

    def _read(self) -> None:
        try:
            self._segments.extend(segments(self.window))
        finally:
            self._read_segments()

    def _read_segments(self) -> None:
        xmp, iptc = Facts(), Facts()
        for segment in self._segments:
            if segment.marker not in (APP1, APP2, APP13):
                continue
            head = self.window.read(segment.payload, min(32, segment.end - segment.payload))
            if segment.marker == APP1 and head.startswith(PREFIX[:5]):
                self._exif_segments.append(segment)
            elif segment.marker == APP1 and head.startswith(_XMP) and xmp == Facts():
                xmp = read_xmp(self._payload(segment, _XMP))
            elif segment.marker == APP2 and head.startswith(_MPF) and self._mpf is None:
                self._mpf = segment
            elif segment.marker == APP13 and head.startswith(_PHOTOSHOP) and iptc == Facts():
                iptc = read_photoshop(self._payload(segment, _PHOTOSHOP))
        if self._exif_segments:
            content = self._payload(self._exif_segments[0], PREFIX)
            self._read_block(Window.over(content), self._exif_segments[0].payload + len(PREFIX))
        self.facts |= xmp | iptc

    def _payload(self, segment: Segment, prefix: bytes) -> bytes:
        return self.window.read(segment.payload + len(prefix), segment.end - segment.payload - len(prefix))

    def mutable(self) -> tuple[Range, ...]:
        """The Exif segment, from its marker, and the size of the first image in the MPF segment."""
        ranges = [(segment.position, segment.end) for segment in self._exif_segments[:1]]
        if size := self._mpf_size_position():
            ranges.append((size, size + 4))
        return tuple(sorted(ranges))

    def _around(self, planned: Patch) -> Iterable[Splice]:
        if not planned.tail:
            return ()
        segment = self._exif_segments[0]
        length = segment.end - segment.payload + 2 + len(planned.tail)
        return (
            Splice(segment.payload - 2, 2, length.to_bytes(2)),
            Splice(segment.end, 0, bytes(planned.tail)),
            *self._grow_mpf(len(planned.tail)),
        )

    def _insert(self, block: bytes) -> Iterable[Splice]:
        """After the APP0 segments."""
        if len(block) > self.max_block_bytes:
            raise MalformedError("it is longer than an Exif segment can be")
        if why_not := self._why_not_grow():
            raise MalformedError(why_not)
        at = 2
        for segment in self._segments:
            if segment.marker != APP0 or segment.position != at:
                break
            at = segment.end
        payload = PREFIX + block
        new = bytes([0xFF, APP1]) + (len(payload) + 2).to_bytes(2) + payload
        return Splice(at, 0, new), *self._grow_mpf(len(new))

    def _why_not_grow(self) -> str:
        """Why nothing may be appended to the Exif block; reads the whole file, and notes a truncated scan."""
        if len(self._exif_segments) > 1:
            return "there is more than one Exif segment"
        if self._mpf and self._exif_segments and self._mpf.position < self._exif_segments[0].position:
            return "an MPF segment comes before the Exif segment"
        if self.window.read(self.window.size - 12, 4) in _AFCP_SIGNATURES:
            return "the file ends in an AFCP trailer, whose offsets count from the start"
        try:
            end = end_of_image(self.window, self._segments[-1].end)
        except MalformedError as error:
            return str(error)
        if end is None:
            self.notes = ("the image data is truncated",)
        elif self.block is not None and self._has_addressed_preview(end):
            return "a preview behind the image is addressed from the Exif block"
        return ""

    def _has_addressed_preview(self, end: int) -> bool:
        """Whether the block has the offset, from the TIFF header, of a JPEG in the trailer (Minolta, Olympus).

        The camera may have overwritten the first byte of such a preview, so only D8 FF is searched.
        """
        assert self.block is not None
        block = self.block.window.read(0, self.block.window.size)
        position = end
        while len(chunk := self.window.read(position, CHUNK)) > 2:
            offsets = (position + found.start() - 1 - self._block_start for found in _PREVIEW.finditer(chunk, 1))
            if any(at < 1 << 32 and (at.to_bytes(4, "little") in block or at.to_bytes(4) in block) for at in offsets):
                return True
            position += len(chunk) - 2
        return False

    def _mpf_size_position(self) -> int | None:
        """The position of the size of the first image."""
        if self._mpf is None:
            return None
        start = self._mpf.payload + len(_MPF)
        try:
            index = read_block(self.window.part(start, self._mpf.end - start))
        except MalformedError:
            return None
        entries = index.entry("0th", _MP_ENTRIES)
        if entries is None or (entries.length or 0) < 16 or entries.value_position + 16 > self._mpf.end - start:
            return None
        return start + entries.value_position + 4

    def _grow_mpf(self, growth: int) -> list[Splice]:
        """The first image becomes longer; its size in the index is changed too if it was right."""
        at = self._mpf_size_position()
        if at is None or self._mpf is None:
            return []
        is_little = self.window.read(self._mpf.payload + len(_MPF), 2) == b"II"
        size = int.from_bytes(self.window.exactly(at, 4), "little" if is_little else "big")
        second = self.window.read(size, 2)
        if size != end_of_image(self.window, self._segments[-1].end) and second != b"\xff\xd8":
            self.notes = (*self.notes, "the MPF segment has a wrong size of the first image; it stays")
            return []
        return [Splice(at, 4, (size + growth).to_bytes(4, "little" if is_little else "big"))]
