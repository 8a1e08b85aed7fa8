"""How piexif 1.1.3 is known to fail, apart from wrong types: the symptom, provoked with piexif, and our right answer.

When a symptom goes away piexif has changed, and the rules have to be looked at again.
"""

import io
import struct
from pathlib import Path

import piexif
import pytest
from PIL import Image

from photosync.metadata import Given, Outcome, Settings
from tests.metadata.exif.complete_photos import ARTIST, DATES, pack, with_thumbnail
from tests.metadata.making import (
    ASCII,
    LONG,
    SHORT,
    STAMP,
    TAKEN,
    UNDEFINED,
    Bench,
    block,
    encoded,
    exif_segment,
    jpeg,
    photo,
    picture,
    png,
    riff_chunk,
    segment,
    text,
    webp,
)
from tests.metadata.raw_fields import entries, exif_of_jpeg, exif_of_webp, jpeg_entries, text_of

NAMED = (ASCII, 13, "Łukasz Żak\0".encode())


def named_in(path: Path) -> str:
    return text_of(exif_of_jpeg(path.read_bytes()), "0th", 0x013B)


def test_text_without_a_closing_nul(bench: Bench) -> None:
    content = photo(
        block([(271, ASCII, 6, b"CANON!")], exif=[(0x9003, ASCII, 19, STAMP.encode()), text(0x9004, STAMP)])
    )
    assert piexif.load(content)["0th"][271] == b"CANON"

    done = bench.fix(content, settings=ARTIST)
    assert {change.field for change in done.changes} == {"Artist"}
    assert jpeg_entries(done.path)["0th", 271] == (2, 6, b"CANON!")


def test_text_of_no_letters(bench: Bench) -> None:
    content = photo(block([], exif=[(0x9003, ASCII, 0, b""), text(0x9004, STAMP)]))
    assert piexif.load(content)["Exif"][0x9003] == b"\0\0\0"

    done = bench.fix(content)
    assert [change.field for change in done.changes] == ["DateTimeOriginal"]


def test_letters_outside_latin_1(bench: Bench) -> None:
    with pytest.raises(ValueError, match="wrong type of exif value"):
        piexif.dump({"0th": {0x013B: "Łukasz Żak"}})
    assert piexif.dump({"0th": {0x013B: "Jürgen"}}).count("Jürgen".encode("latin-1")) == 1

    for content in (jpeg(), photo(block([], exif=DATES))):
        assert jpeg_entries(bench.fix(content, settings=ARTIST).path)["0th", 0x013B] == NAMED


def test_unknown_tags(bench: Bench) -> None:
    with pytest.raises(KeyError, match="59932"):
        piexif.dump({"0th": {59932: b"padding"}})

    content = photo(block([(59932, UNDEFINED, 8, b"padding.")], exif=DATES))
    assert jpeg_entries(bench.fix(content, settings=ARTIST).path)["0th", 59932] == (7, 8, b"padding.")


def test_interoperability_without_exif(bench: Bench) -> None:
    with pytest.raises(KeyError, match="Exif"):
        piexif.dump({"0th": {}, "Interop": {1: b"R98"}})

    done = bench.fix(jpeg(), Given(name="x.jpg"), ARTIST)
    assert [change.field for change in done.changes] == ["Artist"]


def test_a_thumbnail_that_is_no_jpeg(bench: Bench) -> None:
    content = with_thumbnail(b"no jpeg at all, but forty bytes of it...")
    with pytest.raises(ValueError, match="isn't JPEG"):
        piexif.dump(piexif.load(content))

    fixed = bench.fix(content, settings=ARTIST)
    before, after = exif_of_jpeg(content), exif_of_jpeg(fixed.path.read_bytes())
    assert named_in(fixed.path) == "Łukasz Żak"
    assert after.index(b"no jpeg at all") == before.index(b"no jpeg at all")


def test_a_thumbnail_above_64_000_bytes(bench: Bench) -> None:
    thumbnail = encoded("JPEG")
    thumbnail = thumbnail[:-2] + bytes(64_100 - len(thumbnail)) + b"\xff\xd9"
    content = with_thumbnail(thumbnail)
    with pytest.raises(ValueError, match="too large"):
        piexif.dump(piexif.load(content))

    fixed = bench.fix(content, settings=ARTIST)
    assert named_in(fixed.path) == "Łukasz Żak"
    assert thumbnail in fixed.path.read_bytes()


def test_a_thumbnail_directory_without_thumbnail(bench: Bench) -> None:
    content = photo(block([], exif=DATES, first=[(259, SHORT, 1, pack("H", 6))]))
    assert piexif.load(piexif.dump(piexif.load(content)))["1st"] == {}

    fixed = bench.fix(content, settings=ARTIST)
    assert jpeg_entries(fixed.path)["1st", 259] == (3, 1, pack("H", 6))


Unreadable = tuple[str, bytes, type[Exception], str]
UNREADABLE: list[Unreadable] = [
    (
        *("a pointer outside the block", photo(block([(0x8769, LONG, 1, pack("I", 60_000))]))),
        *(struct.error, "requires a buffer of 2 bytes"),
    ),
    ("a pointer of a wrong type", photo(block([(0x8769, ASCII, 5, b"abcd\0")])), TypeError, "can't concat"),
]


