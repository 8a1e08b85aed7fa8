"""Files that end too early are recognised by their structure."""

import io
from datetime import datetime
from pathlib import Path
from struct import pack

import pytest
from PIL import Image

from photosync.formats.sniff import FLV, JPEG, TIFF, sniff
from photosync.formats.whole import has_cut_trailer, is_whole
from photosync.formats.window import Window
from photosync.testing.media import Media, Shape
from photosync.testing.mp4 import box


def _picture(format_: str, **options: object) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(content, format_, **options)
    return content.getvalue()


def _made(*, video: bool) -> bytes:
    return Media(seed=1).content(0, 0, Shape(video=video, camera=1, picture=0), datetime(2020, 5, 4))


def _open_movie(*, faststart: bool = True, open_end: bool = False) -> bytes:
    """A video; `open_end`: the size of the last box is 0, which means up to the end of the file."""
    content = _made(video=True)
    at = content.index(b"mdat") - 4
    if open_end:
        content = content[:at] + bytes(4) + content[at + 4 :]
    start = len(box(b"ftyp", b"isommp41"))
    return content if faststart else box(b"ftyp", b"isommp41") + content[at:] + content[start:at]


def _riff(kind: bytes, *chunks: bytes) -> bytes:
    body = kind + b"".join(chunks)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _matroska(data: bytes, *, known_size: bool = True) -> bytes:
    cluster = b"\x1f\x43\xb6\x75" + (0x10000000 | len(data)).to_bytes(4) + data
    size = (0x0100000000000000 | len(cluster)).to_bytes(8) if known_size else b"\x01" + b"\xff" * 7
    return b"\x1a\x45\xdf\xa3\x84webm" + b"\x18\x53\x80\x67" + size + cluster


def _heif(extent: tuple[int, int]) -> bytes:
    infe = box(b"infe", b"\2\0\0\0" + b"\0\1\0\0hvc1\0")
    iinf = box(b"iinf", bytes(4) + b"\0\1" + infe)
    iloc = box(b"iloc", bytes(4) + b"\x44\0\0\1\0\1\0\0\0\1" + pack(">II", *extent))
    pitm = box(b"pitm", bytes(4) + b"\0\1")
    return box(b"ftyp", b"heic\0\0\0\0heicmif1") + box(b"meta", bytes(4) + pitm + iinf + iloc)


WHOLE = {
    "JPEG": _made(video=False),
    "progressive JPEG": _picture("JPEG", progressive=True),
    "PNG": _picture("PNG"),
    "GIF": _picture("GIF"),
    "WebP": _picture("WEBP"),
    "BMP": _picture("BMP"),
    "MP4": _made(video=True),
    "MP4 that ends with an open box": _open_movie(),
    "HEIC": box(b"ftyp", b"heic\0\0\0\0heicmif1") + box(b"meta", bytes(4)) + box(b"mdat", bytes(100)),
    "AVI": _riff(b"AVI ", b"LIST" + (100).to_bytes(4, "little") + bytes(100)),
    "Matroska": _matroska(bytes(100)),
    "Matroska of unknown size": _matroska(bytes(100), known_size=False),
}
NOT_KNOWN_TO_END = frozenset({"Matroska of unknown size"})
"""The structure shows that they are cut, but not that they are whole."""


def whole(content: bytes) -> bool | None:
    format_ = sniff(content)
    assert format_ is not None
    return is_whole(Window.over(content), format_)


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_that_is_whole(name: str) -> None:
    assert whole(WHOLE[name]) is (None if name in NOT_KNOWN_TO_END else True)


@pytest.mark.parametrize("missing", [1, 2, 40])
@pytest.mark.parametrize("name", WHOLE)
def test_a_file_whose_end_is_missing(name: str, missing: int) -> None:
    assert whole(WHOLE[name][:-missing]) is False


@pytest.mark.parametrize("name", WHOLE)
def test_only_the_head_of_a_file(name: str) -> None:
    assert whole(WHOLE[name][:20]) is False


def test_the_end_of_a_preview_is_not_the_end_of_the_picture() -> None:
    content = WHOLE["JPEG"]
    preview = b"\xff\xe1\x00\x08Ex\xff\xd8\xff\xd9"
    assert whole(content[:2] + preview + content[2:]) is True
    assert whole(content[:2] + preview + content[2:-2]) is False


