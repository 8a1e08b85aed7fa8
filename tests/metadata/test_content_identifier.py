"""The identifier that both halves of a live photo have, in every format that an iPhone writes."""

import shutil
import struct
import subprocess
from collections.abc import Callable
from datetime import datetime

import pytest

from photosync.metadata import FixResult
from photosync.testing import mp4 as movies
from photosync.testing.media import Media, Shape, apple_maker_note
from tests.metadata import making
from tests.metadata.making import UNDEFINED, Bench, full_box

IDENTIFIER = "1745E022-9712-43C7-B024-F308EC6413CB"
KEY = b"com.apple.quicktime.content.identifier"
NOTE = apple_maker_note(IDENTIFIER.encode())


def exif(note: bytes) -> bytes:
    return making.block(exif=[(0x927C, UNDEFINED, len(note), note)], order=">")


def movie(metadata: bytes) -> bytes:
    header = making.movie_header(b"mvhd", 3_000_000_000)
    return making.box(b"ftyp", b"qt  \0\0\0\0qt  ") + making.box(b"moov", header, metadata)


def identifier_of(bench: Bench, content: bytes, name: str) -> str | None:
    fixed: FixResult = bench.fix(content, name=name)
    return fixed.content_identifier


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("IMG_1.JPG", making.photo(exif(NOTE))),
        ("IMG_1.HEIC", making.heic(exif(NOTE))),
        ("IMG_1.DNG", exif(NOTE)),
        ("IMG_1.MOV", movie(movies.metadata_box(KEY, IDENTIFIER.encode()))),
        ("IMG_1.MP4", movie(movies.metadata_box(KEY, IDENTIFIER.lower().encode()))),
        ("full box.MOV", movie(full_box(b"meta", movies.metadata_box(KEY, IDENTIFIER.encode())[8:]))),
        ("user data.MOV", movie(making.box(b"udta", movies.metadata_box(KEY, IDENTIFIER.encode())))),
    ],
)
def test_both_halves_have_it(bench: Bench, name: str, content: bytes) -> None:
    assert identifier_of(bench, content, name) == IDENTIFIER


@pytest.mark.parametrize(
    "spoil",
    [
        lambda note: note.replace(b"Apple iOS\0", b"Apple Mac\0"),
        lambda note: note[:14] + b"\0\1" + note[16:],  # the entry is not in the directory
        lambda note: note[:14] + b"\xff\xff" + note[16:28].replace(b"\0\1", b"\0\2", 1) + bytes(200),
        lambda note: note.replace(struct.pack(">II", 37, 44), struct.pack(">II", 0xFFFFFFFF, 0)),
        lambda note: note.replace(struct.pack(">I", 44), struct.pack(">I", 0xFFFFFFF0)),
        lambda note: note[:20],
        lambda note: note[:10],
        lambda note: note.replace(IDENTIFIER.encode(), bytes(36)),
        lambda note: note.replace(IDENTIFIER.encode(), b"00000000-0000-0000-0000-000000000000"),
        lambda note: note.replace(IDENTIFIER.encode(), b"1745E022 9712-43C7-B024-F308EC6413CB"),
        lambda note: note.replace(IDENTIFIER.encode(), b"\xff" * 36),
    ],
)
def test_another_or_damaged_note_has_none(bench: Bench, spoil: Callable[[bytes], bytes]) -> None:
    note = spoil(NOTE)
    assert note != NOTE
    assert identifier_of(bench, making.photo(exif(note)), "IMG_1.JPG") is None


@pytest.mark.parametrize("value", [b"", b"\0\0", b"two words", b"A" * 101, b"\xff\xfe", b"line\nfeed"])
def test_another_text_in_a_movie_is_none(bench: Bench, value: bytes) -> None:
    assert identifier_of(bench, movie(movies.metadata_box(KEY, value)), "IMG_1.MOV") is None


def test_simulated_live_photos_have_it_as_exiftool_reads_it(bench: Bench) -> None:
    reading = datetime(2021, 7, 6, 18, 22, 1)
    for name, is_video, tag in (("a.jpg", False, "MediaGroupUUID"), ("a.mp4", True, "ContentIdentifier")):
        content = Media(seed=1).content(7, 0, Shape(is_video, 2, 1, live=True), reading, IDENTIFIER)
        assert identifier_of(bench, content, name) == IDENTIFIER
        if exiftool := shutil.which("exiftool"):
            command = [exiftool, "-s3", f"-{tag}", str(bench.put(content, name))]
            found = subprocess.run(command, capture_output=True, text=True, check=True)
            assert found.stdout.strip() == IDENTIFIER
