"""Moving to `.photosync/damaged/`: nothing gets lost, and a note says why."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from photosync.library import Library
from photosync.library.damaged import move_to_damaged
from photosync.model import Location


@pytest.fixture
def library(tmp_path: Path) -> Library:
    made = Library(tmp_path / "library", tmp_path / "state")
    made.create()
    (made.root / "amazon").mkdir()
    return made


def a_file(path: Path) -> None:
    path.write_bytes(b"damaged")


def a_folder(path: Path) -> None:
    path.mkdir()
    (path / "mine").write_bytes(b"mine")


def a_dead_link(path: Path) -> None:
    path.symlink_to("/nowhere")


@pytest.mark.parametrize("put", [a_file, a_folder, a_dead_link, os.mkfifo])
def test_whatever_it_is(library: Library, put: Callable[[Path], None]) -> None:
    location = Location("", "amazon/IMG.JPG")
    path = library.file(location)
    put(path)
    mode = path.lstat().st_mode
    moved = move_to_damaged(library, location, "it is wrong\n")
    assert not os.path.lexists(path)
    assert moved is not None
    folder = library.program_folder / "damaged" / f"{date.today():%Y-%m-%d}" / "amazon"  # noqa: DTZ011
    assert moved == folder / "IMG.JPG"
    assert moved.lstat().st_mode == mode
    assert (folder / "IMG.JPG.why.txt").read_text() == "it is wrong\n"


def test_the_same_path_twice(library: Library) -> None:
    location = Location("", "amazon/IMG.JPG")
    for content in (b"1", b"2"):
        library.file(location).write_bytes(content)
        moved = move_to_damaged(library, location, f"{content!r}")
        assert moved is not None
        assert moved.read_bytes() == content
        assert moved.with_name(f"{moved.name}.why.txt").read_text() == f"{content!r}"
    assert len(list((library.program_folder / "damaged").rglob("*.why.txt"))) == 2


def test_nothing_there(library: Library) -> None:
    assert move_to_damaged(library, Location("", "amazon/IMG.JPG"), "") is None
    assert not (library.program_folder / "damaged").exists()


def test_a_name_that_leaves_no_room_for_the_note(library: Library) -> None:
    location = Location("", f"amazon/{'é' * 125}.JPG")
    library.file(location).write_bytes(b"1")
    moved = move_to_damaged(library, location, "why")
    assert moved is not None
    assert moved.suffix == ".JPG"
    assert moved.with_name(f"{moved.name}.why.txt").exists()
