"""PNG and APNG: chunks of length, type, data and CRC.

PNG specification, third edition: 5.3 (chunks), 11.3.4.4 (eXIf: the TIFF block without `Exif` and NULs, before
or after IDAT), 11.3.3 (text). The CRC covers type and data. APNG's fcTL before the first IDAT belongs to it. Before
eXIf existed, ImageMagick and others kept Exif in a text chunk, as hexadecimal; readers still take it, so beside one we
write nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from photosync.formats.tiff import Block
from photosync.formats.window import MalformedError, Window
from photosync.metadata.capture_time.dates import read_date, read_rfc_date
from photosync.metadata.containers.container import ExifHome, Filling, Range, built_block
from photosync.metadata.exif.missing import Wishes
from photosync.metadata.file_metadata import FileMetadata
from photosync.metadata.splice import Splice, in_order
from photosync.metadata.xmp.read import MAX_PACKET_BYTES, XmpFacts, read_xmp
from photosync.model import CaptureTime

_MAX_CHUNKS = 1_000_000
_MAX_EXIF_BYTES = 1 << 24
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_OLD_EXIF = (b"Raw profile type exif", b"Raw profile type APP1")
_XMP = b"XML:com.adobe.xmp"


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
        return self.position + self.length + 12


class Png:
    """A PNG file, its chunks found up to IEND."""

    only_appends = False

    def __init__(self, window: Window) -> None:
        self._window = window
        self.problem = ""
        self.notes: tuple[str, ...] = ()
        self._chunks: list[_Chunk] = []
        self._home = ExifHome()
        self._has_old_exif = False
        self._xmp = XmpFacts()
        self._created: CaptureTime | None = None
        try:
            self._chunks.extend(self._walk())
            self._read_exif()
        except MalformedError as error:
            self.problem = f"the chunks are broken: {error}"
        for chunk in self._chunks:
            if chunk.type in _TEXTS:
                self._read_text(chunk)
        self.problem = self.problem or self._home.problem
        self.is_damaged = bool(self.problem)
        if self._has_old_exif:
            self.problem = self.problem or "an old text chunk with Exif is there"
        can_tell = not self._has_old_exif
        self.facts = FileMetadata(exif=self._home.facts, xmp=self._xmp, png_created=self._created, can_tell=can_tell)

    @property
    def block(self) -> Block | None:
        """The block in the eXIf chunk."""
        return self._home.block

    def _walk(self) -> Iterator[_Chunk]:
        position = 8
        for _ in range(_MAX_CHUNKS):
            head = self._window.exactly(position, 8)
            chunk = _Chunk(head[4:], position, int.from_bytes(head[:4]))
            if not chunk.type.isalpha() or chunk.end > self._window.size:
                raise MalformedError(f"no whole chunk at {position}")
            yield chunk
            if chunk.type == b"IEND":
                return
            position = chunk.end
        raise MalformedError("there are too many chunks")

    def _read_exif(self) -> None:
        found = [chunk for chunk in self._chunks if chunk.type == b"eXIf"]
        if not found:
            return
        chunk = found[0]
        if len(found) > 1 or chunk.length > _MAX_EXIF_BYTES:
            raise MalformedError("there is more than one eXIf chunk, or a gigantic one")
        content = self._window.exactly(chunk.data, chunk.length)
        crc = int.from_bytes(self._window.exactly(chunk.data + chunk.length, 4))
        if crc != zlib.crc32(b"eXIf" + content):
            raise MalformedError("the eXIf chunk has a wrong CRC")
        self._home = ExifHome.read(Window.over(content), chunk.data)

    def _read_text(self, chunk: _Chunk) -> None:
        content = self._window.read(chunk.data, min(chunk.length, MAX_PACKET_BYTES))
        keyword, _, rest = content.partition(b"\0")
        if keyword.startswith(_OLD_EXIF):
            self._has_old_exif = True
        elif keyword == _XMP and chunk.type == b"iTXt":
            self._xmp = read_xmp(_international_text(rest))
        elif keyword == b"Creation Time":
            raw = _international_text(rest) if chunk.type == b"iTXt" else rest
            text = (_inflated(rest[1:]) if chunk.type == b"zTXt" else raw).decode("utf-8", "replace")
            self._created = read_date(text) or read_rfc_date(text)

    def mutable(self) -> tuple[Range, ...]:
        """The eXIf chunk."""
        return tuple((chunk.position, chunk.end) for chunk in self._chunks if chunk.type == b"eXIf")

    def fill(self, wishes: Wishes) -> Filling:
        """Patch the eXIf chunk where it is, or build one before the image data."""
        if self.block is None:
            content, filling = built_block(wishes)
            if not content:
                return filling
            return Filling((Splice(self._place(), 0, _chunk(content)),), filling.changes, (), filling.expected)
        planned = self._home.patch(wishes, _MAX_EXIF_BYTES)
        if not planned.overwrites and not planned.tail:
            return Filling((), (), tuple(planned.left))
        chunk = next(chunk for chunk in self._chunks if chunk.type == b"eXIf")
        patched = bytearray(self._window.exactly(chunk.data, chunk.length))
        for at, value in planned.overwrites.items():
            patched[at : at + len(value)] = value
        whole = _chunk(bytes(patched + planned.tail))
        splices = self._home.overwrites(planned)
        splices.append(Splice(chunk.position, 4, whole[:4]))
        splices.append(Splice(chunk.data + chunk.length, 4, bytes(planned.tail) + whole[-4:]))
        return Filling(in_order(splices), tuple(planned.changes), tuple(planned.left), planned.expected)

    def _place(self) -> int:
        first = next((chunk for chunk in self._chunks if chunk.type in (b"fcTL", b"IDAT")), self._chunks[-1])
        return first.position


def _chunk(content: bytes) -> bytes:
    return len(content).to_bytes(4) + b"eXIf" + content + zlib.crc32(b"eXIf" + content).to_bytes(4)


def _international_text(rest: bytes) -> bytes:
    """What follows the keyword of iTXt: flag, method, language and NUL, translated keyword and NUL, text."""
    text = b"".join(rest[2:].split(b"\0", 2)[2:])
    return _inflated(text) if rest[:1] == b"\1" else text


def _inflated(content: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(content, MAX_PACKET_BYTES)
    except zlib.error:
        return b""
