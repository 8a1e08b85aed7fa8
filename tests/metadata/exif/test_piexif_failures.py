"""Every way in which piexif 1.1.3 is known to fail: the symptom, provoked with piexif itself, and our right answer.

When a symptom goes away piexif has changed, and the rules have to be looked at again.
"""

import io
import struct
from pathlib import Path

import piexif
import pytest
from PIL import Image

from photosync.metadata import Given, Outcome, Settings
from tests.metadata.making import (
    ASCII,
    BYTE,
    DOUBLE,
    FLOAT,
    LONG,
    RATIONAL,
    SHORT,
    SLONG,
    SRATIONAL,
    TAKEN,
    UNDEFINED,
    Bench,
    Entry,
    block,
    encoded,
    exif_segment,
    jpeg,
    original,
    photo,
    picture,
    png,
    riff_chunk,
    segment,
    text,
    webp,
)
from tests.metadata.raw_fields import Value, entries, exif_of_jpeg, exif_of_webp, jpeg_entries, text_of

STAMP = "2021:07:06 18:22:01"
DATES = [original(STAMP), text(0x9004, STAMP)]
ARTIST = Settings(artist="Łukasz Żak")
NAMED = (ASCII, 13, "Łukasz Żak\0".encode())


def with_entry(directory: str, entry: Entry, order: str = "<") -> bytes:
    """A photo to which nothing is missing, with one strange entry."""
    if directory == "0th":
        return photo(block([entry], exif=DATES, order=order))
    if directory == "1st":
        return with_thumbnail(encoded("JPEG"), entry)
    if directory == "GPS":
        return photo(block([], exif=DATES, gps=[entry], order=order))
    return photo(block([], exif=sorted([*DATES, entry]), order=order))


def with_thumbnail(thumbnail: bytes, *others: Entry) -> bytes:
    """A photo whose Exif block ends in the thumbnail."""

    def made(offset: int) -> bytes:
        places = [(0x0201, LONG, 1, pack("I", offset)), (0x0202, LONG, 1, pack("I", len(thumbnail)))]
        return block([], exif=DATES, first=[*others, *places])

    return photo(made(len(made(0))) + thumbnail)


def pack(code: str, *numbers: float) -> bytes:
    return struct.pack("<" + code, *numbers)


Row = tuple[str, str, Entry, type[Exception], str, Value | None]
"""Case, directory, entry as found, piexif's error and its words, the entry as fixed; None: it is left."""

