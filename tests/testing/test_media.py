"""Simulated photos and videos are what they say they are, and no two are the same."""

from __future__ import annotations

import hashlib
import io
import struct
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

import piexif
import pytest
from PIL import Image

from photosync.testing import jpeg, mp4
from photosync.testing.media import CAMERAS, PHOTOS, VIDEOS, Media, Shape, SizeClass

READING = datetime(2019, 7, 6, 18, 22, 0)


def photo(camera: int = 1, picture: int = 0, number: int = 7, revision: int = 0, seed: int = 1) -> bytes:
    return Media(seed).content(number, revision, Shape(video=False, camera=camera, picture=picture), READING)


def video(picture: int = 0, number: int = 7) -> bytes:
    return Media(1).content(number, 0, Shape(video=True, camera=1, picture=picture), READING)


@pytest.mark.parametrize("picture", range(PHOTOS))
def test_every_photo_of_the_pool_decodes(picture: int) -> None:
    shape = Shape(video=False, camera=picture % len(CAMERAS), picture=picture)
    with Image.open(io.BytesIO(photo(shape.camera, picture))) as image:
        image.load()
        assert image.format == "JPEG"
        assert image.mode == "RGB"
        assert image.size == Media(1).dimensions(shape)
        colours = image.getcolors(1 << 20)
        assert colours is not None
        assert len(colours) > 50, "a picture of nothing"


def test_colours_come_out_as_they_went_in() -> None:
    wanted: list[list[jpeg.Colour]] = [[(200, 40, 40), (40, 200, 40)], [(40, 40, 200), (128, 128, 128)]]
    with Image.open(io.BytesIO(b"\xff\xd8" + jpeg.encode(wanted))) as image:
        for y, row in enumerate(wanted):
            for x, colour in enumerate(row):
                found = image.getpixel((x * 8 + 4, y * 8 + 4))
                assert isinstance(found, tuple)
                assert all(abs(a - b) <= 6 for a, b in zip(found, colour, strict=True)), (found, colour)


def test_a_slope_is_smooth() -> None:
    ramp: list[jpeg.Colour] = [(20 * n, 20 * n, 20 * n) for n in range(12)]
    with Image.open(io.BytesIO(b"\xff\xd8" + jpeg.encode([ramp] * 3))) as image:
        greys = [pixel[0] for pixel in (image.getpixel((x, 12)) for x in range(12, 84)) if isinstance(pixel, tuple)]
    steps = [after - before for before, after in pairwise(greys)]
    assert max(steps) <= 8, "blocks of 20 would be steps of 20"
    assert min(steps) >= -2


def test_exif_says_who_and_when() -> None:
    for place, camera in enumerate(CAMERAS):
        with Image.open(io.BytesIO(photo(place))) as image:
            if camera is None:
                assert "exif" not in image.info
                continue
            exif = piexif.load(image.info["exif"])
        assert exif["0th"][piexif.ImageIFD.Make].decode() == camera.make
        assert exif["0th"][piexif.ImageIFD.Model].decode() == camera.model
        assert exif["Exif"][piexif.ExifIFD.DateTimeOriginal] == b"2019:07:06 18:22:00"
        offset = exif["Exif"].get(piexif.ExifIFD.OffsetTimeOriginal)
        assert (offset.decode() if offset else None) == camera.offset


def test_some_cameras_have_no_offset_and_some_photos_no_exif() -> None:
    assert None in CAMERAS
    offsets = {camera.offset for camera in CAMERAS if camera}
    assert {None, "+02:00", "-05:00"} <= offsets


@pytest.mark.parametrize("size", ["small", "demo"])
@pytest.mark.parametrize("is_video", [False, True])
def test_size_is_known_beforehand(size: SizeClass, is_video: bool) -> None:
    media = Media(1, size)
    for picture in range(VIDEOS):
        shape = Shape(is_video, 4, picture)
        assert media.size_bytes(shape) == len(media.content(123456, 3, shape, READING))


def test_the_same_again_and_never_twice() -> None:
    assert photo() == photo()
    variants = {
        hashlib.md5(content).hexdigest()
        for content in (
            *(photo(number=number) for number in range(500)),
            *(photo(revision=revision) for revision in range(1, 20)),
            *(photo(seed=seed) for seed in range(2, 20)),
        )
    }
    assert len(variants) == 500 + 19 + 18


def test_videos_are_boxes_in_boxes() -> None:
    content = video()
    top = dict(boxes(content))
    assert list(top) == [b"ftyp", b"free", b"moov", b"mdat"]
    movie = dict(boxes(top[b"moov"]))
    (created,) = struct.unpack_from(">I", movie[b"mvhd"], 4)
    assert mp4.EPOCH.timestamp() + created == READING.replace(tzinfo=UTC).timestamp()
    timescale, duration = struct.unpack_from(">II", movie[b"mvhd"], 12)
    assert duration / timescale == Media(1).duration_s(Shape(video=True, camera=0, picture=0))
    media = dict(boxes(dict(boxes(movie[b"trak"]))[b"mdia"]))
    assert media[b"hdlr"][8:12] == b"vide"
    assert len(set(map(video, range(VIDEOS)))) == VIDEOS


def test_frames_of_a_video_are_where_it_says() -> None:
    content = video()
    samples = inside(content, b"moov", b"trak", b"mdia", b"minf", b"stbl")
    tables = dict(boxes(samples))
    (offset,) = struct.unpack_from(">I", tables[b"stco"], 8)
    (count,) = struct.unpack_from(">I", tables[b"stsz"], 8)
    for size in struct.unpack_from(f">{count}I", tables[b"stsz"], 12):
        with Image.open(io.BytesIO(content[offset : offset + size])) as frame:
            frame.load()
            assert frame.size == Media(1).dimensions(Shape(video=True, camera=0, picture=0))
        offset += size
    assert offset == len(content)


def test_content_is_cheap() -> None:
    media = Media(1)
    shapes = [Shape(video=False, camera=n % len(CAMERAS), picture=n % PHOTOS) for n in range(PHOTOS)]
    for shape in shapes:
        media.content(0, 0, shape, READING)  # paints the pool
    start = time.process_time()
    for number in range(5000):
        media.content(number, 0, shapes[number % PHOTOS], READING)
    assert (time.process_time() - start) / 5000 < 100e-6  # some 3 in truth; a slow machine is no failure


def boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 0
    while position < len(content):
        size, name = struct.unpack_from(">I4s", content, position)
        assert 8 <= size <= len(content) - position
        yield name, content[position + 8 : position + size]
        position += size


def inside(content: bytes, *path: bytes) -> bytes:
    for name in path:
        content = dict(boxes(content))[name]
    return content
