"""WebP: a RIFF file of chunks, in which Exif has its own chunk.

RFC 9649: VP8X, if present, comes first and says which other chunks there are (Exif is bit 0x08) and how large the
canvas is; EXIF and XMP come after the image data. Unknown chunks keep their bytes and order.
"""

from __future__ import annotations

from collections.abc import Iterable

from photosync.formats.chunks import Chunk, riff_chunks
from photosync.formats.window import MalformedError, Window
from photosync.metadata.containers.chunked import ChunkedContainer
from photosync.metadata.containers.container import Range, prefix_length
from photosync.metadata.exif.patch import Patch
from photosync.metadata.splice import Splice
from photosync.metadata.xmp.read import MAX_PACKET_BYTES, read_xmp

_ALPHA, _EXIF = 0x10, 0x08
_XMP = (b"XMP ", b"XMP\0")
"""Some writers end the name with a NUL instead of a space."""


class WebP(ChunkedContainer):
    """A WebP file with its chunks."""

    exif_type = b"EXIF"

    def _read(self) -> None:
        try:
            self._read_chunks(riff_chunks(self.window))
        finally:
            xmp = next((chunk for chunk in self._chunks if chunk.type in _XMP), None)
            if xmp is not None:
                self.facts |= read_xmp(self.window.read(xmp.data, min(xmp.length, MAX_PACKET_BYTES)))

    def _read_exif(self, chunk: Chunk) -> None:
        content = self.window.exactly(chunk.data, chunk.length)
        skipped = prefix_length(content)
        self._read_block(Window.over(content[skipped:]), chunk.data + skipped)

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
        """Whether VP8X has only the flags for Exif and alpha and the image's size, like those that are built here."""
        content = self.window.read(extended.data, extended.length)
        try:
            return content == self._extended(content[0] & _EXIF)[8:]
        except (MalformedError, IndexError):
            return False

    def _around(self, planned: Patch) -> Iterable[Splice]:
        chunk = self._exif_chunk
        if chunk is None or not planned.tail:
            return ()
        length = chunk.length + len(planned.tail)
        tail = bytes(planned.tail) + bytes(length % 2)
        return (
            Splice(chunk.position + 4, 4, length.to_bytes(4, "little")),
            Splice(chunk.data + chunk.length, chunk.length % 2, tail),
            self._riff_size(len(tail) - chunk.length % 2),
        )

    def _insert(self, block: bytes) -> Iterable[Splice]:
        """Before the XMP chunk or at the end."""
        new = b"EXIF" + len(block).to_bytes(4, "little") + block + bytes(len(block) % 2)
        at = next((chunk.position for chunk in self._chunks if chunk.type in _XMP), self.window.size)
        if not self._chunks:
            raise MalformedError("there is no image")
        first = self._chunks[0]
        if first.type == b"VP8X" and first.length >= 10:
            flags = self.window.exactly(first.data, 1)[0]
            head = Splice(first.data, 1, bytes([flags | _EXIF]))
        else:
            head = Splice(12, 0, self._extended(_EXIF))
        return self._riff_size(head.growth + len(new)), head, Splice(at, 0, new)

    def _extended(self, flags: int) -> bytes:
        """A VP8X chunk for an image that had none; RFC 9649, 2.5 to 2.7."""
        image = next((chunk for chunk in self._chunks if chunk.type in (b"VP8 ", b"VP8L")), None)
        if image is None:
            raise MalformedError("there is no image from which to take the canvas size")
        head = self.window.exactly(image.data, 10 if image.type == b"VP8 " else 5)
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
        return Splice(4, 4, (self.window.size - 8 + growth).to_bytes(4, "little"))
