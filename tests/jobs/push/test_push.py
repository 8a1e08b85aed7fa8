"""`photosync push`: what is the same for all services. The real command, against the simulated Cloud Drive."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import piexif
import pytest

from photosync.errors import Exit
from photosync.testing import Fault
from photosync.testing.command import Result, Sandbox
from photosync_amazon.simulator import AmazonSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from tests.photosync_clouddrive.push.drive_user import UPLOAD, md5, photo


@dataclass(frozen=True)
class User:
    """A user with a drive and a folder of photos."""

    simulator: CloudDriveSimulator
    sandbox: Sandbox

    @property
    def photos(self) -> Path:
        return self.sandbox.folder / "Trip"

    def add(self, name: str, content: bytes | None = None) -> Path:
        path = self.photos / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(photo() if content is None else content)
        return path

    def push(self, *arguments: str | Path) -> Result:
        result = self.sandbox.run("push", "drive", *map(str, arguments or [self.photos]))
        if result.summaries:
            result.check_totals()
        return result

    def trip(self) -> dict[str, str]:
        """What is in the drive's folder, by path: md5s."""
        return {path: hash_ for path, hash_ in self.simulator.tree().items() if path.startswith("Trip/")}


@pytest.fixture
def user(tmp_path: Path) -> Iterator[User]:
    with CloudDriveSimulator(items=0) as simulator:
        sandbox = Sandbox(tmp_path)
        sandbox.configure({"drive": simulator.account_settings()})
        yield User(simulator, sandbox)


# Which files


def test_a_file_is_sent_to_the_requested_folder(user: User) -> None:
    path = user.add("IMG_1.JPG")
    assert user.push(path).number("saved") == 1
    assert user.simulator.tree() == {"IMG_1.JPG": md5(path.read_bytes())}


def test_what_is_named_twice_goes_up_once(user: User) -> None:
    path = user.add("Day 1/IMG_1.JPG")
    result = user.push(path, user.photos, path.parent, user.photos)
    assert (result.exit, result.number("listed"), result.number("saved")) == (Exit.OK, 1, 1)
    assert user.trip() == {"Trip/Day 1/IMG_1.JPG": md5(path.read_bytes())}


def test_what_machines_make_and_what_is_excluded_stays_here(user: User) -> None:
    user.add("IMG_1.JPG")
    user.add("IMG_2.PNG")
    user.add("raw/IMG_3.JPG")
    user.add("@eaDir/IMG_1.JPG/SYNOPHOTO_THUMB_XL.jpg")
    user.add(".hidden.jpg")
    user.add(".photosyncignore", b"raw/\n")
    result = user.push(user.photos, "--exclude", "*.PNG", "--all-files")
    assert set(user.trip()) == {"Trip/IMG_1.JPG"}
    assert result.number("listed") == 1
    assert f"left out what machines make next to photos: 1 files or folders ('{user.photos}/@eaDir')" in result.stderr
    named = user.photos / "@eaDir" / "IMG_1.JPG" / "SYNOPHOTO_THUMB_XL.jpg"
    assert user.push(named).number("listed") == 1
    assert user.push(user.photos / "IMG_2.PNG", "--exclude", "*.PNG").number("listed") == 0
    user.push(user.photos, "--include-hidden")
    assert "Trip/.hidden.jpg" in user.trip()
    assert "Trip/raw/IMG_3.JPG" not in user.trip()


def test_the_folder_one_is_in(user: User) -> None:
    path = user.add("Day 1/IMG_1.JPG")
    before = Path.cwd()
    os.chdir(user.photos)
    try:
        result = user.sandbox.run("push", "drive", str(user.photos / "Day 1" / "."))
    finally:
        os.chdir(before)
    assert result.exit == Exit.OK, result
    assert user.simulator.tree() == {"Day 1/IMG_1.JPG": md5(path.read_bytes())}


def test_links_to_files_are_followed_and_links_to_folders_are_not(user: User, tmp_path: Path) -> None:
    user.photos.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a.jpg").write_bytes(photo())
    (user.photos / "link.jpg").symlink_to(elsewhere / "a.jpg")
    (user.photos / "folder").symlink_to(elsewhere)
    (user.photos / "loop").symlink_to(user.photos)
    assert user.push().number("listed") == 1
    assert user.trip() == {"Trip/link.jpg": md5((elsewhere / "a.jpg").read_bytes())}


def test_a_pipe_does_not_hold_it_up(user: User) -> None:
    user.add("IMG_1.JPG")
    os.mkfifo(user.photos / "pipe.jpg")
    result = user.push()
    assert (result.exit, result.number("saved"), result.number("filtered")) == (Exit.OK, 1, 1)


def test_all_files(user: User) -> None:
    user.add("IMG_1.JPG")
    user.add("notes.txt", b"Sunny.")
    assert user.push().number("filtered") == 1
    result = user.push(user.photos, "--all-files")
    assert (result.number("saved"), result.number("unchanged"), result.number("filtered")) == (1, 1, 0)
    assert set(user.trip()) == {"Trip/IMG_1.JPG", "Trip/notes.txt"}


