"""The format of a file. The content decides; the name counts only if the content is not enough.

Signatures are from the formats' specifications, those of raw formats from ExifTool's documentation and from files.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from photosync.formats.tiff import read_block
from photosync.formats.window import MalformedError, Window

HEAD_BYTES = 4096
"""So many bytes of a file are enough for `sniff`."""


class FormatKind(StrEnum):
    """The kind of content of a format."""

    PHOTO = "photo"
    VIDEO = "video"
    RAW = "raw"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: its name as shown, its usual extensions (lower case, with the dot) and its media type."""

    name: str
    kind: FormatKind
    extensions: tuple[str, ...]
    mime: str

    def fits(self, name: str) -> bool:
        """Whether `name` has a usual extension of this format; a name without an extension fits all formats."""
        suffix = PurePath(name).suffix.lower()
        return not suffix or suffix in self.extensions


JPEG = Format("JPEG", FormatKind.PHOTO, (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"), "image/jpeg")
PNG = Format("PNG", FormatKind.PHOTO, (".png", ".apng"), "image/png")
WEBP = Format("WebP", FormatKind.PHOTO, (".webp",), "image/webp")
TIFF = Format("TIFF", FormatKind.PHOTO, (".tif", ".tiff"), "image/tiff")
HEIC = Format("HEIC", FormatKind.PHOTO, (".heic", ".heif", ".hif"), "image/heic")
HEIF = Format("HEIF", FormatKind.PHOTO, (".heif", ".heic", ".hif"), "image/heif")
AVIF = Format("AVIF", FormatKind.PHOTO, (".avif", ".avifs", ".heif"), "image/avif")
GIF = Format("GIF", FormatKind.PHOTO, (".gif",), "image/gif")
JXL = Format("JPEG XL", FormatKind.PHOTO, (".jxl",), "image/jxl")
BMP = Format("BMP", FormatKind.PHOTO, (".bmp", ".dib"), "image/bmp")
PSD = Format("PSD", FormatKind.PHOTO, (".psd", ".psb"), "image/vnd.adobe.photoshop")
JPEG2000 = Format("JPEG 2000", FormatKind.PHOTO, (".jp2", ".j2k", ".jpf", ".jpx"), "image/jp2")

MP4 = Format("MP4", FormatKind.VIDEO, (".mp4", ".m4v", ".mov", ".qt", ".lrv", ".insv"), "video/mp4")
MOV = Format("MOV", FormatKind.VIDEO, (".mov", ".qt", ".mp4", ".m4v"), "video/quicktime")
THREE_GP = Format("3GP", FormatKind.VIDEO, (".3gp", ".3g2", ".mp4"), "video/3gpp")
AVI = Format("AVI", FormatKind.VIDEO, (".avi",), "video/x-msvideo")
MATROSKA = Format("Matroska", FormatKind.VIDEO, (".mkv", ".webm"), "video/x-matroska")
MPEG = Format("MPEG", FormatKind.VIDEO, (".mpg", ".mpeg", ".vob"), "video/mpeg")
MPEG_TS = Format("MPEG-TS", FormatKind.VIDEO, (".ts", ".mts", ".m2ts"), "video/mp2t")
ASF = Format("ASF", FormatKind.VIDEO, (".wmv", ".asf"), "video/x-ms-wmv")
FLV = Format("FLV", FormatKind.VIDEO, (".flv",), "video/x-flv")

PDF = Format("PDF", FormatKind.OTHER, (".pdf",), "application/pdf")
ZIP = Format("ZIP", FormatKind.OTHER, (".zip",), "application/zip")


def _raw(name: str, *extensions: str) -> Format:
    return Format(name, FormatKind.RAW, extensions, f"image/x-{name.lower()}")


BIG_TIFF = Format("BigTIFF", FormatKind.RAW, (".tif", ".tiff", ".btf"), "image/tiff")
TIFF_LIKE = Format("TIFF-like", FormatKind.RAW, (".tif", ".tiff"), "image/tiff")
"""A file with the TIFF signature and another extension, or with a raw picture inside: treated as raw."""

CR2 = _raw("CR2", ".cr2")
CR3 = _raw("CR3", ".cr3", ".crm")
_TIFF_RAWS = {
    suffix: _raw(suffix[1:].upper(), suffix)
    for suffix in (
        *(".dng", ".nef", ".nrw", ".arw", ".srf", ".sr2", ".pef", ".srw", ".3fr", ".fff", ".iiq", ".kdc", ".dcr"),
        *(".dcs", ".erf", ".mef", ".mos", ".gpr", ".rwl", ".cr2", ".orf", ".rw2", ".raw"),
    )
}

TIFF_RAWS = tuple(_TIFF_RAWS[suffix] for suffix in (".dng", ".nef", ".nrw", ".arw", ".pef", ".srw"))
"""Raw formats of which each picture is in strips or tiles, as in TIFF."""

_SIGNATURES: tuple[tuple[bytes, Format], ...] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"8BPS", PSD),
    (b"\xff\x0a", JXL),
    (b"\0\0\0\x0cJXL \r\n\x87\n", JXL),
    (b"\0\0\0\x0cjP  \r\n\x87\n", JPEG2000),
    (b"FUJIFILMCCD-RAW", _raw("RAF", ".raf")),
    (b"IIRO", _raw("ORF", ".orf")),
    (b"IIRS", _raw("ORF", ".orf")),
    (b"MMOR", _raw("ORF", ".orf")),
    (b"IIU\0", _raw("RW2", ".rw2", ".raw", ".rwl")),
    (b"II\x1a\0\0\0HEAPCCDR", _raw("CRW", ".crw")),
    (b"\0MRM", _raw("MRW", ".mrw")),
    (b"FOVb", _raw("X3F", ".x3f")),
    (b"II+\0", BIG_TIFF),
    (b"MM\0+", BIG_TIFF),
    (b"\x1aE\xdf\xa3", MATROSKA),
    (b"\0\0\x01\xba", MPEG),
    (b"\0\0\x01\xb3", MPEG),
    (b"0&\xb2u\x8ef\xcf\x11", ASF),
    (b"FLV\x01", FLV),
    (b"%PDF-", PDF),
    (b"PK\x03\x04", ZIP),
)

