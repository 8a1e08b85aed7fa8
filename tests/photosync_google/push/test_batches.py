"""Items are made in batches: lost answers, and results for single items."""

from __future__ import annotations

from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing import Fault
from tests.photosync_google.google_user import ACCOUNT, GoogleUser
from tests.photosync_google.push.pushed_photos import CREATIONS, MANY, ended_well, titles


def test_fifty_at_a_time_and_one_after_the_other(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*MANY)
        ended_well(someone.push(someone.folder, "--jobs", "8"), saved=120)
        uploads = someone.simulator.uploads
        assert (uploads.created, uploads.collisions) == (3, 0)
        assert someone.at_google() == someone.here()


def test_a_lost_answer_to_the_making_of_items_makes_none_twice(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*MANY[:3])
        someone.simulator.faults.lose_answer = Fault(times=1, after=3)
        result = someone.push(someone.folder)
        assert result.exit == Exit.OK, result
        assert result.number("failed") == 0
        assert someone.simulator.uploads.created == 3, (
            "one whose answer is lost, one with used tokens, one with new ones"
        )
        assert someone.at_google() == someone.here()
        assert len(someone.simulator.library) == 3


@pytest.mark.parametrize("status", [None, pytest.param(503, marks=pytest.mark.slow)])  # each 503 slows all requests
def test_lost_answers_everywhere(tmp_path: Path, status: int | None) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*MANY[:60])
        someone.simulator.faults.lose_answer = Fault(value=status, probability=0.1)
        result = someone.push(someone.folder)
        assert result.exit == Exit.OK, result
        assert someone.at_google() == someone.here()
        assert len(someone.simulator.library) == 60


def test_a_lost_answer_to_a_new_album_is_reported(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos("Photos/IMG_1.JPG")
        someone.simulator.faults.lose_answer = Fault(times=1, on="other")
        result = someone.push(someone.folder)
        ended_well(result, saved=1)
        assert "may be an empty album" in result.stderr
        assert someone.at_google() == someone.here()
        assert titles(someone) == ["Photos", "Photos"]


@pytest.mark.parametrize(
    ("fault", "reason", "words"),
    [
        ("item_bad", "unsupported", "BAD_IMAGE"),
        ("item_exhausted", "throttled", "takes no more for now"),
        ("item_forgotten", "bad_answer", "did not say what became of it"),
        ("item_internal", "server_error", "Internal error"),
        ("token_old", "unsupported", "Invalid upload token: ***"),
    ],
)
def test_one_of_a_batch_fails(tmp_path: Path, fault: str, reason: str, words: str) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*MANY[:5])
        someone.sandbox.configure({ACCOUNT: someone.settings}, retry_budget="1s")
        someone.simulator.faults.set(fault, {"items": ["IMG_2.JPG"]})
        result = someone.push(someone.folder)
        assert result.exit == Exit.PARTIAL, result
        result.check_totals()
        assert (result.number("saved"), result.reasons) == (4, [reason])
        assert result.errors[0]["name"].endswith("IMG_2.JPG")
        assert words in result.errors[0]["error"]
        someone.simulator.faults.clear()
        again = someone.push(someone.folder)
        assert again.exit == Exit.OK, again
        assert someone.at_google() == someone.here()


@pytest.mark.parametrize("fault", ["item_internal", "token_old"])
def test_one_of_a_batch_needs_a_second_try(tmp_path: Path, fault: str) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*MANY[:5])
        someone.simulator.faults.set(fault, {"items": ["IMG_2.JPG"], "times": 1})
        ended_well(someone.push(someone.folder), saved=5)
        assert someone.at_google() == someone.here()


def test_a_single_file_that_google_cannot_make_at_first(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos("Photos/IMG_1.JPG")
        someone.simulator.faults.item_internal = Fault(times=2)
        ended_well(someone.push(someone.folder), saved=1)


def test_a_google_that_makes_nothing_is_not_asked_for_each(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*MANY[:40])
        someone.sandbox.configure({ACCOUNT: someone.settings}, retry_budget="1s")
        someone.simulator.faults.item_internal = Fault()
        result = someone.push(someone.folder)
        assert result.exit == Exit.PARTIAL, result
        assert set(result.reasons) == {"server_error"}
        assert someone.simulator.counts[CREATIONS] < 20


def test_what_google_calls_a_duplicate_is_there(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*MANY[:5])
        someone.simulator.faults.item_exists = Fault(items={"IMG_2.JPG"})
        ended_well(someone.push(someone.folder), saved=4, unchanged=1)


def test_a_file_that_is_no_picture(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*MANY[:2])
        (Path(someone.folder) / "page.ico").write_text("<html>")
        result = someone.push(someone.folder, "--all-files")
        assert (result.exit, result.reasons) == (Exit.PARTIAL, ["unsupported"]), result
        assert result.number("saved") == 2