WRONG_TYPES: list[Row] = [
    ("SceneType as BYTE", "Exif", (41729, BYTE, 1, b"\1"), ValueError, "41729 in Exif IFD", (7, 1, b"\1")),
    ("FileSource as BYTE", "Exif", (41728, BYTE, 1, b"\3"), ValueError, "41728 in Exif IFD", (7, 1, b"\3")),
    ("components as BYTE", "Exif", (37121, BYTE, 4, b"\1\2\3\0"), ValueError, "'tuple'", (7, 4, b"\1\2\3\0")),
    ("version as BYTE", "Exif", (0x9000, BYTE, 4, b"0220"), ValueError, "36864", (7, 4, b"0220")),
    ("SceneType as SHORT", "Exif", (41729, SHORT, 1, pack("H", 1)), ValueError, "41729", (7, 1, b"\1")),
    (
        "components as SHORT",
        "Exif",
        (37121, SHORT, 4, pack("4H", 1, 2, 3, 0)),
        ValueError,
        "37121",
        (7, 4, b"\1\2\3\0"),
    ),
    ("components as LONG", "Exif", (37121, LONG, 4, pack("4I", 1, 2, 3, 0)), ValueError, "37121", (7, 4, b"\1\2\3\0")),
    ("SceneType as SHORT 300", "Exif", (41729, SHORT, 1, pack("H", 300)), ValueError, "41729", None),
    (
        "XResolution as SLONG",
        "1st",
        (282, SLONG, 1, pack("i", 72)),
        ValueError,
        "282 in 1st",
        (5, 1, pack("II", 72, 1)),
    ),
    ("XResolution as SLONG -1", "1st", (282, SLONG, 1, pack("i", -1)), ValueError, "282 in 1st", None),
    ("ExposureBias as SHORT", "Exif", (37380, SHORT, 1, pack("H", 2)), ValueError, "37380", (10, 1, pack("ii", 2, 1))),
    (
        "FNumber as FLOAT",
        "Exif",
        (33437, FLOAT, 1, pack("f", 2.8)),
        UnboundLocalError,
        "new_value",
        (5, 1, pack("II", 14, 5)),
    ),
    (
        "FNumber as DOUBLE",
        "Exif",
        (33437, DOUBLE, 1, pack("d", 5.6)),
        UnboundLocalError,
        "new_value",
        (5, 1, pack("II", 28, 5)),
    ),
    ("FNumber as NaN", "Exif", (33437, FLOAT, 1, pack("f", float("nan"))), UnboundLocalError, "new_value", None),
    ("bias as SHORT[4]", "Exif", (37380, SHORT, 4, pack("ii", -1, 3)), ValueError, "37380", (10, 1, pack("ii", -1, 3))),
    ("bias as BYTE[8]", "Exif", (37380, BYTE, 8, pack("ii", -1, 3)), ValueError, "37380", (10, 1, pack("ii", -1, 3))),
    ("bias as SHORT[4], over 0", "Exif", (37380, SHORT, 4, pack("ii", 1, 0)), ValueError, "37380", None),
    (
        *("brightness unsigned", "Exif", (37379, RATIONAL, 1, pack("ii", -363, 100))),
        *(struct.error, "format requires", (10, 1, pack("ii", -363, 100))),
    ),
    (
        "FNumber negative",
        "Exif",
        (33437, SRATIONAL, 1, pack("ii", -1, 2)),
        struct.error,
        "out of range|format requires",
        None,
    ),
    (
        "altitude ref as SHORT 256",
        "GPS",
        (5, SHORT, 1, pack("H", 256)),
        struct.error,
        "(ubyte|'B') format",
        (1, 1, b"\0"),
    ),
    (
        "altitude ref as SHORT 257",
        "GPS",
        (5, SHORT, 1, pack("H", 257)),
        struct.error,
        "(ubyte|'B') format",
        (1, 1, b"\1"),
    ),
    ("altitude ref as SHORT 7 over", "GPS", (5, SHORT, 1, pack("H", 263)), struct.error, "(ubyte|'B') format", None),
    ("ISO as FLOAT", "Exif", (34855, FLOAT, 1, pack("f", 100)), struct.error, "not an integer", (3, 1, pack("H", 100))),
    ("ISO as FLOAT 100.5", "Exif", (34855, FLOAT, 1, pack("f", 100.5)), struct.error, "not an integer", None),
    (
        *("ISO as two fractions", "Exif", (34855, RATIONAL, 2, pack("4I", 100, 1, 400, 2))),
        *(struct.error, "not an integer", (3, 2, pack("HH", 100, 200))),
    ),
    ("AsShotNeutral", "0th", (50728, RATIONAL, 3, pack("6I", 1, 1, 1, 1, 1, 1)), struct.error, "not an integer", None),
    ("Orientation beyond SHORT", "0th", (274, LONG, 1, pack("I", 70000)), struct.error, "<= 65535|0x7fff|H", None),
    ("Make as SHORT", "0th", (271, SHORT, 1, pack("H", 7)), ValueError, "'int'", None),
    ("an empty fraction", "Exif", (33437, SHORT, 0, b""), IndexError, "tuple index out of range", None),
]


@pytest.mark.parametrize("row", WRONG_TYPES, ids=[row[0] for row in WRONG_TYPES])
def test_wrong_types(bench: Bench, row: Row) -> None:
    _case, directory, entry, error, words, right = row
    content = with_entry(directory, entry)
    loaded = piexif.load(content)
    with pytest.raises(error, match=words):
        piexif.dump(loaded)

    done = bench.fix(content)
    found = jpeg_entries(done.path)[directory, entry[0]]
    if right is None:
        assert done.path.read_bytes() == content
        assert bench.fix(content, settings=ARTIST).outcome is Outcome.FIXED
    else:
        assert (done.outcome, found) == (Outcome.FIXED, right)
        piexif.dump(piexif.load(done.path.read_bytes()))


def test_a_type_is_fixed_in_place(bench: Bench) -> None:
    content = with_entry("Exif", (41729, BYTE, 1, b"\1"))
    fixed = bench.fix(content).path.read_bytes()
    assert len(fixed) == len(content)
    assert sum(old != new for old, new in zip(content, fixed, strict=True)) == 1


def test_big_endian_reference_takes_the_first_byte(bench: Bench) -> None:
    content = with_entry("GPS", (5, SHORT, 1, b"\1\0"), order=">")
    assert jpeg_entries(bench.fix(content).path)["GPS", 5] == (1, 1, b"\1")


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
