"""Formats that are only read, as far as that is simple, so that no sidecar contradicts the file.

GIF89a, 26 (XMP in an application extension: XMP specification part 3, 1.1.2). Adobe Photoshop File Formats (image
resources 1028 IPTC, 1058 Exif, 1060 XMP). ISO/IEC 18181-2 (JPEG XL: boxes `Exif`, `xml `). RAF has the offset and
length of a JPEG at byte 84, CR3 its Exif directories in boxes `CMT1`, `CMT2` and `CMT4` (as ExifTool reads them).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from photosync.formats.boxes import boxes, children
from photosync.formats.sniff import Format, FormatKind
from photosync.formats.tiff import RAW_SIGNATURES, TIFF_SIGNATURES, Block, read_block
from photosync.formats.window import MalformedError, Window
from photosync.metadata.containers.container import Container, EditPlan, Range, nothing_written, prefix_length
from photosync.metadata.containers.jpeg import Jpeg
from photosync.metadata.containers.tiff_file import TiffFile
from photosync.metadata.exif.read import ExifFacts, read_exif
from photosync.metadata.file_metadata import Facts, FileMetadata
from photosync.metadata.iptc import read_iptc
from photosync.metadata.missing import Missing
from photosync.metadata.xmp.read import MAX_PACKET_BYTES, read_xmp

_HEAD_BYTES = 1 << 20


class ReadOnly(Container):
    """A file of a format that is never written."""

    def __init__(self, window: Window, format_: Format) -> None:
        super().__init__(window)
        self.problem = f"{format_.name} files are never written to"
        try:
            self.facts = _read(window, format_)
        except MalformedError:
            self.facts = FileMetadata(can_tell=False)

    def mutable(self) -> tuple[Range, ...]:
        """Nothing."""
        return ()

    def plan(self, missing: Missing) -> EditPlan:
        """Nothing is written."""
        return nothing_written(missing, self.problem)


def _read(window: Window, format_: Format) -> FileMetadata:
    reader = _READERS.get(format_.name)
    if reader is not None:
        return reader(window)
    signature = window.read(0, 4)
    if format_.kind is FormatKind.RAW and signature in TIFF_SIGNATURES:
        return TiffFile(window).facts
    if format_.kind is FormatKind.RAW and signature in RAW_SIGNATURES:
        return FileMetadata(exif=read_exif(read_block(window, RAW_SIGNATURES)))
    return FileMetadata(can_tell=False)


def _bmp(_: Window) -> FileMetadata:
    return FileMetadata()


def _gif(window: Window) -> FileMetadata:
    head = window.read(0, _HEAD_BYTES)
    start = head.find(b"XMP DataXMP")
    packet = head[start + 11 :].split(b"\1\xff\xfe")[0] if start >= 0 else b""
    return FileMetadata(other=read_xmp(packet))


def _psd(window: Window) -> FileMetadata:
    position = 26
    position += 4 + int.from_bytes(window.exactly(position, 4))
    end = position + 4 + int.from_bytes(window.exactly(position, 4))
    position += 4
    facts = FileMetadata()
    while position < end and window.read(position, 4) == b"8BIM":
        head = window.exactly(position, 7)
        data = position + 6 + (1 + head[6] + 1) // 2 * 2 + 4
        length = int.from_bytes(window.exactly(data - 4, 4))
        facts = _with_resource(facts, int.from_bytes(head[4:6]), window.part(data, length))
        position = data + length + length % 2
    return facts


def _with_resource(facts: FileMetadata, resource: int, window: Window) -> FileMetadata:
    if resource == 1028:
        return replace(facts, other=facts.other | read_iptc(window.read(0, MAX_PACKET_BYTES)))
    if resource == 1058:
        return replace(facts, exif=_exif_or_nothing(window))
    if resource == 1060:
        return replace(facts, other=facts.other | read_xmp(window.read(0, MAX_PACKET_BYTES)))
    return facts


def _exif_or_nothing(window: Window) -> ExifFacts:
    try:
        return read_exif(read_block(window))
    except MalformedError:
        return ExifFacts()


def _jpeg_xl(window: Window) -> FileMetadata:
    if window.read(0, 2) == b"\xff\x0a":
        return FileMetadata()
    facts = FileMetadata()
    for box in boxes(window, 0, window.size):
        if box.type == b"brob":
            return FileMetadata(can_tell=False)
        if box.type == b"Exif":
            start = 4 + int.from_bytes(window.exactly(box.content, 4))
            start += prefix_length(window.read(box.content + start, 6))
            facts = replace(
                facts, exif=_exif_or_nothing(window.part(box.content + start, box.end - box.content - start))
            )
        elif box.type == b"xml ":
            facts = replace(facts, other=_packet(window, box.content, box.end))
    return facts


def _packet(window: Window, start: int, end: int) -> Facts:
    return read_xmp(window.read(start, min(end - start, MAX_PACKET_BYTES)))


def _raf(window: Window) -> FileMetadata:
    offset, length = int.from_bytes(window.exactly(84, 4)), int.from_bytes(window.exactly(88, 4))
    facts = Jpeg(window.part(offset, length)).facts
    return replace(facts, can_tell=facts.exif != ExifFacts())


def _cr3(window: Window) -> FileMetadata:
    found: dict[bytes, Block] = {}
    for top in boxes(window, 0, window.size):
        if top.type != b"moov":
            continue
        for box in children(window, top):
            if box.type == b"uuid":
                for part in children(window, box, skip=16):
                    if part.type in (b"CMT1", b"CMT2"):
                        found[part.type] = read_block(window.part(part.content, part.end - part.content))
                break
    if b"CMT2" not in found:
        return FileMetadata(can_tell=False)
    exif = read_exif(found[b"CMT2"])
    author = read_exif(found[b"CMT1"]) if b"CMT1" in found else ExifFacts()
    return FileMetadata(exif=replace(exif, has_artist=author.has_artist, has_copyright=author.has_copyright))


_READERS: dict[str, Callable[[Window], FileMetadata]] = {
    "GIF": _gif,
    "PSD": _psd,
    "JPEG XL": _jpeg_xl,
    "RAF": _raf,
    "CR3": _cr3,
    "BMP": _bmp,
}
