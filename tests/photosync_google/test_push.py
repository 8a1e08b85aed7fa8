"""Pushing: what goes up, where it comes to lie, and that nothing comes there twice."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing import Fault
from photosync.testing.command import Result
from tests.photosync_google.google_user import ACCOUNT, GoogleUser, md5_of

UPLOADS = "POST /library/v1/uploads"
CREATIONS = "POST /library/v1/mediaItems:batchCreate"
ALBUMS = "POST /library/v1/albums"
ADDITIONS = "POST /library/v1/albums/{album}:batchAddMediaItems"
MANY = tuple(f"Photos/IMG_{number}.JPG" for number in range(120))
FEW = ("Photos/IMG_1.JPG", "Photos/Day 1/IMG_1.JPG", "Photos/Day 1/IMG_2.JPG")


def ended_well(result: Result, *, saved: int, unchanged: int = 0) -> None:
    assert result.exit == Exit.OK, result
    result.check_totals()
    assert (result.number("saved"), result.number("unchanged")) == (saved, unchanged), result


def titles(someone: GoogleUser) -> list[str]:
    return sorted(album.title for album in someone.simulator.uploads.albums.values())


# Where things come to lie


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
        assert "1 to 500 characters" in str(result.summary["message"])


# What is there already


def test_content_that_google_has_is_no_second_item(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        (file,) = someone.photos("Photos/IMG_1.JPG")
        ended_well(someone.push(someone.folder), saved=1)
        (tmp_path / "library" / ".photosync" / "catalog.db").unlink()
        file.rename(file.with_name("renamed.JPG"))
        ended_well(someone.push(someone.folder), saved=0, unchanged=1)
        assert set(someone.at_google()) == {("Photos", "IMG_1.JPG")}


def test_a_full_push_makes_nothing_twice(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*FEW)
        someone.push(someone.folder)
        ended_well(someone.push(someone.folder, "--full"), saved=0, unchanged=3)
        assert someone.at_google() == someone.here()
        assert len(someone.simulator.library) == 3


def test_a_pick_after_a_push_brings_nothing_back(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 2) as someone:
        someone.photos(*FEW)
        someone.push(someone.folder)
        result = someone.pick()
        assert result.exit == Exit.OK, result
        assert (result.number("saved"), result.number("unchanged")) == (2, 3)
        assert someone.simulator.counts["content"] == 2


def test_killed_and_run_again(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*MANY)
        someone.simulator.faults.latency = Fault(value=0.02, on="upload")
        process = someone.sandbox.start("push", ACCOUNT, someone.folder)
        assert someone.simulator.wait_for(lambda: someone.simulator.counts[UPLOADS] >= 70)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert 0 < len(someone.simulator.library) < 120
        someone.simulator.faults.clear()
        result = someone.push(someone.folder)
        assert result.exit == Exit.OK, result
        assert someone.at_google() == someone.here()
        assert len(someone.simulator.library) == 120


# Batches


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


# Large files


@pytest.mark.parametrize("size_bytes", [10_000_001, 16 * 1024**2, 34_000_003])
def test_large_files_go_in_pieces(tmp_path: Path, size_bytes: int) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        video = someone.video("Photos/MVI_1.MP4", size_bytes)
        ended_well(someone.push(someone.folder), saved=1)
        assert someone.at_google() == {("Photos", "MVI_1.MP4"): md5_of(video)}
        (session,) = someone.simulator.uploads.receiver.sessions.values()
        assert [part.size_bytes for part in session.parts[:-1]] == [16 * 1024**2] * (len(session.parts) - 1)
        assert session.mime == "video/mp4"


@pytest.mark.parametrize(
    ("fault", "settings", "sessions"),
    [
        ("broken_piece", {"value": 300_001, "times": 4}, 1),
        ("broken_piece", {"value": 0, "times": 2}, 1),
        ("broken_piece", {"value": 16 * 1024**2, "times": 1}, 1),
        ("server_error", {"times": 3, "after": 1, "on": "upload"}, 1),
        ("throttle", {"value": 0, "times": 2, "after": 1, "on": "upload"}, 1),
        ("drop", {"times": 2, "after": 1, "on": "upload"}, 1),
        ("lose_answer", {"times": 1, "after": 3}, 2),  # of the last piece: the token is lost with it
        ("closed_session", {"times": 1, "after": 1}, 2),
        ("closed_session", {"times": 2}, 3),
    ],
)
def test_large_files_survive_breaks(tmp_path: Path, fault: str, settings: dict[str, object], sessions: int) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        video = someone.video("Photos/MVI_1.MP4", 34_000_003)
        someone.simulator.faults.set(fault, settings)
        ended_well(someone.push(someone.folder), saved=1)
        assert someone.at_google() == {("Photos", "MVI_1.MP4"): md5_of(video)}
        assert len(someone.simulator.uploads.receiver.sessions) == sessions


@pytest.mark.parametrize(("fault", "status"), [("broken_piece", "unreachable"), ("closed_session", "server_error")])
def test_a_large_file_that_never_comes_through(tmp_path: Path, fault: str, status: str) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.video("Photos/MVI_1.MP4", 20_000_000)
        someone.photos("Photos/IMG_1.JPG")
        someone.simulator.faults.set(fault, {})
        result = someone.push(someone.folder)
        assert result.exit == Exit.PARTIAL, result
        assert (result.number("saved"), result.reasons) == (1, [status])
        assert someone.simulator.counts[UPLOADS] < 20


def test_no_large_file_goes_to_a_strange_host(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.video("Photos/MVI_1.MP4", 12_000_000)
        someone.simulator.faults.strange_upload_host = Fault()
        result = someone.push(someone.folder)
        assert (result.exit, result.reasons) == (Exit.PARTIAL, ["refused"]), result
        assert "nothing was sent there" in result.errors[0]["error"]
        assert [each.site for each in someone.simulator.requests] == ["main"]


@pytest.mark.parametrize(("fault", "reason"), [("refused_upload", "refused"), ("no_token", "bad_answer")])
def test_bytes_that_google_does_not_take(tmp_path: Path, fault: str, reason: str) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*FEW)
        someone.simulator.faults.set(fault, {"times": 1})
        result = someone.push(someone.folder)
        assert (result.exit, result.reasons) == (Exit.PARTIAL, [reason]), result
        assert result.number("saved") == 2


# Files that need not be sent


def test_a_dry_run_changes_nothing_and_asks_nothing(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*FEW)
        someone.upload_token_path.unlink()
        result = someone.push(someone.folder, "--to", "Best of", "--dry-run")
        ended_well(result, saved=3)
        assert someone.simulator.counts["total"] == 0


def test_what_google_does_not_take_is_not_sent(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        folder = someone.mine / "Photos"
        folder.mkdir(parents=True)
        for name, head, size_bytes in (
            ("large.jpg", b"\xff\xd8\xff\xe0", 200 * 1024**2 + 1),
            ("large.mp4", b"\0\0\0\x18ftypmp42", 20 * 1024**3 + 1),
            ("film.webm", b"\x1aE\xdf\xa3", 100),
            ("layers.psd", b"8BPS", 101),
            ("letter.pdf", b"%PDF-", 102),
            ("empty.jpg", b"", 0),
        ):
            with (folder / name).open("wb") as file:
                file.write(head)
                file.truncate(size_bytes)
        result = someone.push(someone.folder, "--all-files", "--dry-run")
        assert result.exit == Exit.PARTIAL, result
        reasons = {Path(error["name"]).name: error["reason"] for error in result.errors}
        assert reasons == {
            "large.jpg": "too_large",
            "large.mp4": "too_large",
            "film.webm": "unsupported",
            "layers.psd": "unsupported",
            "letter.pdf": "unsupported",
            "empty.jpg": "unsupported",
        }
        assert someone.simulator.counts["total"] == 0


def test_no_secret_is_in_any_log(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.photos(*MANY[:5])
        someone.video("Photos/MVI_1.MP4", 20_000_000)
        faults = someone.simulator.faults
        faults.broken_piece = Fault(value=100, times=1)
        faults.throttle = Fault(times=2, on="upload")
        faults.token_old = Fault(items={"IMG_2.JPG"})
        consent = someone.simulator.consent
        first = consent.uploading.access
        consent.end_access(consent.uploading)
        log = tmp_path / "log"
        result = someone.push(someone.folder, "-vv", "--log-file", str(log))
        assert result.exit == Exit.PARTIAL, result
        receiver = someone.simulator.uploads.receiver
        assert len(receiver.tokens) > 5
        assert len(receiver.sessions) == 1
        secrets = [first, consent.uploading.access, consent.uploading.refresh_token, consent.client_secret]
        secrets += [*receiver.tokens, *receiver.sessions]
        for text in (result.stderr, result.stdout, log.read_text()):
            assert [secret for secret in secrets if secret in text] == []
        for file in (tmp_path / "library").rglob("*"):
            if file.is_file():
                assert not any(secret.encode() in file.read_bytes() for secret in secrets), file


def test_a_token_from_elsewhere_that_allows_both(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        consent = someone.simulator.consent
        both = {
            **consent.token_file(grant=consent.uploading),
            "scopes": [consent.picking.scope, consent.uploading.scope],
        }
        (tmp_path / "both.json").write_text(json.dumps(both))
        del someone.settings["upload_token"]
        someone.settings["token"] = str(tmp_path / "both.json")
        someone.configure()
        someone.photos("a.jpg")
        assert someone.push(str(someone.mine)).number("saved") == 1
        someone.settings["token"] = str(someone.simulator.folder / "token.json")
        someone.configure()
        someone.photos("b.jpg")
        assert someone.push(str(someone.mine)).exit == 4
