"""The size of a HEIF image is told only where the boxes leave no doubt."""

import pytest

from photosync.formats.heif import read_size
from photosync.formats.window import Window
from photosync.testing.mp4 import box

SIZE = box(b"ispe", bytes(4), (40).to_bytes(4), (30).to_bytes(4))
THUMBNAIL = box(b"ispe", bytes(4), (4).to_bytes(4), (3).to_bytes(4))
PRIMARY = 7


def file(*properties: bytes, numbers: bytes = b"\x81\x02") -> Window:
    """A file whose primary item has the properties with these numbers, and item 8 the first one."""
    entries = [PRIMARY.to_bytes(2) + bytes([len(numbers)]) + numbers, b"\0\x08\x01\x01"]
    associations = box(b"ipma", bytes(4), len(entries).to_bytes(4), *entries)
    tables = box(b"pitm", bytes(4), PRIMARY.to_bytes(2)) + box(b"iprp", box(b"ipco", *properties), associations)
    return Window.over(box(b"ftyp", b"heic\0\0\0\0heicmif1") + box(b"meta", bytes(4), tables))


@pytest.mark.parametrize(("turns", "orientation"), [(0, 1), (1, 8), (2, 3), (3, 6)])
def test_the_size_and_how_the_image_is_turned(turns: int, orientation: int) -> None:
    assert read_size(file(SIZE, box(b"irot", bytes([turns])))) == (40, 30, orientation)


def test_an_image_that_is_not_turned() -> None:
    assert read_size(file(THUMBNAIL, SIZE, numbers=b"\x02")) == (40, 30, 1)


@pytest.mark.parametrize("other", [box(b"imir", b"\0"), box(b"clap", bytes(32)), THUMBNAIL])
def test_an_image_that_is_mirrored_or_cropped_or_has_two_sizes(other: bytes) -> None:
    assert read_size(file(SIZE, other)) is None


@pytest.mark.parametrize("numbers", [b"", b"\x03"])
def test_properties_that_are_not_there(numbers: bytes) -> None:
    assert read_size(file(SIZE, THUMBNAIL, numbers=numbers)) is None


def test_a_file_without_tables() -> None:
    assert read_size(Window.over(box(b"ftyp", b"heic\0\0\0\0heicmif1"))) is None
