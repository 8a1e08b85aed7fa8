"""Each refusal by Google, and the message for the user (protocol notes, sections 2.4 and 4.6)."""

from __future__ import annotations

from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing import Fault
from tests.photosync_google.google_user import GoogleUser


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ("invalid_argument", Exit.TEMPORARY, ["INVALID_ARGUMENT", "says the simulator"]),
        ("no_photos", Exit.AUTH, ["no active Google Photos", "https://photos.google.com"]),
        ("scope_insufficient", Exit.AUTH, ["No new project", "photosync login google"]),
        (
            "service_disabled",
            Exit.USAGE,
            ["not enabled", "photospicker.googleapis.com/overview?project=123", "No new sign-in is needed"],
        ),
    ],
)
def test_refused_for_good(tmp_path: Path, fault: str, status: Exit, words: list[str]) -> None:
    with GoogleUser.with_items(tmp_path, 2) as someone:
        someone.simulator.faults.set(fault, {})
        result = someone.pick()
        assert result.exit == status, result
        message = str(result.summary["message"])
        assert "account 'google'" in message
        assert [word for word in words if word not in message] == []
        assert someone.simulator.counts["other"] == 1, "a refusal for good must not be asked for again"


@pytest.mark.parametrize(
    ("fault", "words"), [("too_many", "no further picking session"), ("quota_403", "asked too often")]
)
def test_refused_for_now(tmp_path: Path, fault: str, words: str) -> None:
    with GoogleUser.with_items(tmp_path, 2) as someone:
        someone.simulator.faults.set(fault, {"times": 2})
        assert someone.pick().exit == Exit.OK
        someone.sandbox.configure({"google": someone.settings}, retry_budget="1s")
        someone.simulator.faults.set(fault, {})
        result = someone.pick()
        assert result.exit == Exit.TEMPORARY, result
        assert words in str(result.summary["message"])


def test_a_listing_that_comes_too_early_is_waited_for(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 2) as someone:
        someone.simulator.faults.not_yet = Fault(times=2)
        assert someone.pick().number("saved") == 2
        someone.sandbox.configure({"google": someone.settings}, retry_budget="1s")
        someone.simulator.faults.not_yet = Fault()
        result = someone.pick()
        assert result.exit == Exit.TEMPORARY, result
        assert "has not finished yet" in str(result.summary["message"])


def test_a_session_that_expires_during_the_pick(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 2) as someone:
        someone.simulator.faults.session_expired = Fault()
        result = someone.pick()
        assert result.exit == Exit.AUTH, result
        assert "has ended at the service" in str(result.summary["message"])
        someone.simulator.faults.clear()
        assert someone.pick().exit == Exit.OK


def test_a_session_that_expires_before_it_is_listed(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 2) as someone:
        someone.simulator.faults.session_expired = Fault(after=1)
        result = someone.pick()
        assert result.exit == Exit.AUTH, result
        assert "picked again: photosync pick google" in str(result.summary["message"])


def test_a_session_that_expires_during_the_download(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 20, uses_of_addresses=12) as someone:
        someone.simulator.faults.session_expired = Fault(after=2)
        result = someone.pick()
        assert result.exit == Exit.PARTIAL, result
        assert result.number("saved") == 12
        assert set(result.reasons) == {"not_found"}
        assert "pick it again" in result.errors[0]["error"]


@pytest.mark.parametrize("status", [500, 404, 400])
def test_a_page_in_place_of_an_answer(tmp_path: Path, status: int) -> None:
    with GoogleUser.with_items(tmp_path, 2) as someone:
        someone.sandbox.configure({"google": someone.settings}, retry_budget="1s")
        someone.simulator.faults.server_error = Fault(value=status, on="list")
        result = someone.pick()
        assert result.exit in (Exit.TEMPORARY, Exit.AUTH), result
        message = str(result.summary["message"])
        assert len(message) < 700
        assert message


def test_content_that_google_refuses_for_ever(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 90, uses_of_addresses=0) as someone:
        result = someone.pick()
        assert result.exit == Exit.PARTIAL, result
        assert set(result.reasons) == {"forbidden"}
        assert someone.simulator.counts["list"] <= 7, "the same list was requested too often"
