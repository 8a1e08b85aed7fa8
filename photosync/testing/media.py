"""The bytes of simulated photos and videos: valid files, all different, generated quickly.

A file is a head and a body. Bodies are pictures from a small pool that is generated once; heads are templates, one for
each camera, with the item's date and a unique text. So the bytes of an item are a pure function of seed, number,
revision and the library's properties of the item, and take a few microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from struct import pack
from typing import Literal, NamedTuple

import piexif

from photosync.testing import jpeg, mp4, scenery

SizeClass = Literal["small", "demo"]
"""`small` is about two kilobytes, for tests and benchmarks; `demo` is larger, for people."""

PHOTOS = 48
"""Pictures in the pool."""
VIDEOS = 4
"""Videos in the pool."""

_DATE = b"1890:01:01 00:00:00"
_CREATED = b"\xd0\xa7\xe5\x1e"
_NOTE = b"photosync simulator ________-__________-______"
_IDENTIFIER = b"________-____-____-____-____________"
_VIDEO_FRAME_MS = 500


@dataclass(frozen=True, slots=True)
class Camera:
    """The camera in a photo's EXIF, and the offset of its clock from UTC."""

    make: str
    model: str
    offset_hours: int | None = None

    @property
    def offset(self) -> str | None:
        """As EXIF writes it: `+02:00`."""
        return None if self.offset_hours is None else f"{self.offset_hours:+03d}:00"


CAMERAS: tuple[Camera | None, ...] = (
    None,
    Camera("Canon", "Canon EOS 80D"),
    Camera("NIKON CORPORATION", "NIKON D5600"),
    Camera("FUJIFILM", "X-T30"),
    Camera("Apple", "iPhone XS", offset_hours=2),
    Camera("Google", "Pixel 6", offset_hours=-5),
    Camera("samsung", "SM-G991B"),
    Camera("SONY", "ILCE-6400", offset_hours=9),
)
"""One in eight photos has no EXIF, like photos from messengers."""
_IPHONE = 4

_BLOCKS: dict[SizeClass, tuple[int, int]] = {"small": (20, 15), "demo": (96, 72)}
_FRAMES: dict[SizeClass, int] = {"small": 2, "demo": 6}


class Shape(NamedTuple):
    """The templates of an item."""

    video: bool
    camera: int
    """An index of `CAMERAS`."""
    picture: int
    """An index of the pool."""
    live: bool = False
    """One half of a live photo of an iPhone, with an identifier."""


class Media:
    """Generates the bytes of the items of a library."""

    def __init__(self, seed: int, size: SizeClass = "small") -> None:
        self._seed = seed & 0xFFFFFFFF
        self._size: SizeClass = size

    def content(self, number: int, revision: int, shape: Shape, reading: datetime, identifier: str = "") -> bytes:
        """The file of item `number`; `reading` is the camera's local time (UTC for a video).

        `identifier`: Apple's content identifier of a live photo, at most 36 characters.
        """
        head, body = self._parts(shape)
        note = b"photosync simulator %08x-%010d-%06d" % (self._seed, number, revision)
        head = head.replace(_NOTE, note).replace(_IDENTIFIER, identifier.encode().ljust(len(_IDENTIFIER), b"\0"))
        if shape.video:
            created = int((reading.replace(tzinfo=UTC) - mp4.EPOCH).total_seconds()).to_bytes(4)
            return head.replace(_CREATED, created) + body
        date = reading.isoformat(" ", "seconds").replace("-", ":", 2).encode()
        return head.replace(_DATE, date) + body

    def size_bytes(self, shape: Shape) -> int:
        """The size of `content`, without generating it."""
        return sum(map(len, self._parts(shape)))

    def _parts(self, shape: Shape) -> tuple[bytes, bytes]:
        if shape.video:
            return _video(self._size, shape.picture, live=shape.live)
        camera = _IPHONE if shape.live else shape.camera
        return _photo_head(camera, live=shape.live), _photo_body(self._size, shape.picture)

    def dimensions(self, shape: Shape) -> tuple[int, int]:
        """Width and height in pixels. Every third photo of the pool is in portrait format."""
        columns, rows = _grid(self._size, shape.picture, video=shape.video)
        return columns * jpeg.BLOCK, rows * jpeg.BLOCK

    def duration_s(self, shape: Shape) -> float:
        """The duration of a video; 0 for a photo."""
        return _FRAMES[self._size] * _VIDEO_FRAME_MS / 1000 if shape.video else 0.0


