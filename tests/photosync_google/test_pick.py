"""Picking, from the session's beginning to its end."""

from __future__ import annotations

import json
import signal
import stat
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.model import Kind
from photosync.testing import Fault
from photosync_amazon.simulator import AmazonSimulator
from tests.photosync_google.google_user import ACCOUNT, GoogleUser


def test_addresses_that_expire_in_mid_run_are_renewed(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 250, uses_of_addresses=60) as someone:
        result = someone.pick()
        assert result.exit == Exit.OK, result
        result.check_totals()
        assert result.number("saved") == 250
        assert someone.all_there()
        # One listing of three pages, and one for each 60 files that were asked for, however many workers wait.
        assert 3 * 4 <= someone.simulator.counts["list"] <= 3 * 8
        assert someone.simulator.picker.open_sessions == []


def test_an_interrupted_pick_goes_on_with_resume(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 250) as someone:
        someone.simulator.faults.latency = Fault(value=0.03, on="content")
        status, _ = someone.interrupted(80)
        assert status == Exit.INTERRUPTED
        there = len(someone.sandbox.files())
        assert 0 < there < 250
        assert len(someone.simulator.picker.open_sessions) == 1, "what was picked must not be lost"

        someone.simulator.faults.clear()
        result = someone.pick("--resume")
        assert result.exit == Exit.OK, result
        assert result.number("saved") == 250 - there
        assert someone.all_there()
        assert someone.simulator.picker.open_sessions == []
        assert someone.simulator.counts["POST /v1/sessions"] == 1, "a second pick was necessary"


def test_a_killed_pick_goes_on_with_the_next(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 60) as someone:
        someone.simulator.faults.latency = Fault(value=0.05, on="content")
        someone.interrupted(20, signal.SIGKILL)
        someone.simulator.faults.clear()
        result = someone.pick()
        assert result.exit == Exit.OK, result
        assert someone.all_there()
        assert someone.simulator.counts["POST /v1/sessions"] == 1
        assert someone.simulator.picker.open_sessions == []


def test_known_items_are_not_fetched_twice(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 30) as someone:
        someone.pick()
        someone.simulator.library.add(2)
        someone.simulator.forget()
        result = someone.pick()
        assert (result.number("saved"), result.number("unchanged")) == (2, 30)
        assert someone.simulator.counts["content"] == 2


def test_no_secret_is_in_any_log(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 120, uses_of_addresses=40) as someone:
        someone.simulator.library.add(2, kind=Kind.VIDEO)
        someone.simulator.faults.throttle = Fault(times=3, on="content")
        someone.simulator.faults.not_found = Fault(items={next(someone.simulator.library.expected()).id})
        first = someone.simulator.consent.access_token
        someone.simulator.consent.end_access()
        log = tmp_path / "log"
        result = someone.pick("-vv", "--log-file", str(log))
        assert result.exit == Exit.PARTIAL, result
        consent = someone.simulator.consent
        marks = [mark for session in someone.simulator.picker.sessions.values() for mark in session.listings]
        assert len(marks) > 2
        secrets = [first, consent.access_token, consent.refresh_token, consent.client_secret, *marks]
        for text in (result.stderr, result.stdout, log.read_text()):
            assert [secret for secret in secrets if secret in text] == []
        for file in (tmp_path / "library").rglob("*"):
            if file.is_file():
                assert not any(secret.encode() in file.read_bytes() for secret in secrets), file


def test_the_link_and_a_code_for_a_phone_are_shown(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 1) as someone:
        result = someone.pick()
        session = next(iter(someone.simulator.picker.sessions))
        assert f"    {someone.simulator.url}/picker/{session}\n" in result.stderr
        assert "█" in result.stderr
        assert "GPS" in result.stderr
        assert "re-encodes videos" in result.stderr


def test_max_is_the_sessions_limit(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 9) as someone:
        result = someone.pick("--max", "4")
        assert result.number("listed") == 4
        assert next(iter(someone.simulator.picker.sessions.values())).asked_most == "4"