TRAILERS = {"text": b"motion photo", "NULs": bytes(1000), "Samsung": b"\0\0\x30\x0a\x10\0\0\0MotionPhoto_DataSEFT"}


@pytest.mark.parametrize("trailer", TRAILERS)
@pytest.mark.parametrize("name", ["JPEG", "PNG", "GIF", "WebP", "BMP", "MP4", "HEIC", "Matroska"])
def test_more_data_may_follow_the_end(name: str, trailer: str) -> None:
    assert whole(WHOLE[name] + TRAILERS[trailer]) is True


def test_a_box_of_the_maker_may_come_before_the_index() -> None:
    index = box(b"moov", box(b"udta", bytes(20)))
    content = box(b"ftyp", b"qt  \0\0\0\0qt  ") + box(b"NCDT", bytes(50)) + box(b"mdat", bytes(100)) + index
    assert whole(content) is True
    assert whole(content[:-1]) is False
    assert whole(content[: -len(index)]) is False


def test_a_video_without_its_index() -> None:
    assert whole(box(b"ftyp", b"isom\0\0\0\0isom") + box(b"mdat", bytes(100))) is False


def test_a_picture_whose_data_lies_past_the_end() -> None:
    size = len(_heif((0, 0)))
    assert whole(_heif((size, 50)) + bytes(50)) is True
    assert whole(_heif((size, 50)) + bytes(49)) is False


@pytest.mark.parametrize("compression", [None, "jpeg", "tiff_lzw"])
def test_a_tiff_with_all_its_strips(compression: str | None) -> None:
    content = io.BytesIO()
    Image.effect_noise((64, 48), 50).save(content, "TIFF", compression=compression)
    assert whole(content.getvalue()) is True
    for part in (0.3, 0.5, 0.9):
        assert whole(content.getvalue()[: int(len(content.getvalue()) * part)]) is False


def test_a_tiff_whose_directory_names_no_data() -> None:
    empty, pointer_alone = b"\0\0", b"\1\0" + pack("<HHI", 0x8769, 4, 1)
    assert whole(b"II*\0\x08\0\0\0" + empty + bytes(4)) is None
    assert whole(b"II*\0\x08\0\0\0" + pointer_alone + bytes(8)) is None


def test_bytes_between_segments_are_skipped_as_decoders_do() -> None:
    content = WHOLE["JPEG"]
    assert whole(content[:20] + b"\0\1\2" + content[20:]) is True
    assert whole(content[:20] + b"\0\1\2" + content[20:-2]) is False


def test_restart_markers_are_no_end() -> None:
    content = _picture("JPEG", restart_marker_blocks=1)
    assert b"\xff\xd0" in content
    assert whole(content) is True
    assert whole(content[:-2]) is False


@pytest.mark.parametrize("name", ["JPEG", "MP4"])
def test_a_second_file_inside_that_is_cut_is_a_doubt(name: str) -> None:
    photo, second = WHOLE["JPEG"], WHOLE[name]
    for trailer in (second, b"some data of the camera" + second if name == "MP4" else second):
        assert not has_cut_trailer(Window.over(photo + trailer), JPEG)
        assert has_cut_trailer(Window.over(photo + trailer[:-10]), JPEG)
        assert whole(photo + trailer[:-10]) is True


def test_formats_that_do_not_tell() -> None:
    assert is_whole(Window.over(b"II*\0" + bytes(100)), TIFF) is None
    assert is_whole(Window.over(b"FLV\x01" + bytes(100)), FLV) is None


FOLDER = Path(__file__).parents[3] / "shared" / "photos"
SAMPLES = sorted(path for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".md")
CUT_SAMPLES = frozenset({"truncated.heic", "sony_alpha_a7iii_raw_image.ARW"})
CUT_TRAILERS = frozenset({"pixel-motion-photo-shortened.jpg", "ss-motion-photo-shortened.jpg"})


@pytest.mark.skipif(not SAMPLES, reason="the sample photos are not here")
def test_no_real_file_is_taken_for_cut_that_is_not() -> None:
    found, doubted = set(), set()
    for path in SAMPLES:
        window = Window.over(path.read_bytes())
        format_ = sniff(window.read(0, 4096), path.name)
        if format_ is not None and is_whole(window, format_) is False:
            found.add(path.name)
        if format_ is not None and has_cut_trailer(window, format_):
            doubted.add(path.name)
    assert found == CUT_SAMPLES
    assert doubted == CUT_TRAILERS