def pool_size(*, video: bool) -> int:
    """The number of pictures that a `Shape` can use."""
    return VIDEOS if video else PHOTOS


def _grid(size: SizeClass, picture: int, *, video: bool) -> tuple[int, int]:
    columns, rows = _BLOCKS[size]
    if video:
        return columns // 2, rows // 2
    return (rows, columns) if picture % 3 == 2 else (columns, rows)


@cache
def _photo_head(camera: int, *, live: bool) -> bytes:
    """From SOI to the comment that makes each file different."""
    parts = [b"\xff\xd8", jpeg.segment(0xE0, b"JFIF\0\x01\x01\x00\x00\x01\x00\x01\x00\x00")]
    if (maker := CAMERAS[camera]) is not None:
        parts.append(jpeg.segment(0xE1, _exif(maker, live=live)))
    parts.append(jpeg.segment(0xFE, _NOTE))
    return b"".join(parts)


def _exif(camera: Camera, *, live: bool) -> bytes:
    first = {
        piexif.ImageIFD.Make: camera.make,
        piexif.ImageIFD.Model: camera.model,
        piexif.ImageIFD.Orientation: 1,
        piexif.ImageIFD.DateTime: _DATE,
    }
    exif: dict[int, bytes | str] = {
        piexif.ExifIFD.ExifVersion: b"0232",
        piexif.ExifIFD.DateTimeOriginal: _DATE,
        piexif.ExifIFD.DateTimeDigitized: _DATE,
    }
    if camera.offset is not None:
        exif[piexif.ExifIFD.OffsetTimeOriginal] = camera.offset
    if live:
        exif[piexif.ExifIFD.MakerNote] = apple_maker_note(_IDENTIFIER)
    block: bytes = piexif.dump({"0th": first, "Exif": exif})
    return block


def apple_maker_note(identifier: bytes) -> bytes:
    """A maker note as an iPhone writes it, with two entries: its version, and the identifier of a live photo."""
    value = identifier + b"\0"
    version = pack(">HHIi", 0x0001, 9, 1, 14)
    entry = pack(">HHII", 0x0011, 2, len(value), 14 + 2 + 2 * 12 + 4)
    return b"Apple iOS\0\0\1MM" + pack(">H", 2) + version + entry + bytes(4) + value


@cache
def _photo_body(size: SizeClass, picture: int) -> bytes:
    return jpeg.encode(scenery.landscape(picture, *_grid(size, picture, video=False)))


@cache
def _video(size: SizeClass, picture: int, *, live: bool) -> tuple[bytes, bytes]:
    columns, rows = _grid(size, picture, video=True)
    wide = scenery.landscape(1000 + picture, columns * 2, rows)
    count = _FRAMES[size]
    frames = []
    for number in range(count):  # the camera pans over a wide landscape
        left = number * columns // count
        frames.append(b"\xff\xd8" + jpeg.encode([row[left : left + columns] for row in wide]))
    pixels = (columns * jpeg.BLOCK, rows * jpeg.BLOCK)
    identifier = mp4.metadata_box(b"com.apple.quicktime.content.identifier", _IDENTIFIER) if live else b""
    return mp4.head(frames, pixels, _VIDEO_FRAME_MS, _CREATED, _NOTE, identifier), mp4.frames_box(frames)
