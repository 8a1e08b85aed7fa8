"""Where pushed files go: folders of the drive, found or made."""

from __future__ import annotations

import unicodedata

import pytest

from photosync.testing import Fault
from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_clouddrive.simulator.drive import PICTURES
from tests.photosync_clouddrive.push.drive_user import FOLDER, TRASH, UPLOAD, DriveUser, md5, photo, put_file


def test_folders_keep_their_structure(user: DriveUser) -> None:
    laid = {
        f"Holiday/{path}": md5(user.lay(path)) for path in ("IMG_1.JPG", "Day 1/IMG_1.JPG", "Day 1/Evening/IMG_2.JPG")
    }
    result = user.push()
    assert (result.exit, result.number("saved")) == (0, 3), result
    assert user.there() == laid
    assert user.simulator.counts[FOLDER] == 3


@pytest.mark.parametrize("to", ["Pictures/2024", "/pictures/2024/", "PICTURES//2024"])
def test_a_destination_is_made_below_what_is_there(user: DriveUser, to: str) -> None:
    content = user.lay("IMG_1.JPG")
    assert user.push("--to", to).exit == 0
    assert user.there() == {"Pictures/2024/Holiday/IMG_1.JPG": md5(content)}
    assert user.simulator.counts[FOLDER] == 2


def test_a_destination_by_its_id(user: DriveUser) -> None:
    content = user.lay("IMG_1.JPG")
    assert user.push("--to", PICTURES).exit == 0
    assert user.there() == {"Pictures/Holiday/IMG_1.JPG": md5(content)}


def test_a_path_that_could_be_an_id_is_a_path(user: DriveUser) -> None:
    content = user.lay("IMG_1.JPG")
    assert user.push("--to", "A_name_of_22_letters_x").exit == 0
    assert user.there() == {"A_name_of_22_letters_x/Holiday/IMG_1.JPG": md5(content)}


def test_destinations_that_cannot_be(user: DriveUser) -> None:
    user.lay("IMG_1.JPG")
    file = put_file(user.simulator, "a.jpg", b"x")
    trashed = user.simulator.drive.add_folder("Old", user.simulator.drive.add_folder("Older"))
    user.simulator.drive.say("Folder0003Example_AAAA", status="TRASH")
    for to, words in (
        (file, "is a file"),
        (trashed, "lies in the trash"),
        ("Pictures/../x", "cannot be a folder"),
        ("x" * 281, "longer than 280"),
    ):
        result = user.push("--to", to)
        assert (result.exit, words in str(result.summary)) == (2, True), result
    assert user.simulator.counts["changes"] == 0


def test_a_folder_is_found_whatever_its_case_and_accents(user: DriveUser) -> None:
    trip = user.simulator.drive.add_folder("HOLIDAY")
    user.simulator.drive.add_folder(unicodedata.normalize("NFD", "träume"), trip)
    content = user.lay("Träume/IMG_1.JPG")
    assert user.push().exit == 0
    assert user.simulator.counts[FOLDER] == 0
    assert list(user.there().values()) == [md5(content)]
    assert next(iter(user.there())).startswith("HOLIDAY/")


def test_folders_on_a_later_page_are_found(user: DriveUser) -> None:
    for number in range(250):
        user.simulator.drive.add_folder(f"Folder {number}")
    user.simulator.drive.add_folder("Holiday")
    user.lay("IMG_1.JPG")
    assert user.push().exit == 0
    assert user.simulator.counts[FOLDER] == 0


@pytest.mark.parametrize("bare", [None, 0])
def test_a_folder_that_no_listing_shows_is_named_by_the_refusal(user: DriveUser, bare: float | None) -> None:
    content = user.lay("IMG_1.JPG")
    hide(user.simulator, user.simulator.drive.add_folder("holiday"))
    user.simulator.faults.set("bare_conflict", None if bare is None else {"value": bare})
    assert user.push().exit == 0
    assert user.there() == {"holiday/IMG_1.JPG": md5(content)}


def hide(simulator: CloudDriveSimulator, folder_id: str) -> None:
    """No listing shows it."""
    simulator.uploads.just_made(folder_id)
    simulator.faults.lagging_listing = Fault()


def test_a_folder_that_cannot_be_identified_fails_its_files_alone(user: DriveUser) -> None:
    user.lay("IMG_1.JPG")
    single = user.sandbox.folder / "single.JPG"
    single.write_bytes(content := photo())
    hide(user.simulator, user.simulator.drive.add_folder("holiday"))
    user.simulator.faults.bare_conflict = Fault(value=1)
    result = user.sandbox.run("push", "drive", str(user.photos), str(single))
    assert (result.exit, result.reasons) == (3, ["not_ready"]), result
    assert user.there() == {"single.JPG": md5(content)}


@pytest.mark.parametrize(
    ("status", "fault", "reason"), [("PENDING", None, "not_ready"), ("TRASH", "stale_conflict", "in_trash")]
)
def test_a_folder_that_is_not_there_any_more_or_yet(
    user: DriveUser, status: str, fault: str | None, reason: str
) -> None:
    user.lay("IMG_1.JPG")
    user.simulator.drive.say(user.simulator.drive.add_folder("Holiday"), status=status)
    if fault:
        user.simulator.faults.set(fault, {})
    result = user.push()
    assert (result.exit, result.reasons) == (3, [reason]), result
    assert user.simulator.counts[FOLDER] == 1


def test_a_file_where_a_folder_should_be(user: DriveUser) -> None:
    user.lay("IMG_1.JPG")
    put_file(user.simulator, "holiday", b"not a folder")
    result = user.push()
    assert (result.exit, result.reasons) == (3, ["name_taken"]), result
    assert "a file has this name" in result.errors[0]["error"]


def test_an_answer_to_a_folder_that_gets_lost(user: DriveUser) -> None:
    laid = {f"Holiday/{path}": md5(user.lay(path)) for path in ("IMG_1.JPG", "Day 1/IMG_2.JPG")}
    user.simulator.faults.lose_answer = Fault(times=2, on="other")
    assert user.push().exit == 0
    assert user.there() == laid
    assert user.simulator.faults.lose_answer.fired == 2


def test_a_folder_that_lands_elsewhere_is_taken_back(user: DriveUser) -> None:
    content = user.lay("Day 1/IMG_1.JPG")
    user.simulator.faults.astray_folder = Fault(times=1, after=1)
    result = user.push()
    assert (result.exit, result.reasons) == (3, ["bad_answer"]), result
    assert user.simulator.counts[TRASH] == 1
    assert user.push().exit == 0
    assert user.there() == {"Holiday/Day 1/IMG_1.JPG": md5(content)}


def test_a_folder_that_is_gone_is_made_again(user: DriveUser) -> None:
    content = user.lay("IMG_1.JPG")
    user.simulator.faults.stale_parent = Fault(times=1)
    assert user.push().exit == 0
    assert (user.there(), user.simulator.counts[UPLOAD]) == ({"Holiday/IMG_1.JPG": md5(content)}, 2)
