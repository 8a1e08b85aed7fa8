"""A value of a type that we do not read is there all the same, and is not replaced."""

from pathlib import Path

import pytest

from photosync.metadata import Given, Settings
from photosync.model import GpsPosition
from tests.metadata.making import DATES, TAKEN, Bench, block, photo, text

AUTHORS = {"type 129 of Exif 3.0": (129, 4, b"Ada\0"), "SHORT": (3, 1, b"Ad"), "behind a NUL": (2, 4, b"\0Ada")}


@pytest.mark.parametrize(("type_", "count", "value"), AUTHORS.values(), ids=AUTHORS)
def test_an_author_of_any_type_is_there(tmp_path: Path, type_: int, count: int, value: bytes) -> None:
    bench = Bench(tmp_path)
    artist = photo(block([(0x013B, type_, count, value)], exif=DATES))
    assert bench.fix(artist, settings=Settings(artist="Grace")).changes == ()
    copyright_ = photo(block([(0x8298, type_, count, value)], exif=DATES))
    assert bench.fix(copyright_, settings=Settings(copyright="Grace")).changes == ()


def test_a_position_of_another_type_is_there(tmp_path: Path) -> None:
    position = [text(1, "N"), text(2, "52.5"), text(3, "E"), text(4, "13.4")]
    given = Given(name="x.jpg", taken=TAKEN, gps=GpsPosition(1.5, 2.5))
    done = Bench(tmp_path).fix(photo(block(exif=DATES, gps=position)), given, Settings(write_gps=True))
    assert done.changes == ()
