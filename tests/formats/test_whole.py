"""Files that end too early are recognised by their structure."""

import io
from datetime import datetime

import pytest
from PIL import Image

from photosync.formats.sniff import TIFF, sniff
from photosync.formats.whole import is_whole
from photosync.formats.window import Window
from photosync.testing.media import Media, Shape
from photosync.testing.mp4 import box


def _picture(format_: str, *, progressive: bool = False) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(content, format_, progressive=progressive)
    return content.getvalue()


def _made(*, video: bool) -> bytes:
    return Media(seed=1).content(0, 0, Shape(video=video, camera=1, picture=0), datetime(2020, 5, 4))


WHOLE = {
    "JPEG": _made(video=False),
    "progressive JPEG": _picture("JPEG", progressive=True),
    "PNG": _picture("PNG"),
    "GIF": _picture("GIF"),
    "WebP": _picture("WEBP"),
    "MP4": _made(video=True),
    "HEIC": box(b"ftyp", b"heic\0\0\0\0heicmif1") + box(b"meta", bytes(4)) + box(b"mdat", bytes(100)),
}


def whole(content: bytes) -> bool | None:
    format_ = sniff(content)
    assert format_ is not None
    return is_whole(Window.over(content), format_)


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_that_is_whole(name: str) -> None:
    assert whole(WHOLE[name]) is True


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


def test_more_data_may_follow_the_end_of_a_picture() -> None:
    assert whole(WHOLE["JPEG"] + b"motion photo") is True
    assert whole(WHOLE["PNG"] + b"trailer") is True


def test_a_video_without_its_index() -> None:
    assert whole(box(b"ftyp", b"isom\0\0\0\0isom") + box(b"mdat", bytes(100))) is False


def test_a_format_that_does_not_tell() -> None:
    assert is_whole(Window.over(b"II*\0" + bytes(100)), TIFF) is None