def test_a_library_keeps_its_own_files(user: User) -> None:
    user.add("IMG_1.JPG")
    user.push()
    (user.sandbox.library / "mine.jpg").write_bytes(photo())
    result = user.push(user.sandbox.library)
    assert (result.exit, result.number("listed"), result.number("saved")) == (Exit.OK, 1, 1)


def test_a_pulled_and_fixed_file_is_not_uploaded_again(tmp_path: Path) -> None:
    with CloudDriveSimulator(items=30) as simulator:
        sandbox = Sandbox(tmp_path)
        sandbox.configure({"drive": simulator.account_settings()}, exif="fix", artist="Ann")
        assert sandbox.run("pull", "drive").number("fixed") > 0
        result = sandbox.run("push", "drive", str(sandbox.library / "drive"))
        assert (result.exit, result.number("unchanged"), result.number("saved")) == (Exit.OK, 30, 0), result


# Again


def test_a_file_that_changed_goes_up_under_another_name(user: User) -> None:
    path = user.add("IMG_1.JPG")
    user.push()
    before = user.trip()
    path.write_bytes(photo())
    assert user.push().number("saved") == 1
    after = user.trip()
    assert before.items() < after.items()
    (other,) = set(after) - set(before)
    assert other.startswith("Trip/IMG_1_")
    assert after[other] == md5(path.read_bytes())
    assert user.push().number("unchanged") == 1


def test_a_file_that_only_looks_new_is_not_sent(user: User) -> None:
    path = user.add("IMG_1.JPG")
    user.push()
    os.utime(path, (1, 1))
    user.simulator.forget()
    assert user.push().number("unchanged") == 1
    assert user.simulator.counts["changes"] == 0


def test_nothing_new_takes_no_request(user: User) -> None:
    user.add("IMG_1.JPG")
    user.push()
    user.simulator.forget()
    assert user.push().number("unchanged") == 1
    assert user.simulator.counts["total"] == 0


def test_what_was_deleted_at_the_service_goes_up_again_on_request(user: User) -> None:
    user.add("IMG_1.JPG")
    user.push()
    (item,) = user.simulator.library.expected()
    user.simulator.library.remove(item.id)
    assert user.push().number("unchanged") == 1
    assert user.push(user.photos, "--full").number("saved") == 1


def test_what_a_pull_found_gone_goes_up_again(user: User) -> None:
    kept, _ = user.add("IMG_1.JPG"), user.add("IMG_2.JPG")
    user.push()
    lost = next(item for item in user.simulator.library.expected() if item.md5 != md5(kept.read_bytes()))
    user.simulator.library.remove(lost.id)
    assert user.sandbox.run("pull", "drive", "--full").number("gone") == 1
    result = user.push()
    assert (result.number("saved"), result.number("unchanged")) == (1, 1)


def test_list_and_why_know_what_went_up(user: User) -> None:
    path = user.add("IMG_1.JPG")
    user.push()
    (row,) = user.sandbox.run("list", "drive").objects
    assert (row["state"], row["path"]) == ("pushed", None)
    for target in (str(path), str(row["id"])):
        (told,) = user.sandbox.run("why", target).objects
        (record,) = cast("list[dict[str, str]]", told["pushes"])
        assert (record["account"], record["id"], record["path"]) == ("drive", row["id"], str(path))


# What goes wrong


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["push", "drive", "nowhere.jpg"], "there is no file or folder 'nowhere.jpg'"),
        (["push", "nobody", "."], "nobody"),
        (["push", "drive", ".", "--resize"], "--resize: Amazon Cloud Drive takes files as they are"),
        (["push", "drive", ".", "--on-conflict", "replace"], "'replace' is none of rename, skip, fail"),
        (["login", "amazon", "--upload"], "needs no permission of its own"),
    ],
)
def test_wrong_requests_are_reported_before_anything_is_sent(user: User, arguments: list[str], said: str) -> None:
    with AmazonSimulator(items=0) as amazon:
        accounts = {"drive": user.simulator.account_settings(), "amazon": amazon.account_settings()}
        user.sandbox.configure(accounts)
        result = user.sandbox.run(*arguments)
        assert result.exit == Exit.USAGE, result
        assert said in result.stderr + result.stdout
        assert user.simulator.counts["total"] == amazon.counts["total"] == 0


@pytest.mark.parametrize(
    ("policy", "numbers", "exit_status"),
    [
        ("rename", {"saved": 1, "filtered": 0, "failed": 0}, Exit.OK),
        ("skip", {"saved": 0, "filtered": 1, "failed": 0}, Exit.OK),
        ("fail", {"saved": 0, "filtered": 0, "failed": 1}, Exit.PARTIAL),
    ],
)
def test_a_name_that_is_taken(user: User, policy: str, numbers: dict[str, int], exit_status: Exit) -> None:
    path = user.add("IMG_1.JPG")
    user.push()
    before = user.trip()
    path.write_bytes(photo())
    result = user.push(user.photos, "--on-conflict", policy)
    assert result.exit == exit_status
    assert {word: result.number(word) for word in numbers} == numbers
    assert before.items() <= user.trip().items(), "what was there must stay"
    assert result.reasons == (["name_taken"] if policy == "fail" else [])