_RAW_FORMATS = [format_ for _, format_ in _SIGNATURES if format_.kind is FormatKind.RAW]
_NAMED = (
    *(THREE_GP, MATROSKA, MPEG, ASF, FLV, AVI, MOV, MP4, CR3, *_RAW_FORMATS, *_TIFF_RAWS.values()),
    *(JPEG2000, PSD, BMP, JXL, GIF, AVIF, HEIF, HEIC, TIFF, WEBP, PNG, JPEG),
)
_BY_EXTENSION = {extension: format_ for format_ in _NAMED for extension in format_.extensions}
"""If two formats share an extension, the later one in the list counts. MPEG-TS is not in it: source code has `.ts`
too."""

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
_HEIF_BRANDS = {b"mif1", b"msf1", b"mif2"}
_AVIF_BRANDS = {b"avif", b"avis"}


def sniff(head: bytes, name: str = "") -> Format | None:
    """The format of a file that begins with `head`, or None for an unknown one; a few kilobytes are enough.

    >>> sniff(b"\\xff\\xd8\\xff\\xe0", "IMG_1.HEIC").name
    'JPEG'
    """
    for signature, format_ in _SIGNATURES:
        if head.startswith(signature):
            return format_
    if head[:4] == b"RIFF":
        return {b"WEBP": WEBP, b"AVI ": AVI}.get(head[8:12])
    if head[:4] in (b"II*\0", b"MM\0*"):
        return _tiff(head, name)
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    return _by_weak_signature(head, name)


def by_name(name: str) -> Format | None:
    """The format of the extension of `name`, for files whose content is not recognised.

    >>> by_name("IMG_1.CR2").name
    'CR2'
    """
    return _BY_EXTENSION.get(PurePath(name).suffix.lower())


def _by_weak_signature(head: bytes, name: str) -> Format | None:
    """Short or common signatures, for which more bytes must be checked."""
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot") and head[:4] != b"\0\0\0\0":
        return MOV
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0" and len(head) >= 14:
        return BMP
    if head[:1] == b"G" and head[188:189] in (b"G", b"") and PurePath(name).suffix.lower() in MPEG_TS.extensions:
        return MPEG_TS
    return None


def _by_brand(head: bytes) -> Format:
    # ISO/IEC 14496-12, 4.3: size, 'ftyp', major brand, minor version, compatible brands.
    size = min(int.from_bytes(head[:4]), len(head), 256)
    major = head[8:12]
    brands = {major, *(head[at : at + 4] for at in range(16, size - 3, 4))}
    if major == b"crx ":
        return CR3
    if major == b"jxl ":
        return JXL
    for known, format_ in ((_AVIF_BRANDS, AVIF), (_HEIC_BRANDS, HEIC)):
        if major in known or (major in _HEIF_BRANDS and brands & known):
            return format_
    if major in _HEIF_BRANDS:
        return HEIF
    if major == b"qt  ":
        return MOV
    return THREE_GP if major[:3] in (b"3gp", b"3g2") else MP4


def _tiff(head: bytes, name: str) -> Format:
    if head[8:10] == b"CR":
        return CR2
    suffix = PurePath(name).suffix.lower()
    if suffix in _TIFF_RAWS:
        return _TIFF_RAWS[suffix]
    with suppress(MalformedError):
        if read_block(Window.over(head)).holds_raw:
            return TIFF_LIKE
    return TIFF if suffix in (*TIFF.extensions, "") else TIFF_LIKE


def looks_like_text(head: bytes) -> bool:
    """Whether `head` is HTML, XML or JSON, as error pages are; no photo or video begins like this.

    Sidecars (`.xmp`, `.aae`) do, so this is only for files that should be photos or videos.
    """
    start = head.removeprefix(b"\xef\xbb\xbf")
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        start = head[2:].replace(b"\0", b"")
    start = start.lstrip(b" \t\r\n\f")
    if start[:1] == b"<":
        return start[1:2].isalpha() or start[1:2] in (b"!", b"?")
    if start[:1] in (b"{", b"["):
        return start[1:].lstrip(b" \t\r\n")[:1] in (b'"', b"{", b"[", b"}", b"]", b"")
    return False