def test_the_catalog_marks_what_google_changes(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.simulator.library.add(1, kind=Kind.PHOTO)
        someone.simulator.library.add(1, kind=Kind.VIDEO)
        assert someone.pick().exit == Exit.OK
        catalog = (tmp_path / "library" / ".photosync" / "catalog.db").read_bytes()
        wal = tmp_path / "library" / ".photosync" / "catalog.db-wal"
        content = catalog + (wal.read_bytes() if wal.exists() else b"")
        assert b"gps_stripped" in content
        assert b"reencoded" in content


def test_after_the_loss_of_the_catalog_there_is_no_second_copy(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 12) as someone:
        someone.sandbox.configure({"google": someone.settings}, exif="fix")
        assert someone.pick().exit == Exit.OK
        before = {path: path.read_bytes() for path in someone.sandbox.files()}
        assert someone.run("status").objects[0]["fixed"]
        for path in (someone.sandbox.library / ".photosync").glob("catalog.db*"):
            path.unlink()
        assert someone.pick().exit == Exit.OK
        assert {path: path.read_bytes() for path in someone.sandbox.files()} == before


# Waiting for the person


def test_no_pick_in_time(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 3) as someone:
        someone.simulator.faults.unpicked = Fault()
        result = someone.pick("--timeout", "1s")
        assert result.exit == Exit.AUTH, result
        assert "nobody has picked in time" in str(result.summary["message"])
        assert "photosync pick google" in str(result.summary["message"])
        assert someone.simulator.picker.open_sessions == []
        assert someone.pick("--resume").exit == Exit.OK, "there is nothing to go on with"


def test_the_services_own_limit_of_time(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 3, closes_in_s=0.5) as someone:
        someone.simulator.faults.unpicked = Fault()
        assert someone.pick().exit == Exit.AUTH


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, Exit.INTERRUPTED), (signal.SIGTERM, Exit.TERMINATED)])
def test_a_signal_while_nothing_is_picked_leaves_no_session(
    tmp_path: Path, number: signal.Signals, status: Exit
) -> None:
    with GoogleUser.with_items(tmp_path, 3) as someone:
        someone.simulator.faults.unpicked = Fault()
        process = someone.sandbox.start("pick", ACCOUNT, "--no-browser")
        assert someone.simulator.wait_for(lambda: someone.simulator.counts["GET /v1/sessions/{session}"] >= 2)
        process.send_signal(number)
        process.communicate(timeout=60)
        assert process.returncode == status
        assert someone.simulator.picker.open_sessions == []


def test_an_unused_session_is_used_again(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 3) as someone:
        someone.simulator.faults.unpicked = Fault()
        process = someone.sandbox.start("pick", ACCOUNT, "--no-browser")
        assert someone.simulator.wait_for(lambda: someone.simulator.counts["GET /v1/sessions/{session}"] >= 1)
        process.kill()
        process.communicate()
        resumed = someone.pick("--resume")
        assert resumed.exit == Exit.AUTH, resumed
        assert "nobody has picked yet" in resumed.stderr
        someone.simulator.faults.clear()
        assert someone.pick().number("saved") == 3
        assert someone.simulator.counts["POST /v1/sessions"] == 1


def test_trouble_while_waiting_is_borne(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 3, polls=3) as someone:
        someone.simulator.faults.server_error = Fault(times=2, after=2)
        assert someone.pick().exit == Exit.OK


def test_quiet_says_nothing_when_all_is_well(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 3) as someone:
        someone.pick("--keep-session")
        process = someone.start("pick", ACCOUNT, "--resume", "-q")
        assert process.communicate(timeout=60) == ("", "")
        assert process.returncode == Exit.OK


# What may be left over


def test_a_kept_session_is_listed_again_and_then_ended(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 5) as someone:
        assert someone.pick("--keep-session").exit == Exit.OK
        assert len(someone.simulator.picker.open_sessions) == 1
        result = someone.pick("--resume")
        assert (result.number("unchanged"), result.number("saved")) == (5, 0)
        assert someone.simulator.picker.open_sessions == []


def test_a_dry_run_writes_nothing_and_loses_nothing(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 5) as someone:
        result = someone.pick("--dry-run")
        assert result.number("saved") == 5
        assert result.summary["dry_run"] is True
        assert someone.simulator.counts["content"] == 0
        assert not someone.sandbox.library.exists()
        assert someone.pick("--resume").number("saved") == 5


def test_a_limit_leaves_the_rest_for_the_next_run(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 120) as someone:
        someone.simulator.faults.latency = Fault(value=0.05, on="content")
        assert someone.pick("--limit-time", "0.5s").exit == Exit.LIMIT
        someone.simulator.faults.clear()
        assert someone.pick("--resume").exit == Exit.OK
        assert someone.all_there()


def test_a_session_that_is_over_has_to_be_picked_again(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 60) as someone:
        someone.simulator.faults.latency = Fault(value=0.05, on="content")
        someone.interrupted(20)
        someone.simulator.faults.clear()
        for session in someone.simulator.picker.open_sessions:
            session.is_deleted = True
        result = someone.pick("--resume")
        assert result.exit == Exit.AUTH, result
        assert "Pick with: photosync pick google" in str(result.summary["message"])
        assert someone.pick("--resume").exit == Exit.OK, "it says so once"
        assert someone.pick().exit == Exit.OK
        assert someone.all_there()


def test_sessions_are_readable_only_by_the_user(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 2) as someone:
        someone.pick("--keep-session")
        folder = next(tmp_path.rglob("sessions"))
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700


# Pulling


def test_pull_of_a_picking_account_explains(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 3) as someone:
        result = someone.run("pull", ACCOUNT)
        assert result.exit == Exit.AUTH, result
        assert "photosync pick google" in str(result.summary["message"])
        assert someone.simulator.counts["total"] == 0


