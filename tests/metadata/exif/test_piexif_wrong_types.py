"""Entries of a type at which piexif 1.1.3 fails: the symptom, provoked with piexif itself, and our right answer.

When a symptom goes away piexif has changed, and the rules have to be looked at again.
"""

import struct

import piexif
import pytest

from photosync.metadata import Outcome
from tests.metadata.exif.complete_photos import ARTIST, pack, with_entry
from tests.metadata.making import (
    BYTE,
    DOUBLE,
    FLOAT,
    LONG,
    RATIONAL,
    SHORT,
    SLONG,
    SRATIONAL,
    Bench,
    Entry,
)
from tests.metadata.raw_fields import Value, jpeg_entries

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
