"""PNG and APNG: the Exif block is the data of an eXIf chunk, which has a CRC.

PNG specification, third edition: 11.3.4.4 (eXIf: the TIFF block without `Exif` and NULs, before or after IDAT), 11.3.3
(text). APNG's fcTL before the first IDAT belongs to it. Before eXIf existed, ImageMagick and others kept Exif in a text
chunk, as hexadecimal; readers still accept it, so nothing is written to a file that has one. XMP and IPTC were kept in
the same way.
"""

from __future__ import annotations

import zlib

from photosync.formats.chunks import Chunk, png_chunks
from photosync.formats.sniff import Format
from photosync.formats.window import MalformedError, Window
from photosync.metadata.capture_time.read_date import read_date
from photosync.metadata.capture_time.sources import TimeSource
from photosync.metadata.containers.chunked import ChunkedContainer
from photosync.metadata.containers.container import Range
from photosync.metadata.exif.patch import Patch
from photosync.metadata.facts import Facts
from photosync.metadata.iptc import read_photoshop
from photosync.metadata.splice import Splice
from photosync.metadata.xmp.read import MAX_PACKET_BYTES, read_xmp

_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_OLD_EXIF = (b"Raw profile type exif", b"Raw profile type APP1")
_XMP = b"XML:com.adobe.xmp"
_OLD_PROFILES = {b"Raw profile type xmp": read_xmp, b"Raw profile type iptc": read_photoshop}


class Png(ChunkedContainer):
    """A PNG file with its chunks up to IEND."""

    exif_type = b"eXIf"

    def __init__(self, window: Window, format_: Format) -> None:
        super().__init__(window, format_)
        for chunk in self._chunks:
            if chunk.type in _TEXTS:
                self._read_text(chunk)

    def _read(self) -> None:
        self._read_chunks(png_chunks(self.window))

    def _read_exif(self, chunk: Chunk) -> None:
        content = self.window.exactly(chunk.data, chunk.length)
        crc = int.from_bytes(self.window.exactly(chunk.data + chunk.length, 4))
        if crc != zlib.crc32(b"eXIf" + content):
            raise MalformedError("the eXIf chunk has a wrong CRC")
        self._read_block(Window.over(content), chunk.data)

    def _read_text(self, chunk: Chunk) -> None:
        content = self.window.read(chunk.data, min(chunk.length, MAX_PACKET_BYTES))
        keyword, _, rest = content.partition(b"\0")
        if keyword.startswith(_OLD_EXIF):
            self.problem = self.problem or "an old text chunk with Exif is there"
            self.facts |= Facts(can_tell=False)
        elif keyword == _XMP and chunk.type == b"iTXt":
            self.facts = read_xmp(_international_text(rest)) | self.facts
        elif keyword in _OLD_PROFILES:
            profile = _old_profile(_text(chunk, rest))
            self.facts |= _OLD_PROFILES[keyword](profile) if profile else Facts(can_tell=False)
        elif keyword == b"Creation Time":
            text = _text(chunk, rest).decode("utf-8", "replace")
            self.facts = Facts.of_dates({TimeSource.PNG_TEXT: read_date(text)}) | self.facts

    def mutable(self) -> tuple[Range, ...]:
        """The eXIf chunk."""
        return tuple((chunk.position, chunk.end) for chunk in self._chunks if chunk.type == b"eXIf")

    def _insert(self, block: bytes) -> tuple[Splice, ...]:
        image = next((chunk for chunk in self._chunks if chunk.type in (b"fcTL", b"IDAT")), self._chunks[-1])
        return (Splice(image.position, 0, _chunk(block)),)

    def _around(self, planned: Patch) -> tuple[Splice, ...]:
        chunk = self._exif_chunk
        assert chunk is not None
        patched = bytearray(self.window.exactly(chunk.data, chunk.length))
        for at, value in planned.overwrites.items():
            patched[at : at + len(value)] = value
        whole = _chunk(bytes(patched + planned.tail))
        end = chunk.data + chunk.length
        return Splice(chunk.position, 4, whole[:4]), Splice(end, 4, bytes(planned.tail) + whole[-4:])


def _chunk(content: bytes) -> bytes:
    return len(content).to_bytes(4) + b"eXIf" + content + zlib.crc32(b"eXIf" + content).to_bytes(4)


def _text(chunk: Chunk, rest: bytes) -> bytes:
    """The text behind the keyword of a chunk."""
    if chunk.type == b"iTXt":
        return _international_text(rest)
    return _inflated(rest[1:]) if chunk.type == b"zTXt" else rest


def _old_profile(text: bytes) -> bytes:
    """The bytes of a profile as ImageMagick and ExifTool write it: lines with its name, its length, and hexadecimal
    ones; none if it is broken."""
    try:
        return bytes.fromhex(b"".join(text.strip().split(b"\n")[2:]).decode("ascii"))
    except ValueError:
        return b""


def _international_text(rest: bytes) -> bytes:
    """The data after the keyword of iTXt: flag, method, language and NUL, translated keyword and NUL, text."""
    text = b"".join(rest[2:].split(b"\0", 2)[2:])
    return _inflated(text) if rest[:1] == b"\1" else text


def _inflated(content: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(content, MAX_PACKET_BYTES)
    except zlib.error:
        return b""