def test_a_service_without_room(user: User) -> None:
    for number in range(8):
        user.add(f"IMG_{number}.JPG")
    user.simulator.uploads.quota_bytes = 0
    result = user.push(user.photos, "--jobs", "1")
    assert (result.exit, result.reasons) == (Exit.PARTIAL, ["storage_full"] * 8)
    assert user.simulator.counts[UPLOAD] < 8, "nothing is sent once the service is full"
    user.simulator.uploads.quota_bytes = None
    assert user.push().number("saved") == 8


@pytest.mark.parametrize(
    ("jobs", "saved"),
    [(1, 5), (2, 0)],  # of two uploads at a time, the one that is answered last may be the one that succeeds
)
def test_a_service_that_is_down_ends_the_run(user: User, jobs: int, saved: int) -> None:
    for number in range(30):
        user.add(f"IMG_{number:02}.JPG")
    user.simulator.faults.throttle = Fault(value=3600, on="upload", after=saved)
    result = user.push(user.photos, "--jobs", str(jobs))
    assert (result.exit, result.summary["complete"]) == (Exit.TEMPORARY, False)
    assert result.number("saved") == saved
    assert user.simulator.counts[UPLOAD] < 12
    user.simulator.faults.clear()
    assert user.push().number("saved") == 30 - saved


def test_a_service_that_cannot_be_reached(user: User) -> None:
    user.add("IMG_1.JPG")
    user.simulator.faults.throttle = Fault(value=3600)
    result = user.push()
    assert (result.exit, result.summary["complete"]) == (Exit.TEMPORARY, False)
    user.simulator.faults.clear()
    assert user.push().number("saved") == 1


@pytest.mark.parametrize(("number", "exit_status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_and_run_again(user: User, number: signal.Signals, exit_status: int) -> None:
    laid = {f"Trip/IMG_{each}.JPG": md5(user.add(f"IMG_{each}.JPG").read_bytes()) for each in range(12)}
    user.simulator.faults.latency = Fault(value=0.2, on="upload")
    process = user.sandbox.start("push", "drive", str(user.photos), "--jobs", "1")
    assert user.simulator.wait_for(lambda: user.simulator.counts[UPLOAD] >= 3)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == exit_status, stdout + stderr
    user.simulator.faults.clear()
    # In any order: those of equal size are hashed first.
    there = [user.photos / Path(each).name for each in user.trip()]
    recorded = [each for each in there if user.sandbox.run("why", str(each)).objects[0]["pushes"]]
    assert len(recorded) >= 2, "what went up is not recorded"
    result = user.push()
    assert result.number("unchanged") >= 3
    assert result.number("listed") == 12
    assert user.trip() == laid


def test_two_pushes_at_a_time(user: User) -> None:
    user.add("IMG_1.JPG")
    hold = user.simulator.faults.hold = Fault(on="upload")
    first = user.sandbox.start("push", "drive", str(user.photos))
    try:
        assert user.simulator.wait_for(lambda: hold.fired == 1)
        assert user.push().exit == Exit.LOCKED
    finally:
        user.simulator.faults.clear()
        stdout, stderr = first.communicate(timeout=60)
    assert first.returncode == Exit.OK, stdout + stderr


def test_a_file_that_is_written_to_meanwhile_fails_alone(user: User) -> None:
    large, other = user.add("A.JPG", photo() + bytes(3_000_000)), user.add("B.JPG")
    process = user.sandbox.start("push", "drive", str(user.photos), "--jobs", "1", "--bwlimit", "100k")
    assert user.simulator.wait_for(lambda: user.simulator.counts["list"] >= 1)
    with large.open("ab") as file:
        file.write(b"more")
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == Exit.PARTIAL, stdout + stderr
    assert '"reason": "changed"' in stdout
    assert user.trip() == {"Trip/B.JPG": md5(other.read_bytes())}
    assert user.push().number("saved") == 1


def test_the_picture_goes_up_as_it_is(user: User) -> None:
    path = user.add("IMG_1.JPG")
    piexif.insert(piexif.dump({"0th": {piexif.ImageIFD.Artist: b"Ann"}}), str(path))
    content = path.read_bytes()
    user.push()
    assert path.read_bytes() == content
    assert user.trip() == {"Trip/IMG_1.JPG": md5(content)}


def test_dry_run_says_what_would_go_up(user: User) -> None:
    user.add("Day 1/IMG_1.JPG")
    result = user.push(user.photos, "--dry-run")
    assert "would upload Trip/Day 1/IMG_1.JPG" in result.stderr
    assert user.simulator.counts["changes"] == 0
