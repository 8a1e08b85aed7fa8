"""WebP: a RIFF file of chunks, each a four-letter type, a length and data padded to an even length.

RFC 9649: VP8X, where it is, comes first and says which other chunks there are (Exif is bit 0x08) and how large the
canvas is; EXIF and XMP come behind the image data. Unknown chunks keep their bytes and order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from photosync.formats.tiff import Block
from photosync.formats.window import MalformedError, Window
from photosync.metadata.containers.container import ExifHome, Filling, Range, built_block, left_alone, without_prefix
from photosync.metadata.exif.missing import Wishes
from photosync.metadata.file_metadata import FileMetadata
from photosync.metadata.splice import Splice, in_order
from photosync.metadata.xmp.read import MAX_PACKET_BYTES, XmpFacts, read_xmp

_MAX_CHUNKS = 100_000
_MAX_EXIF_BYTES = 1 << 24
_ALPHA, _EXIF = 0x10, 0x08


@dataclass(frozen=True, slots=True)
class _Chunk:
    type: bytes
    position: int
    length: int

    @property
    def data(self) -> int:
        return self.position + 8

    @property
    def end(self) -> int:
        return self.data + self.length + self.length % 2


class WebP:
    """A WebP file, its chunks found."""

    only_appends = False

    def __init__(self, window: Window) -> None:
        self._window = window
        self.problem = ""
        self.notes: tuple[str, ...] = ()
        self._chunks: list[_Chunk] = []
        self._home = ExifHome()
        try:
            self._chunks.extend(self._walk())
            self._read_exif()
        except MalformedError as error:
            self.problem = f"the chunk list is broken: {error}"
        self.problem = self.problem or self._home.problem
        self.is_damaged = bool(self.problem)
        self.facts = FileMetadata(exif=self._home.facts, xmp=self._read_xmp())

    @property
    def block(self) -> Block | None:
        """The block in the EXIF chunk."""
        return self._home.block

    def _walk(self) -> Iterator[_Chunk]:
        if int.from_bytes(self._window.exactly(4, 4), "little") + 8 != self._window.size:
            raise MalformedError("the RIFF size is not the file's")
        position = 12
        for _ in range(_MAX_CHUNKS):
            if position == self._window.size:
                return
            head = self._window.exactly(position, 8)
            chunk = _Chunk(head[:4], position, int.from_bytes(head[4:], "little"))
            if chunk.end > self._window.size:
                raise MalformedError(f"the chunk at {position} runs past the end")
            yield chunk
            position = chunk.end
        raise MalformedError("there are too many chunks")

    def _read_exif(self) -> None:
        found = [chunk for chunk in self._chunks if chunk.type == b"EXIF"]
        if not found:
            return
        if len(found) > 1 or found[0].length > _MAX_EXIF_BYTES:
            raise MalformedError("there is more than one EXIF chunk, or a gigantic one")
        content = self._window.exactly(found[0].data, found[0].length)
        skipped = without_prefix(content)
        self._home = ExifHome.read(Window.over(content[skipped:]), found[0].data + skipped)

    def _read_xmp(self) -> XmpFacts:
        """Some writers call the chunk `XMP` and a NUL in place of a blank."""
        for chunk in self._chunks:
            if chunk.type in (b"XMP ", b"XMP\0"):
                return read_xmp(self._window.read(chunk.data, min(chunk.length, MAX_PACKET_BYTES)))
        return XmpFacts()

    def mutable(self) -> tuple[Range, ...]:
        """The RIFF size, the byte of VP8X with the Exif bit (or a VP8X of ours), and the EXIF chunk."""
        ranges = [(4, 8)]
        for chunk in self._chunks:
            if chunk.type == b"VP8X":
                ranges.append((chunk.position, chunk.end) if self._is_plain(chunk) else (chunk.data, chunk.data + 1))
            elif chunk.type == b"EXIF":
                ranges.append((chunk.position, chunk.end))
        return tuple(ranges)

    def _is_plain(self, extended: _Chunk) -> bool:
        """Whether VP8X says nothing but Exif, alpha and the image's own size, as ours do."""
        content = self._window.read(extended.data, extended.length)
        try:
            return content == self._extended(content[0] & _EXIF)[8:]
        except (MalformedError, IndexError):
            return False

    def fill(self, wishes: Wishes) -> Filling:
        """Patch the EXIF chunk, or build one before the XMP chunk or at the end."""
        if self.block is None:
            return self._insert(wishes)
        planned = self._home.patch(wishes, _MAX_EXIF_BYTES)
        splices = self._home.overwrites(planned)
        if planned.tail:
            chunk = next(chunk for chunk in self._chunks if chunk.type == b"EXIF")
            length = chunk.length + len(planned.tail)
            tail = bytes(planned.tail) + bytes(length % 2)
            splices.append(Splice(chunk.position + 4, 4, length.to_bytes(4, "little")))
            splices.append(Splice(chunk.data + chunk.length, chunk.length % 2, tail))
            splices.append(self._riff_size(len(tail) - chunk.length % 2))
        return Filling(in_order(splices), tuple(planned.changes), tuple(planned.left), planned.expected)

    def _insert(self, wishes: Wishes) -> Filling:
        content, filling = built_block(wishes)
        if not content:
            return filling
        try:
            splices = self._splices_of_new(content)
        except MalformedError as error:
            return left_alone(wishes, str(error))
        return Filling(splices, filling.changes, (), filling.expected)

    def _splices_of_new(self, content: bytes) -> tuple[Splice, ...]:
        new = b"EXIF" + len(content).to_bytes(4, "little") + content + bytes(len(content) % 2)
        at = next((chunk.position for chunk in self._chunks if chunk.type in (b"XMP ", b"XMP\0")), self._window.size)
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
