"""Every row of the protocol's table of errors: the message for the user, and the exit status."""

from __future__ import annotations

import pytest

from photosync.testing import Fault
from photosync_aura.simulator import KITCHEN
from tests.photosync_aura.frame_owner import Owner, OwnerOf


@pytest.fixture
def owner(owner_of: OwnerOf) -> Owner:
    """A user who has pulled before, and has three more pictures now."""
    owner = owner_of(items=5)
    owner.pull_all()
    owner.simulator.library.add(3)
    owner.simulator.forget()
    return owner


def test_404_an_unknown_frame(owner: Owner) -> None:
    owner.configure(frames={"attic": "abf50000-0000-4000-8000-00000000dead"})
    result = owner.pull()
    assert result.exit == 2
    assert "no frame 'attic' (abf50000-0000-4000-8000-00000000dead" in result.stderr
    assert "no member of it" in result.stderr
    assert "photosync collections aura" in result.stderr


def test_404_in_an_answer_with_status_200(owner: Owner) -> None:
    owner.simulator.faults.not_found_envelope = Fault()
    result = owner.pull("Kitchen")
    assert result.exit == 2
    assert "no member of it" in result.stderr


def test_403_a_frame_that_is_not_for_this_account(owner: Owner) -> None:
    owner.simulator.faults.forbidden = Fault()
    result = owner.pull("Kitchen")
    assert result.exit == 2
    assert "403" in result.stderr
    assert "no member of it" in result.stderr


@pytest.mark.parametrize("status", [403, 404])
def test_a_web_page_says_nothing_about_a_frame(owner: Owner, status: int) -> None:
    """A proxy's, for example: the frame is right."""
    owner.simulator.faults.html = Fault(value=status, on="list")
    result = owner.pull("Kitchen")
    assert result.exit == 5
    assert "no frame" not in result.stderr


def test_an_error_in_an_answer_with_status_200(owner: Owner) -> None:
    owner.simulator.faults.error_envelope = Fault()
    result = owner.pull()
    assert result.exit == 5
    assert "Something broke over here: ***" in result.stderr
    assert owner.simulator.counts["list"] == 1


def test_400_is_a_bug_and_is_not_tried_again(owner: Owner) -> None:
    owner.simulator.faults.server_error = Fault(value=400, on="list")
    result = owner.pull()
    assert result.exit == 5
    assert "400" in result.stderr
    assert owner.simulator.counts["list"] == 1


def test_html_in_place_of_an_answer(owner: Owner) -> None:
    owner.simulator.faults.html = Fault(on="list")
    result = owner.pull()
    assert result.exit == 5
    assert "text/html" in result.stderr
    assert "Something else" in result.stderr


def test_json_without_a_list_of_pictures(owner: Owner) -> None:
    owner.simulator.faults.json = Fault(on="list")
    result = owner.pull()
    assert result.exit == 5
    assert "without a list of pictures" in result.stderr


@pytest.mark.parametrize("status", [500, 502, 503])
def test_5xx_with_html_passes(owner: Owner, status: int) -> None:
    owner.simulator.faults.server_error = Fault(value=status, times=1, on="list")
    assert owner.pull_all().number("saved") == 3


def test_5xx_that_stays_ends_for_now(owner: Owner) -> None:
    owner.configure(retry_budget="2s")
    owner.simulator.faults.server_error = Fault(value=502, on="list")
    result = owner.pull()
    assert result.exit == 5
    assert "502" in result.stderr
    assert "ry again later" in result.stderr


def test_429_that_stays_ends_for_now_and_the_next_run_goes_on(owner: Owner) -> None:
    owner.configure(retry_budget="2s")
    owner.simulator.faults.throttle = Fault(on="content")
    result = owner.pull()
    assert result.exit == 5
    assert "429" in result.stderr
    owner.configure()
    owner.simulator.faults.clear()
    assert owner.pull_all().number("saved") == 3


@pytest.mark.parametrize(
    ("fault", "reason"), [("json", "not_media"), ("html", "not_media"), ("not_found", "not_found")]
)
def test_a_failed_picture_is_reported_and_the_others_are_saved(owner: Owner, fault: str, reason: str) -> None:
    newest = owner.simulator.library.id_of(7)
    owner.simulator.faults.set(fault, {"items": [newest]})
    result = owner.pull()
    assert result.exit == 3
    assert [(error["id"], error["reason"]) for error in result.errors] == [(newest, reason)]
    assert result.number("saved") == 2


def test_an_interrupted_body_is_completed(owner: Owner) -> None:
    owner.simulator.faults.truncate = Fault(times=4)
    assert owner.pull_all().number("saved") == 3


def test_an_empty_body_is_no_picture(owner: Owner) -> None:
    owner.simulator.faults.empty_body = Fault(items={owner.simulator.library.id_of(6)})
    result = owner.pull()
    assert result.exit == 3
    assert result.reasons == ["truncated"]


def test_no_frame_is_touched_by_a_wrong_address(owner: Owner) -> None:
    owner.configure(retry_budget="2s", frames={"home": KITCHEN}, endpoints={"api": "http://127.0.0.1:9/v5"})
    result = owner.run("pull", "aura")
    assert result.exit == 5
    assert "127.0.0.1:9" in result.stderr
