"""Small files of our own making, one for every rule: what a camera, a phone or a broken program might have written."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from PIL import Image

from photosync.metadata import FixResult, Given, Settings, fix
from photosync.model import CaptureTime, TimeMeaning

BYTE, ASCII, SHORT, LONG, RATIONAL, SBYTE, UNDEFINED, SSHORT, SLONG, SRATIONAL, FLOAT, DOUBLE = range(1, 13)
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}

Entry = tuple[int, int, int, bytes]
"""Tag, type, count, value bytes in the block's byte order."""

TAKEN = CaptureTime(datetime.fromisoformat("2021-07-06T18:22:01"), TimeMeaning.LOCAL)
INSTANT = CaptureTime(datetime.fromisoformat("2021-07-06T16:22:01"), TimeMeaning.INSTANT)


def text(tag: int, value: str) -> Entry:
    raw = value.encode() + b"\0"
    return tag, ASCII, len(raw), raw


def original(value: str) -> Entry:
    return text(0x9003, value)


STAMP = "2021:07:06 18:22:01"
"""`TAKEN`, as Exif writes it."""
OLD = "2001:02:03 04:05:06"
"""Another time, that a file has already."""
DATES = [original(OLD), text(0x9004, OLD)]
ARTIST = Settings(artist="Ada Lovelace")


def gps_time(day: str, hours: int, minutes: int, seconds: int) -> list[Entry]:
    value = struct.pack("<6I", hours, 1, minutes, 1, seconds, 1)
    return [(7, RATIONAL, 3, value), text(0x1D, day)]


def block(
    zeroth: Sequence[Entry] = (),
    *,
    exif: Sequence[Entry] | None = None,
    gps: Sequence[Entry] | None = None,
    first: Sequence[Entry] | None = None,
    order: str = "<",
    interop: Sequence[Entry] | None = None,
) -> bytes:
    """A TIFF block with each directory followed by its values; entries stay in the order given."""
    content = bytearray((b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8))

    def put(entries: Sequence[Entry], pointers: dict[int, Sequence[Entry]], following: Sequence[Entry] | None) -> int:
        start = len(content)
        every = [*entries, *((tag, LONG, 1, b"") for tag in pointers)]
        content.extend(struct.pack(order + "H", len(every)) + bytes(12 * len(every)) + bytes(4))
        for index, (tag, type_, count, value) in enumerate(every):
            if tag in pointers and not value:
                inline = struct.pack(order + "I", put_child(tag, pointers[tag]))
            else:
                inline = put_value(value)
            at = start + 2 + 12 * index
            content[at : at + 12] = struct.pack(order + "HHI", tag, type_, count) + inline
        content.extend(bytes(len(content) % 2))
        if following is not None:
            at = start + 2 + 12 * len(every)
            content[at : at + 4] = struct.pack(order + "I", len(content))
            put(following, {}, None)
        return start

    def put_value(value: bytes) -> bytes:
        """The value's place, or the value itself where it fits."""
        if len(value) <= 4:
            return value.ljust(4, b"\0")
        content.extend(bytes(len(content) % 2))
        place = struct.pack(order + "I", len(content))
        content.extend(value)
        return place

    def put_child(tag: int, entries: Sequence[Entry]) -> int:
        content.extend(bytes(len(content) % 2))
        inner = {0xA005: interop} if tag == 0x8769 and interop is not None else {}
        return put(entries, inner, None)

    children = {0x8769: exif, 0x8825: gps}
    put(zeroth, {tag: entries for tag, entries in children.items() if entries is not None}, first)
    return bytes(content)


def segment(marker: int, payload: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(payload) + 2).to_bytes(2) + payload


def exif_segment(content: bytes) -> bytes:
    return segment(0xE1, b"Exif\0\0" + content)


def xmp_packet(**properties: str) -> bytes:
    """`exif_DateTimeOriginal="…"` becomes an attribute of that name."""
    spaces = {
        "exif": "http://ns.adobe.com/exif/1.0/",
        "photoshop": "http://ns.adobe.com/photoshop/1.0/",
        "xmp": "http://ns.adobe.com/xap/1.0/",
        "dc": "http://purl.org/dc/elements/1.1/",
    }
    declared = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in spaces.items())
    attributes = " ".join(f'{name.replace("_", ":")}="{value}"' for name, value in properties.items())
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {declared} {attributes}/></rdf:RDF></x:xmpmeta>'
    ).encode()


def xmp_segment(**properties: str) -> bytes:
    return segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp_packet(**properties))


def iptc_segment(day: str, time: str = "") -> bytes:
    data = b"\x1c\x02\x37" + len(day).to_bytes(2) + day.encode()
    if time:
        data += b"\x1c\x02\x3c" + len(time).to_bytes(2) + time.encode()
    resource = b"8BIM\x04\x04\0\0" + len(data).to_bytes(4) + data + bytes(len(data) % 2)
    return segment(0xED, b"Photoshop 3.0\0" + resource)


def picture(size: tuple[int, int] = (16, 16)) -> Image.Image:
    return Image.linear_gradient("L").resize(size).convert("RGB")


def encoded(format_: str, **options: object) -> bytes:
    target = io.BytesIO()
    picture().save(target, format_, **options)
    return target.getvalue()


