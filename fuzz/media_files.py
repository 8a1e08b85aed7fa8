"""Photos and videos: every reader of a format, and the fixer."""

from __future__ import annotations

import io
import tempfile
import warnings
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from PIL import Image

from fuzz.harness import Harness
from photosync.formats.sniff import by_name, looks_like_text, sniff
from photosync.formats.whole import has_cut_trailer, is_whole
from photosync.formats.window import Window
from photosync.metadata import Given, Mode, Outcome, Settings, choose_capture_time, fix, merge_sidecar, undo
from photosync.model import CaptureTime, GpsPosition, TimeMeaning
from photosync.testing.media import Media, Shape
from tests.metadata import making

_GIVEN = Given(
    taken=CaptureTime(datetime(2021, 7, 6, 16, 22, 1), TimeMeaning.INSTANT),  # noqa: DTZ001 - a camera's clock
    gps=GpsPosition(1.5, -2.5),
)
_WANTED = {
    mode: Settings(mode=mode, artist="Ada", copyright="© Ada", write_gps=True, remove_software=True) for mode in Mode
}
_MOST_PIXELS = 1 << 16
_DECODED = frozenset({".jpg", ".png", ".webp", ".tif"})
"""The extensions of formats that Pillow can decode."""


def check_file(name: str, content: bytes) -> None:
    """The file is read without an exception, and the fixer leaves it alone or keeps its promises.

    - The first file never changes, and nothing is left in the workspace of a file that is not fixed.
    - No proof fails: a plan that cannot be proved is a bug.
    - A picture that could be decoded has the same pixels afterwards.
    - A second fix changes nothing, and undoing the first gives the same bytes.
    - A sidecar is valid XMP.
    """
    _read(name, content)
    with tempfile.TemporaryDirectory() as folder:
        path, workspace = Path(folder, name), Path(folder, "partial")
        path.write_bytes(content)
        workspace.mkdir()
        for mode, settings in _WANTED.items():
            done = fix(path, _GIVEN, settings, workspace)
            assert path.read_bytes() == content, "the delivered file changed"
            assert done.outcome is not Outcome.REFUSED, done.notes
            if done.sidecar is not None:
                assert merge_sidecar(done.sidecar, done.sidecar).note == "", "the sidecar is no XMP"
            if done.outcome is Outcome.FIXED:
                assert mode is Mode.FIX
                assert done.undo is not None
                again = fix(done.path, _GIVEN, settings, workspace)
                assert again.path == done.path, again.changes
                assert _pixels(name, content) in (None, _pixels(name, done.path.read_bytes())), "the picture changed"
                assert undo(done.path, done.undo.encode(), workspace).read_bytes() == content
                for each in workspace.iterdir():
                    each.unlink()
            assert not list(workspace.iterdir()), "something was left in the workspace"


def _read(name: str, content: bytes) -> None:
    window, head = Window.over(content), content[:4096]
    looks_like_text(head)
    choose_capture_time(content, Given(name=name), _WANTED[Mode.FIX])
    for format_ in {sniff(head, name), sniff(head), by_name(name)} - {None}:
        assert format_ is not None
        is_whole(window, format_)
        has_cut_trailer(window, format_)


def _pixels(name: str, content: bytes) -> bytes | None:
    """None if Pillow cannot decode it, or it would take long."""
    if Path(name).suffix not in _DECODED:
        return None
    with suppress(Exception), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(content)) as image:
            return image.tobytes() if image.width * image.height <= _MOST_PIXELS else None
    return None


def _made(*, video: bool) -> list[bytes]:
    media = Media(seed=1)
    shape = partial(Shape, video=video, picture=0)
    return [
        media.content(0, 0, shape(camera=camera), datetime(2020, 5, 4))  # noqa: DTZ001 - a camera's clock
        for camera in ((1,) if video else (0, 1, 4))
    ]


def _blocks() -> list[bytes]:
    text, original = making.text, making.original
    return [
        making.block([text(0x0131, "1.0")], exif=[original("0000:00:00 00:00:00")], gps=[], first=[]),
        making.block([text(0x010F, "Canon")], exif=making.DATES, order=">", interop=[text(1, "R98")]),
        making.block([], exif=[], gps=making.gps_time("2019:01:02", 3, 4, 5)),
    ]


def _jpegs() -> Sequence[bytes]:
    xmp, iptc = making.xmp_segment(exif_DateTimeOriginal="2011-02-03T04:05:06"), making.iptc_segment("20110203")
    plain = [making.photo(each) for each in _blocks()]
    return [*_made(video=False), *plain, making.jpeg(xmp, iptc), making.jpeg(trailer=making.jpeg()), making.jpeg()]


def _tiffs() -> Sequence[bytes]:
    return [making.encoded("TIFF"), *_blocks()]


def _pngs() -> Sequence[bytes]:
    chunks = [making.png_chunk(b"eXIf", each) for each in _blocks()]
    text = making.png_chunk(b"tEXt", b"Creation Time\0002011-02-03")
    itxt = making.png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + making.xmp_packet(dc_creator="Ada"))
    return [making.png(), *(making.png(each) for each in chunks), making.png(text, itxt, after=[chunks[0]])]


def _webps() -> Sequence[bytes]:
    chunks = [making.riff_chunk(b"EXIF", each) for each in _blocks()]
    xmp = making.riff_chunk(b"XMP ", making.xmp_packet())
    whole = [making.webp(each, xmp, extended=True, flags=12) for each in chunks]
    return [making.webp(), making.webp(lossless=True), *whole]


def _heifs() -> Sequence[bytes]:
    return [making.heic(None), *(making.heic(each) for each in _blocks()), making.heic(_blocks()[0], copies=2)]


def _movies() -> Sequence[bytes]:
    dated = making.mp4(0, creation_date="2021-07-06T18:22:01+0200", brand=b"qt  ")
    return [*_made(video=True), making.mp4(0), making.mp4(3_000_000_000, version=1), dated]


HARNESSES = [
    Harness(name, partial(check_file, file_name), seeds, longest=8192)
    for name, file_name, seeds in (
        ("jpeg", "photo.jpg", _jpegs),
        ("tiff", "photo.tif", _tiffs),
        ("png", "photo.png", _pngs),
        ("webp", "photo.webp", _webps),
        ("heif", "photo.heic", _heifs),
        ("movie", "video.mov", _movies),
    )
]
