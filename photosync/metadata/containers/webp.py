"""WebP: a RIFF file of chunks, in which Exif has a chunk of its own.

RFC 9649: VP8X, where it is, comes first and says which other chunks there are (Exif is bit 0x08) and how large the
canvas is; EXIF and XMP come behind the image data. Unknown chunks keep their bytes and order.
"""

from __future__ import annotations

from dataclasses import replace

from photosync.formats.chunks import Chunk, riff_chunks
from photosync.formats.window import MalformedError, Window
from photosync.metadata.containers.chunked import MAX_EXIF_BYTES, ChunkedContainer
from photosync.metadata.containers.container import (
    EditPlan,
    EmbeddedExif,
    Range,
    new_block,
    nothing_written,
    prefix_length,
)
from photosync.metadata.file_metadata import Facts, FileMetadata
from photosync.metadata.missing import Missing
from photosync.metadata.splice import Splice, in_order
from photosync.metadata.xmp.read import MAX_PACKET_BYTES, read_xmp

_ALPHA, _EXIF = 0x10, 0x08
_XMP = (b"XMP ", b"XMP\0")
"""Some writers end the name with a NUL instead of a blank."""


class WebP(ChunkedContainer):
    """A WebP file, its chunks found."""

    exif_type = b"EXIF"

    def __init__(self, window: Window) -> None:
        super().__init__(window, riff_chunks(window))
        self.facts = FileMetadata(exif=self._exif.facts, other=self._read_xmp())

    def _read_exif(self, chunk: Chunk) -> EmbeddedExif:
        content = self._window.exactly(chunk.data, chunk.length)
        skipped = prefix_length(content)
        return EmbeddedExif.read(Window.over(content[skipped:]), chunk.data + skipped)

    def _read_xmp(self) -> Facts:
        for chunk in self._chunks:
            if chunk.type in _XMP:
                return read_xmp(self._window.read(chunk.data, min(chunk.length, MAX_PACKET_BYTES)))
        return Facts()

    def mutable(self) -> tuple[Range, ...]:
        """The RIFF size, the byte of VP8X with the Exif bit (or all of a VP8X like a built one), and the EXIF chunk."""
        ranges = [(4, 8)]
        for chunk in self._chunks:
            if chunk.type == b"VP8X":
                ranges.append((chunk.position, chunk.end) if self._is_plain(chunk) else (chunk.data, chunk.data + 1))
            elif chunk.type == b"EXIF":
                ranges.append((chunk.position, chunk.end))
        return tuple(ranges)

    def _is_plain(self, extended: Chunk) -> bool:
        """Whether VP8X holds only the flags for Exif and alpha and the image's own size, as the built ones do."""
        content = self._window.read(extended.data, extended.length)
        try:
            return content == self._extended(content[0] & _EXIF)[8:]
        except (MalformedError, IndexError):
            return False

    def plan(self, missing: Missing) -> EditPlan:
        """Patch the EXIF chunk, or build one before the XMP chunk or at the end."""
        chunk = self._exif_chunk
        if chunk is None:
            return self._insert(missing)
        planned = self._exif.patch(missing, MAX_EXIF_BYTES)
        if not planned.tail:
            return self._exif.edit(planned)
        length = chunk.length + len(planned.tail)
        tail = bytes(planned.tail) + bytes(length % 2)
        return self._exif.edit(
            planned,
            Splice(chunk.position + 4, 4, length.to_bytes(4, "little")),
            Splice(chunk.data + chunk.length, chunk.length % 2, tail),
            self._riff_size(len(tail) - chunk.length % 2),
        )

    def _insert(self, missing: Missing) -> EditPlan:
        content, plan = new_block(missing)
        if not content:
            return plan
        try:
            return replace(plan, splices=self._splices_of_new(content))
        except MalformedError as error:
            return nothing_written(missing, str(error))

    def _splices_of_new(self, content: bytes) -> tuple[Splice, ...]:
        new = b"EXIF" + len(content).to_bytes(4, "little") + content + bytes(len(content) % 2)
        at = next((chunk.position for chunk in self._chunks if chunk.type in _XMP), self._window.size)
        first = self._chunks[0] if self._chunks else None
        if first is None:
            raise MalformedError("there is no image")
        if first.type == b"VP8X" and first.length >= 10:
            flags = self._window.exactly(first.data, 1)[0]
            head = Splice(first.data, 1, bytes([flags | _EXIF]))
        else:
            head = Splice(12, 0, self._extended(_EXIF))
        return in_order([self._riff_size(head.growth + len(new)), head, Splice(at, 0, new)])

    def _extended(self, flags: int) -> bytes:
        """A VP8X chunk for an image that had none; RFC 9649, 2.5 to 2.7."""
        image = next((chunk for chunk in self._chunks if chunk.type in (b"VP8 ", b"VP8L")), None)
        if image is None:
            raise MalformedError("there is no image from which to take the canvas size")
        head = self._window.exactly(image.data, 10 if image.type == b"VP8 " else 5)
        if image.type == b"VP8L":
            bits = int.from_bytes(head[1:5], "little")
            if head[0] != 0x2F:
                raise MalformedError("the lossless image has no signature")
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
            flags |= _ALPHA if bits >> 28 & 1 else 0
        else:
            if head[3:6] != b"\x9d\x01\x2a":
                raise MalformedError("the lossy image has no start code")
            width = int.from_bytes(head[6:8], "little") & 0x3FFF
            height = int.from_bytes(head[8:10], "little") & 0x3FFF
        if not width or not height:
            raise MalformedError("the image has no size")
        canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        return b"VP8X" + (10).to_bytes(4, "little") + bytes([flags, 0, 0, 0]) + canvas

    def _riff_size(self, growth: int) -> Splice:
        return Splice(4, 4, (self._window.size - 8 + growth).to_bytes(4, "little"))