@pytest.mark.parametrize("arguments", [("pull", ACCOUNT), ("pull",)])
def test_pull_goes_on_with_what_was_picked(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with GoogleUser.with_items(tmp_path, 60) as someone:
        someone.simulator.faults.latency = Fault(value=0.05, on="content")
        someone.interrupted(20)
        someone.simulator.faults.clear()
        result = someone.run(*arguments)
        assert result.exit == Exit.OK, result
        assert result.summary["command"] == "pull"
        assert "photosync pick google" in result.stderr
        assert someone.all_there()
        assert someone.simulator.picker.open_sessions == []


def test_pull_of_everything_leaves_picking_alone(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 3) as someone, AmazonSimulator(items=4) as amazon:
        someone.configure(amazon=amazon.account_settings())
        result = someone.run("pull")
        assert result.exit == Exit.OK, result
        assert [summary["account"] for summary in result.summaries] == ["amazon"]


def test_picking_where_nothing_has_to_be_picked(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone, AmazonSimulator(items=4) as amazon:
        someone.configure(amazon=amazon.account_settings())
        result = someone.run("pick", "amazon")
        assert result.exit == Exit.USAGE, result
        assert "photosync pull amazon" in str(result.summary["message"])


# Content


def test_videos_come_without_the_bearer_and_as_videos(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.simulator.library.add(3, kind=Kind.VIDEO)
        result = someone.pick()
        assert result.exit == Exit.OK, result
        assert someone.all_there()
        at_video_host = [record for record in someone.simulator.requests if record.site == "video"]
        assert len(at_video_host) == 3
        assert not any(record.signed for record in at_video_host)


def test_a_video_that_is_ready_a_moment_later_comes_at_once(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 5) as someone:
        video = someone.simulator.library.add(1, kind=Kind.VIDEO, missing={"details"})
        someone.simulator.faults.processing = Fault(times=1, items=set(video))
        assert someone.pick().number("saved") == 6


def test_a_video_that_is_not_ready_waits_for_the_next_run(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 5) as someone:
        video = someone.simulator.library.add(1, kind=Kind.VIDEO)
        someone.simulator.faults.processing = Fault(items=set(video))
        result = someone.pick()
        assert result.exit == Exit.PARTIAL, result
        assert result.reasons == ["not_ready"]
        assert "photosync pick google --resume" in result.stderr
        someone.simulator.faults.clear()
        assert someone.pick("--resume").number("saved") == 1
        assert someone.simulator.picker.open_sessions == []


def test_a_video_that_will_never_be_ready_does_not_prevent_picking(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 5) as someone:
        video = someone.simulator.library.add(1, kind=Kind.VIDEO)
        someone.simulator.faults.failed_video = Fault(items=set(video))
        result = someone.pick()
        assert result.reasons == ["not_ready"]
        assert "Takeout" in result.errors[0]["error"]
        someone.simulator.library.add(2)
        again = someone.pick()
        assert again.exit == Exit.PARTIAL, again
        assert again.number("saved") == 2


def test_an_error_picture_is_no_photo(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 3) as someone:
        item = next(someone.simulator.library.expected())
        someone.simulator.faults.error_picture = Fault(items={item.id})
        result = someone.pick()
        assert result.exit == Exit.PARTIAL, result
        assert result.reasons == ["not_media"]
        assert "error picture" in result.errors[0]["error"]


def test_the_content_decides_the_extension(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0, years=(2023,)) as someone:
        for name in ("IMG_1.HEIC", "IMG_1.JPG", "IMG_2.png", "IMG_3", "IMG.4 at home", "IMG_5.jpeg"):
            someone.simulator.library.add(1, name=name, kind=Kind.PHOTO)
        someone.simulator.library.add(1, name="MVI_6.MOV", kind=Kind.VIDEO)
        assert someone.pick().number("saved") == 7
        names = {path.name for path in someone.sandbox.files()}
        assert {"IMG_2.jpg", "IMG_3", "IMG.4 at home", "IMG_5.jpeg", "MVI_6.MOV"} < names
        assert len([name for name in names if name.startswith("IMG_1") and name.lower().endswith(".jpg")]) == 2
        again = someone.pick()
        assert (again.number("saved"), again.number("unchanged")) == (0, 7)


def test_two_files_of_one_name(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0, years=(2023,)) as someone:
        someone.simulator.library.add(12, name="IMG_0001.JPG")
        assert someone.pick().number("saved") == 12
        assert len(someone.sandbox.files()) == 12


def test_an_empty_page_is_not_the_end(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 130) as someone:
        someone.simulator.faults.empty_page = Fault(times=2)
        assert someone.pick().number("saved") == 130


def test_a_page_that_leads_to_itself_ends_the_run(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 130) as someone:
        someone.simulator.faults.repeated_token = Fault()
        result = someone.pick()
        assert result.exit == Exit.TEMPORARY, result
        assert "again and again" in str(result.summary["message"])
        assert someone.simulator.counts["list"] < 10


def test_status_tells_of_the_sign_in(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 1) as someone:
        states = [json.loads(line) for line in someone.run("status").stdout.splitlines()]
        assert states[0]["sign_in"].startswith("token")
        someone.token_path.unlink()
        states = [json.loads(line) for line in someone.run("status").stdout.splitlines()]
        assert "photosync login google" in states[0]["sign_in"]