def jpeg(*segments: bytes, trailer: bytes = b"", jfif: bool = True) -> bytes:
    """A real JPEG with `segments` behind JFIF."""
    plain = encoded("JPEG", quality=90)
    length = int.from_bytes(plain[4:6])
    head = plain[2 : 4 + length] if jfif else b""
    return plain[:2] + head + b"".join(segments) + plain[4 + length :] + trailer


def photo(exif: bytes, trailer: bytes = b"") -> bytes:
    return jpeg(exif_segment(exif), trailer=trailer)


def png_chunk(type_: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + type_ + data + zlib.crc32(type_ + data).to_bytes(4)


def png(*before: bytes, after: Sequence[bytes] = ()) -> bytes:
    """A real PNG with chunks before IDAT and behind it."""
    plain = encoded("PNG")
    return plain[:33] + b"".join(before) + plain[33:-12] + b"".join(after) + plain[-12:]


def riff_chunk(type_: bytes, data: bytes) -> bytes:
    return type_ + len(data).to_bytes(4, "little") + data + bytes(len(data) % 2)


def webp(*chunks: bytes, lossless: bool = False, extended: bool = False, flags: int = 0) -> bytes:
    """A real WebP, with VP8X where asked, and further chunks at the end."""
    plain = encoded("WEBP", lossless=lossless)
    body = plain[12:]
    if extended:
        body = riff_chunk(b"VP8X", bytes([flags, 0, 0, 0, 15, 0, 0, 15, 0, 0])) + body
    body += b"".join(chunks)
    return b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WEBP" + body


def box(type_: bytes, *content: bytes) -> bytes:
    joined = b"".join(content)
    return (len(joined) + 8).to_bytes(4) + type_ + joined


def full_box(type_: bytes, *content: bytes, version: int = 0) -> bytes:
    return box(type_, bytes([version, 0, 0, 0]), *content)


def heic(exif: bytes | None, *, prefix: bytes = b"\0\0\0\0", linked: bool = True, copies: int = 1) -> bytes:
    """A file with the boxes of HEIC; the picture itself is a few letters."""
    ftyp = box(b"ftyp", b"heic\0\0\0\0mif1heic")
    items = [b"IMAGE", *([prefix + exif] * copies if exif is not None else [])]
    infos = [
        full_box(b"infe", struct.pack(">HH", number, 0), b"hvc1\0" if number == 1 else b"Exif\0", version=2)
        for number in range(1, len(items) + 1)
    ]
    links = [box(b"cdsc", struct.pack(">HHH", number, 1, 1)) for number in range(2, len(items) + 1) if linked]

    def meta(offsets: list[int]) -> bytes:
        places = b"".join(
            struct.pack(">HHHII", number, 0, 1, offset, len(item))
            for number, (offset, item) in enumerate(zip(offsets, items, strict=True), 1)
        )
        return full_box(
            b"meta",
            full_box(b"hdlr", bytes(4), b"pict", bytes(13)),
            full_box(b"pitm", struct.pack(">H", 1)),
            full_box(b"iinf", struct.pack(">H", len(items)), *infos),
            full_box(b"iref", *links),
            full_box(b"iloc", b"\x44\0", struct.pack(">H", len(items)), places),
        )

    start = len(ftyp) + len(meta([0] * len(items))) + 8
    offsets = [start + sum(len(item) for item in items[:index]) for index in range(len(items))]
    return ftyp + meta(offsets) + box(b"mdat", *items)


def movie_header(type_: bytes, seconds: int, version: int = 0) -> bytes:
    code = ">II" if version == 0 else ">QQ"
    return full_box(type_, struct.pack(code, seconds, seconds), bytes(80), version=version)


def mp4(
    seconds: int = 0, *, version: int = 0, creation_date: str = "", brand: bytes = b"isom", extra: bytes = b""
) -> bytes:
    """Boxes of a video with one track."""
    metadata = b""
    if creation_date:
        key = b"com.apple.quicktime.creationdate"
        keys = full_box(b"keys", struct.pack(">I", 1), struct.pack(">I", len(key) + 8), b"mdta", key)
        data = box(b"data", struct.pack(">II", 1, 0), creation_date.encode())
        metadata = box(
            b"meta", full_box(b"hdlr", bytes(4), b"mdta", bytes(13)), keys, box(b"ilst", box(b"\0\0\0\1", data))
        )
    track = box(
        b"trak",
        movie_header(b"tkhd", seconds, version),
        box(b"mdia", movie_header(b"mdhd", seconds, version), box(b"minf", b"x" * 40)),
    )
    movie = box(b"moov", movie_header(b"mvhd", seconds, version), track, metadata)
    return box(b"ftyp", brand + b"\0\0\0\0" + brand) + movie + box(b"mdat", b"FRAMES" * 20) + extra


@dataclass
class Bench:
    """A folder to fix in."""

    folder: Path
    workspace: Path = field(init=False)

    def __post_init__(self) -> None:
        self.workspace = self.folder / "partial"
        self.workspace.mkdir(exist_ok=True)

    def put(self, content: bytes, name: str = "photo.jpg") -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def fix(
        self, content: bytes, given: Given | None = None, settings: Settings | None = None, name: str = "photo.jpg"
    ) -> FixResult:
        """Fix `content`; the given time is `TAKEN` unless the test says otherwise."""
        path = self.put(content, name)
        return fix(path, given or Given(taken=TAKEN), settings or Settings(), self.workspace)
