"""Formats that are only read, if that is simple, so that no sidecar contradicts the file.

GIF89a, 26 (XMP in an application extension: XMP specification part 3, 1.1.2). Adobe Photoshop File Formats (image
resources 1058 Exif, 1060 XMP). ISO/IEC 18181-2 (JPEG XL: boxes `Exif`, `xml `). RAF has the offset and
length of a JPEG at byte 84, CR3 its Exif directories in boxes `CMT1`, `CMT2` and `CMT4` (as ExifTool reads them).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from photosync.formats.boxes import boxes, child, children, content_of
from photosync.formats.sniff import JPEG, Format, FormatKind
from photosync.formats.tiff import RAW_SIGNATURES, TIFF_SIGNATURES, read_block
from photosync.formats.window import MalformedError, Window
from photosync.metadata.containers.container import Container, prefix_length
from photosync.metadata.containers.jpeg import Jpeg
from photosync.metadata.containers.tiff_file import TiffFile
from photosync.metadata.exif.read import read_exif
from photosync.metadata.facts import Facts
from photosync.metadata.iptc import IPTC_RESOURCE, image_resources, read_iptc
from photosync.metadata.xmp.read import MAX_PACKET_BYTES, read_xmp

_HEAD_BYTES = 1 << 20
_CR3_PARTS = (b"CMT1", b"CMT2")


class ReadOnly(Container):
    """A file of a format that is never written."""

    def __init__(self, window: Window, format_: Format) -> None:
        super().__init__(window, format_)
        self.problem = f"{format_.name} files are never written to"

    def _read(self) -> None:
        is_raw, signature = self.format.kind is FormatKind.RAW, self.window.read(0, 4)
        self.facts = Facts(can_tell=False)
        with suppress(MalformedError):
            if self.format.name in _READERS:
                self.facts = _READERS[self.format.name](self.window)
            elif is_raw and signature in TIFF_SIGNATURES:
                self.facts = TiffFile(self.window, self.format).facts
            elif is_raw and signature in RAW_SIGNATURES:
                self.facts = read_exif(read_block(self.window, RAW_SIGNATURES))


def _gif(window: Window) -> Facts:
    _, _, packet = window.read(0, _HEAD_BYTES).partition(b"XMP DataXMP")
    return read_xmp(packet.split(b"\1\xff\xfe")[0])


def _psd(window: Window) -> Facts:
    position = 26
    position += 4 + int.from_bytes(window.exactly(position, 4))
    facts = Facts()
    for resource, part in image_resources(window.part(position + 4, int.from_bytes(window.exactly(position, 4)))):
        if resource in _PSD_RESOURCES:
            facts |= _PSD_RESOURCES[resource](part)
    return facts


def _exif_or_nothing(window: Window) -> Facts:
    with suppress(MalformedError):
        return read_exif(read_block(window))
    return Facts()


def _packet(window: Window) -> Facts:
    return read_xmp(window.read(0, MAX_PACKET_BYTES))


_PSD_RESOURCES: dict[int, Callable[[Window], Facts]] = {
    IPTC_RESOURCE: lambda window: read_iptc(window.read(0, MAX_PACKET_BYTES)),
    1058: _exif_or_nothing,
    1060: _packet,
}


def _jpeg_xl(window: Window) -> Facts:
    facts = Facts()
    if window.read(0, 2) == b"\xff\x0a":
        return facts
    for box in boxes(window, 0, window.size):
        content = content_of(window, box)
        if box.type == b"brob":
            return Facts(can_tell=False)
        if box.type == b"Exif":
            start = 4 + int.from_bytes(content.exactly(0, 4))
            start += prefix_length(content.read(start, 6))
            facts = _exif_or_nothing(content.part(start, content.size)) | facts
        elif box.type == b"xml ":
            facts = _packet(content) | facts
    return facts


def _raf(window: Window) -> Facts:
    offset, length = int.from_bytes(window.exactly(84, 4)), int.from_bytes(window.exactly(88, 4))
    jpeg = Jpeg(window.part(offset, length), JPEG)
    has_exif = jpeg.block is not None and read_exif(jpeg.block) != Facts()
    return jpeg.facts | Facts(can_tell=has_exif)


def _cr3(window: Window) -> Facts:
    movie = {box.type: box for box in boxes(window, 0, window.size)}.get(b"moov")
    canon = child(window, movie, b"uuid") if movie else None
    parts = children(window, canon, skip=16) if canon else ()
    found = {part.type: read_exif(read_block(content_of(window, part))) for part in parts if part.type in _CR3_PARTS}
    if b"CMT2" not in found:
        return Facts(can_tell=False)
    author = found.get(b"CMT1", Facts())
    return found[b"CMT2"] | Facts(
        has_artist=author.has_artist, has_copyright=author.has_copyright, exif_texts=author.exif_texts
    )


_READERS: dict[str, Callable[[Window], Facts]] = {
    "GIF": _gif,
    "PSD": _psd,
    "JPEG XL": _jpeg_xl,
    "RAF": _raf,
    "CR3": _cr3,
    "BMP": lambda _: Facts(),
}
