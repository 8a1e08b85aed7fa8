"""The proof itself: whatever byte of a fixed file is hit, it sees it."""

import pytest

from photosync.formats.sniff import sniff
from photosync.formats.tiff import DirectoryName
from photosync.formats.window import Window
from photosync.metadata import Given, Outcome, Settings
from photosync.metadata.containers import open_container
from photosync.metadata.proof import failure
from photosync.model import GpsPosition
from tests.metadata.making import (
    INSTANT,
    OLD,
    UNDEFINED,
    Bench,
    block,
    encoded,
    exif_segment,
    heic,
    jpeg,
    mp4,
    original,
    png,
    png_chunk,
    riff_chunk,
    text,
    webp,
    xmp_segment,
)

NOTE = (0x927C, UNDEFINED, 60, bytes(range(60)))
EXIF = block([text(0x010F, "Maker")], exif=[original(OLD), text(0x9004, OLD), NOTE], interop=[text(1, "R98")])
ARTIST: dict[tuple[DirectoryName, int], bytes | None] = {("0th", 0x013B): b"Ada Lovelace\0"}
FILES = {
    "a.jpg": jpeg(exif_segment(EXIF), xmp_segment(xmp_Rating="5"), trailer=b"trailer"),
    "b.png": png(png_chunk(b"tEXt", b"Title\0x"), png_chunk(b"eXIf", EXIF)),
    "c.webp": webp(riff_chunk(b"EXIF", EXIF), riff_chunk(b"odd!", b"odd"), extended=True, flags=8),
    "d.tif": encoded("TIFF"),
}


def failure_of(
    delivered: bytes, fixed: bytes, name: str, expected: dict[tuple[DirectoryName, int], bytes | None]
) -> str:
    format_ = sniff(delivered, name)
    assert format_ is not None
    return failure(open_container(Window.over(delivered), format_), Window.over(fixed), expected)


def fixed_with_artist(bench: Bench, name: str) -> bytes:
    done = bench.fix(FILES[name], Given(name=name), Settings(artist="Ada Lovelace"), name=name)
    assert done.outcome is Outcome.FIXED
    return done.path.read_bytes()


def unseen(
    delivered: bytes, fixed: bytes, name: str, expected: dict[tuple[DirectoryName, int], bytes | None]
) -> list[int]:
    """The places at which another byte goes unnoticed."""
    found = []
    for at in range(len(fixed)):
        hit = fixed[:at] + bytes([fixed[at] ^ 0x5A]) + fixed[at + 1 :]
        if not failure_of(delivered, hit, name, expected):
            found.append(at)
    return found


@pytest.mark.parametrize("name", FILES)
def test_every_byte_that_says_something_is_proved(bench: Bench, name: str) -> None:
    delivered, fixed = FILES[name], fixed_with_artist(bench, name)
    assert failure_of(delivered, fixed, name, ARTIST) == ""
    places = unseen(delivered, fixed, name, ARTIST)
    start = fixed.index(b"II*\0")
    assert not set(places) & set(range(start, start + 4))
    for value in (b"Maker\0", NOTE[3], b"Ada Lovelace\0", OLD.encode()):
        at = fixed.find(value)
        assert at < 0 or not set(places) & set(range(at, at + len(value))), value
    block_with_its_last_nul = range(start - 1, start + len(EXIF) + 200)
    appended = range(len(delivered), len(fixed)) if name == "d.tif" else range(0)
    assert [at for at in places if at not in block_with_its_last_nul and at not in appended] == []


def test_what_was_not_written_is_missed(bench: Bench) -> None:
    delivered, fixed = FILES["a.jpg"], fixed_with_artist(bench, "a.jpg")
    assert failure_of(delivered, delivered, "a.jpg", ARTIST)
    assert failure_of(delivered, fixed, "a.jpg", {**ARTIST, ("0th", 0x010F): None})
    assert failure_of(delivered, fixed, "a.jpg", {})
    for cut in (fixed[:-1], fixed[:100], b""):
        assert failure_of(delivered, cut, "a.jpg", ARTIST)


@pytest.mark.parametrize(
    ("name", "delivered"),
    [("a.heic", heic(block([], exif=[original("0000:00:00 00:00:00"), text(0x9004, OLD)]))), ("b.mp4", mp4(0))],
)
def test_files_that_keep_their_length_are_proved_byte_for_byte(bench: Bench, name: str, delivered: bytes) -> None:
    given = Given(name=name, taken=INSTANT, gps=GpsPosition(1, 2))
    fixed = bench.fix(delivered, given, name=name).path.read_bytes()
    differing = [at for at in range(len(delivered)) if delivered[at] != fixed[at]]
    for at in range(len(fixed)):
        hit = fixed[:at] + bytes([fixed[at] ^ 0x5A]) + fixed[at + 1 :]
        is_near = any(abs(at - each) < 400 for each in differing)
        assert is_near or failure_of(delivered, hit, name, {})
    assert failure_of(delivered, fixed + b"!", name, {})
