"""Each refusal of a whole push by Google, and the message for the user."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing import Fault
from tests.photosync_google.google_user import ACCOUNT, GoogleUser, ended, redirected, shown_link

PHOTOS = tuple(f"Photos/IMG_{number}.JPG" for number in range(6))


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ("upload_scope", Exit.AUTH, ["does not allow uploading", "photosync login google --upload"]),
        (
            "library_disabled",
            Exit.USAGE,
            ["Photos Library API is not enabled", "photoslibrary.googleapis.com/overview?project=123"],
        ),
        ("quota_day", Exit.TEMPORARY, ["today", "tomorrow", "photoslibrary.googleapis.com/quotas"]),
    ],
)
def test_refused_for_good(tmp_path: Path, fault: str, status: Exit, words: list[str]) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*PHOTOS)
        someone.simulator.faults.set(fault, {})
        result = someone.push(someone.folder, "--jobs", "1")
        assert result.exit == status, result
        message = str(result.summary["message"])
        assert "account 'google'" in message
        assert [word for word in words if word not in message] == []
        assert someone.simulator.counts["total"] <= 4, "a useless request was repeated"


@pytest.mark.parametrize("fault", ["quota_minute", "quota_uploads"])
def test_refused_for_a_minute(tmp_path: Path, fault: str) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*PHOTOS)
        someone.simulator.faults.set(fault, {"times": 3})
        result = someone.push(someone.folder)
        assert result.exit == Exit.OK, result
        assert someone.at_google() == someone.here()
        someone.photos("Photos/another.JPG")
        someone.sandbox.configure({ACCOUNT: someone.settings}, retry_budget="1s")
        someone.simulator.faults.set(fault, {})
        result = someone.push(someone.folder)
        assert result.exit != Exit.OK, result
        assert result.reasons == ["throttled"] or "asked too often" in str(result.summary["message"])


def test_all_results_of_a_batch_say_not_now(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*PHOTOS)
        someone.simulator.faults.item_exhausted = Fault(times=len(PHOTOS))
        result = someone.push(someone.folder)
        assert result.exit == Exit.OK, result
        assert someone.at_google() == someone.here()


def test_the_day_ends_between_two_albums(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos("Photos/IMG_1.JPG", "Photos/Day 1/IMG_2.JPG")
        someone.simulator.faults.quota_day = Fault(after=4)
        result = someone.push(someone.folder)
        assert result.exit == Exit.PARTIAL, result
        assert (result.number("saved"), result.reasons) == (1, ["throttled"])
        assert "tomorrow" in result.errors[0]["error"]
        someone.simulator.faults.clear()
        again = someone.push(someone.folder)
        assert (again.exit, again.number("unchanged")) == (Exit.OK, 1), again
        assert someone.at_google() == someone.here()


@pytest.mark.parametrize("fault", ["storage_full", "item_storage"])
def test_the_storage_is_full(tmp_path: Path, fault: str) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*(f"Photos/IMG_{number}.JPG" for number in range(250)))
        someone.simulator.faults.set(fault, {})
        someone.simulator.faults.latency = Fault(value=0.03, on="upload")
        result = someone.push(someone.folder, "--jobs", "2")
        assert result.exit == Exit.PARTIAL, result
        result.check_totals()
        assert result.reasons == ["storage_full"] * 250
        assert "one.google.com/storage" in result.errors[0]["error"]
        assert someone.simulator.counts["POST /v1/uploads"] < 150, "nothing more is sent than was under way"
        assert len(someone.simulator.library) == 0


# The permission to upload


def without_permission(someone: GoogleUser) -> None:
    someone.upload_token_path.unlink()
    someone.settings.pop("upload_token")
    someone.configure()


def test_no_person_is_there_to_permit_it(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*PHOTOS)
        without_permission(someone)
        result = someone.push(someone.folder)
        assert result.exit == Exit.AUTH, result
        assert "photosync login google --upload" in str(result.summary["message"])
        assert someone.simulator.counts["total"] == 0


def test_the_permission_is_asked_for_at_the_first_push(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 1) as someone:
        someone.photos(*PHOTOS)
        without_permission(someone)
        before = someone.token
        process = someone.start("push", ACCOUNT, someone.folder, **someone.with_a_browser())
        status, _, stderr = ended(process)
        assert status == Exit.OK, stderr
        (page,) = someone.visited.read_text().split()
        assert "photoslibrary.appendonly" in page
        assert "photospicker" not in page, "one permission does not bring another"
        assert someone.at_google() == someone.here()
        kept = json.loads(next((tmp_path / "home").rglob("upload-token.json")).read_text())
        assert kept["refresh_token"] == someone.simulator.consent.uploading.refresh_token
        assert someone.token == before
        assert someone.pick().exit == Exit.OK


def test_the_permission_is_given_by_login(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*PHOTOS)
        without_permission(someone)
        process = someone.start("login", ACCOUNT, "--upload", "--no-browser")
        status, stdout, stderr = ended(process, redirected(shown_link(process, "/o/oauth2/auth?")) + "\n")
        assert status == Exit.OK, stderr
        assert "permitted to add to Google Photos" in stdout
        assert someone.push(someone.folder).number("saved") == 6


def test_the_person_unticks_the_box(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        without_permission(someone)
        someone.simulator.faults.fewer_scopes = Fault()
        process = someone.start("login", ACCOUNT, "--upload", "--no-browser")
        status, _, stderr = ended(process, redirected(shown_link(process, "/o/oauth2/auth?")) + "\n")
        assert status == Exit.AUTH
        assert "Add to your Google Photos library" in stderr
        assert not list((tmp_path / "home").rglob("upload-token.json"))


def test_a_token_for_something_else(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*PHOTOS)
        someone.upload_token_path.write_text(someone.token_path.read_text())
        result = someone.push(someone.folder)
        assert result.exit == Exit.AUTH, result
        message = str(result.summary["message"])
        assert "photoslibrary.appendonly is missing" in message
        assert "photosync login google --upload" in message
        assert someone.simulator.counts["total"] == 0


def test_google_itself_tells_the_tokens_apart(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*PHOTOS)
        someone.upload_token_path.write_text(json.dumps({**someone.token, "scopes": []}))
        result = someone.push(someone.folder)
        assert result.exit == Exit.AUTH, result
        assert "photosync login google --upload" in str(result.summary["message"])


@pytest.mark.parametrize("content", ["", "{}"])
def test_a_broken_token_file(tmp_path: Path, content: str) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*PHOTOS)
        someone.upload_token_path.write_text(content)
        result = someone.push(someone.folder)
        assert result.exit == Exit.AUTH, result
        assert str(someone.upload_token_path) in str(result.summary["message"])
        assert "photosync login google --upload" in str(result.summary["message"])


def test_a_token_that_ends_in_mid_run_is_renewed_once(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*(f"Photos/IMG_{number}.JPG" for number in range(60)))
        consent = someone.simulator.consent
        consent.end_access(consent.uploading)
        result = someone.push(someone.folder, "--jobs", "8")
        assert result.exit == Exit.OK, result
        assert consent.refreshes == 1
        assert someone.at_google() == someone.here()


def test_a_permission_that_has_ended(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*PHOTOS)
        consent = someone.simulator.consent
        consent.end_access(consent.uploading)
        consent.revoked.append(consent.uploading.refresh_token)
        result = someone.push(someone.folder)
        assert result.exit == Exit.AUTH, result
        message = str(result.summary["message"])
        assert "7 days" in message
        assert "photosync login google --upload" in message
        assert someone.simulator.counts["POST /token"] == 1


def test_logout_gives_up_both_tokens(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        result = someone.run("logout", ACCOUNT)
        assert result.exit == Exit.OK, result
        consent = someone.simulator.consent
        assert set(consent.revoked) == {consent.picking.refresh_token, consent.uploading.refresh_token}
        assert not someone.token_path.exists()
        assert not someone.upload_token_path.exists()
        assert "was not signed in" in someone.run("logout", ACCOUNT).stdout


def test_status_tells_of_the_permission(tmp_path: Path) -> None:
    def state(someone: GoogleUser) -> str:
        return str(json.loads(someone.run("status").stdout.splitlines()[0])["sign_in"])

    with GoogleUser.with_items(tmp_path, 0) as someone:
        assert state(someone).endswith("; may upload")
        someone.token_path.unlink()
        assert "may upload" in state(someone)
        assert "photosync login google" in state(someone)
        someone.upload_token_path.unlink()
        assert "not signed in" in state(someone)


def test_a_login_for_uploads_alone_is_enough(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*PHOTOS)
        someone.token_path.unlink()
        assert someone.push(someone.folder).exit == Exit.OK
        assert someone.at_google() == someone.here()