@pytest.mark.parametrize(("_case", "content", "error", "words"), UNREADABLE, ids=[row[0] for row in UNREADABLE])
def test_broken_pointers_are_not_written(
    bench: Bench, _case: str, content: bytes, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        piexif.load(content)

    done = bench.fix(content)
    assert (done.outcome, done.warning) == (Outcome.SIDECAR, True)
    assert b"2021-07-06T18:22:01" in (done.sidecar or b"")


@pytest.mark.parametrize("type_", [0, 13, 99])
def test_unknown_value_types(bench: Bench, type_: int) -> None:
    content = photo(block([(271, type_, 1, b"abcd")], exif=DATES))
    with pytest.raises(ValueError, match="incorrect value type"):
        piexif.load(content)

    fixed = bench.fix(content, settings=ARTIST)
    assert named_in(fixed.path) == "Łukasz Żak"
    raw = struct.pack("<HHI", 271, type_, 1) + b"abcd"
    assert raw in exif_of_jpeg(fixed.path.read_bytes())[8:]


def test_a_block_that_is_full(bench: Bench) -> None:
    filler = 65_527 - len(block([], exif=[*DATES, (0x927C, UNDEFINED, 0, b"")])) - 2
    content = photo(block([], exif=[*DATES, (0x927C, UNDEFINED, filler, bytes(filler))]))
    loaded = piexif.load(content)
    loaded["0th"][0x013B] = b"Ada Lovelace" * 20
    with pytest.raises(struct.error, match="format requires"):
        piexif.insert(piexif.dump(loaded), content, io.BytesIO())

    done = bench.fix(content, settings=Settings(artist="Ada"))
    assert done.outcome is Outcome.SIDECAR
    assert "no room" in " ".join(done.notes)
    assert b"Ada" in (done.sidecar or b"")


def test_bytes_between_segments(bench: Bench) -> None:
    plain = encoded("JPEG")
    content = plain[:20] + b"garbage" + plain[20:]
    with pytest.raises(ValueError, match="Wrong JPEG data"):
        piexif.insert(piexif.dump({}), content, io.BytesIO())

    done = bench.fix(content)
    assert (done.outcome, done.warning) == (Outcome.SIDECAR, True)
    assert "bytes between segments" in " ".join(done.notes)


def test_exif_that_is_not_first(bench: Bench) -> None:
    comments = [segment(0xFE, b"a comment"), segment(0xE2, b"ICC_PROFILE\0\1\1" + bytes(20))]
    content = jpeg(*comments, exif_segment(block([], exif=DATES)))
    target = io.BytesIO()
    piexif.insert(piexif.dump(piexif.load(content)), content, target)
    assert target.getvalue().count(b"Exif\0\0") == 2

    fixed = bench.fix(content, settings=ARTIST).path.read_bytes()
    assert fixed.count(b"Exif\0\0") == 1
    assert fixed.index(b"Exif\0\0") == content.index(b"Exif\0\0")


def animation() -> bytes:
    target = io.BytesIO()
    frames = [picture((32, 24)), picture((32, 24))]
    frames[1].paste((255, 0, 0), (4, 4, 12, 10))
    frames[0].save(target, "WEBP", save_all=True, append_images=frames[1:], duration=100, lossless=True)
    return target.getvalue()


def test_animated_webp(bench: Bench) -> None:
    content = animation()
    target = io.BytesIO()
    exif = piexif.dump({"Exif": {0x9003: STAMP.encode()}})
    try:
        piexif.insert(exif, content, target)
        size = Image.open(io.BytesIO(target.getvalue())).size
    except (ValueError, OSError, KeyError, struct.error):
        size = (0, 0)
    assert size != (32, 24), "piexif keeps the canvas"

    fixed = bench.fix(content, name="photo.webp")
    with Image.open(fixed.path) as after:
        assert (after.size, getattr(after, "n_frames", 1)) == ((32, 24), 2)
    assert text_of(exif_of_webp(fixed.path.read_bytes()), "Exif", 0x9003) == STAMP


def test_webp_without_an_extended_header(bench: Bench) -> None:
    content = webp()
    path = bench.put(content, "plain.webp")
    with pytest.raises(ValueError, match="doesnot have exif"):
        piexif.load(str(path))

    fixed = bench.fix(content, name="photo.webp")
    assert text_of(exif_of_webp(fixed.path.read_bytes()), "Exif", 0x9003) == STAMP


def test_webp_with_a_stray_prefix(bench: Bench) -> None:
    inner = block([], exif=DATES)
    content = webp(riff_chunk(b"EXIF", b"Exif\0\0" + inner), extended=True, flags=8)
    with pytest.raises(struct.error):
        piexif.load(str(bench.put(content, "prefixed.webp")))

    fixed = bench.fix(content, settings=ARTIST, name="photo.webp").path.read_bytes()
    at = fixed.index(b"EXIF")
    assert fixed[at + 8 : at + 14] == b"Exif\0\0"
    assert entries(exif_of_webp(fixed))["0th", 0x013B] == NAMED


@pytest.mark.parametrize(
    "content", [png(), encoded("GIF"), b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"], ids=["png", "gif", "heic"]
)
def test_formats_that_piexif_does_not_know(bench: Bench, content: bytes) -> None:
    with pytest.raises(ValueError, match="neither JPEG nor TIFF"):
        piexif.load(str(bench.put(content, "other")))

    assert bench.fix(content, Given(name="other", taken=TAKEN), name="other").outcome is not Outcome.REFUSED
