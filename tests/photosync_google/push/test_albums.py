"""The albums that pushed files go to."""

from __future__ import annotations

from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing import Fault
from tests.photosync_google.google_user import GoogleUser, md5_of
from tests.photosync_google.push.pushed_photos import (
    ADDITIONS,
    ALBUMS,
    CREATIONS,
    FEW,
    MANY,
    UPLOADS,
    ended_well,
    titles,
)


def test_folders_become_albums(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 5) as someone:
        someone.photos(*FEW)
        ended_well(someone.push(someone.folder), saved=3)
        assert someone.at_google() == someone.here()
        assert titles(someone) == ["Photos", "Photos/Day 1"]
        assert len(someone.simulator.library) == 5 + 3


def test_what_was_pushed_is_not_sent_again(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*FEW)
        someone.push(someone.folder)
        someone.simulator.forget()
        ended_well(someone.push(someone.folder), saved=0, unchanged=3)
        assert someone.simulator.counts["total"] == 0
        someone.photos("Photos/IMG_3.JPG")
        ended_well(someone.push(someone.folder), saved=1, unchanged=3)
        assert someone.at_google() == someone.here()
        assert titles(someone) == ["Photos", "Photos/Day 1"], "an album of ours is used again"


def test_files_that_are_named_themselves_go_to_no_album(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        (file,) = someone.photos("IMG_1.JPG")
        ended_well(someone.push(str(file)), saved=1)
        assert someone.at_google() == {("", "IMG_1.JPG"): md5_of(file)}
        assert someone.simulator.counts[ALBUMS] == 0


def test_everything_into_one_album(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos("Photos/IMG_1.JPG", "Photos/Day 1/IMG_2.JPG")
        ended_well(someone.push(someone.folder, "--to", "Best of"), saved=2)
        assert set(someone.at_google()) == {("Best of", "IMG_1.JPG"), ("Best of", "IMG_2.JPG")}
        someone.simulator.forget()
        ended_well(someone.push(someone.folder, "--to", "Best of"), saved=0, unchanged=2)
        assert someone.simulator.counts["total"] == 0


def test_what_is_at_google_joins_another_album_without_being_sent(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*MANY[:60])
        someone.push(someone.folder)
        someone.simulator.forget()
        ended_well(someone.push(someone.folder, "--to", "Best of"), saved=0, unchanged=60)
        counts = someone.simulator.counts
        assert (counts[UPLOADS], counts[CREATIONS], counts[ALBUMS], counts[ADDITIONS]) == (0, 0, 1, 2)
        assert set(someone.at_google()) == {
            (title, path.rpartition("/")[2]) for title in ("Photos", "Best of") for path in MANY[:60]
        }


def test_an_album_that_was_deleted_at_google_is_made_anew(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos("Photos/IMG_1.JPG")
        someone.push(someone.folder)
        someone.simulator.uploads.albums.clear()
        someone.photos("Photos/IMG_2.JPG", "Photos/IMG_3.JPG")
        ended_well(someone.push(someone.folder), saved=2, unchanged=1)
        assert set(someone.at_google()) == {("", "IMG_1.JPG"), ("Photos", "IMG_2.JPG"), ("Photos", "IMG_3.JPG")}
        assert titles(someone) == ["Photos"]


def test_an_album_that_google_refuses_for_ever(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*MANY)
        someone.simulator.faults.album_refused = Fault()
        result = someone.push(someone.folder)
        assert result.exit == Exit.PARTIAL, result
        assert set(result.reasons) == {"refused"}
        assert "into the album 'Photos'" in result.errors[0]["error"]
        assert "No permission to add media items" in result.errors[0]["error"]
        assert someone.simulator.counts[ALBUMS] == 2, "one more album a run is enough to see that it does not help"


def test_an_item_that_was_deleted_at_google_comes_back_with_another_album(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*MANY[:7])
        someone.push(someone.folder)
        someone.simulator.library.remove([item.id for item in someone.simulator.library.expected()][4])
        someone.simulator.forget()
        ended_well(someone.push(someone.folder, "--to", "Best of"), saved=1, unchanged=6)
        assert len([title for title, _ in someone.at_google() if title == "Best of"]) == 7
        assert someone.simulator.counts[UPLOADS] == 1


def test_items_that_google_refuses_to_move_are_sent_again(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*MANY[:3])
        someone.push(someone.folder)
        someone.simulator.faults.items_refused = Fault()
        ended_well(someone.push(someone.folder, "--to", "Best of"), saved=0, unchanged=3)
        assert len([title for title, _ in someone.at_google() if title == "Best of"]) == 3
        assert len(someone.simulator.library) == 3


def test_long_names(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        folders = "/".join(letter * 200 for letter in "abc")
        someone.photos(f"Photos/{folders}/{'n' * 250}.JPG", f"Photos/{folders}/Zürich “1”.JPG")
        ended_well(someone.push(someone.folder), saved=2)
        ((long, first), (_, second)) = sorted(someone.at_google(), reverse=True)
        assert (len(long), long[0], long[-200:]) == (500, "…", "c" * 200)
        assert (first, second) == (f"{'n' * 250}.JPG", "Zürich “1”.JPG")


@pytest.mark.parametrize("title", ["", "  ", "x" * 501])
def test_a_title_that_no_album_can_have(tmp_path: Path, title: str) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*FEW)
        result = someone.push(someone.folder, "--to", title)
        assert result.exit == Exit.USAGE, result
        expected = "1 to 500 characters" if title.strip() else "--to is empty"
        assert expected in f"{result.stdout}{result.stderr}"
