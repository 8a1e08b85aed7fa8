"""Names that something in the drive has already."""

from __future__ import annotations

import pytest

from photosync.testing import Fault
from tests.photosync_clouddrive.push.drive_user import DriveUser, md5, photo, put_file


@pytest.mark.parametrize("there", ["IMG_1.JPG", "img_1.jpg"], ids=["same", "other case"])
@pytest.mark.parametrize("policy", ["rename", "skip", "fail"])
def test_a_name_that_is_taken(user: DriveUser, there: str, policy: str) -> None:
    content, foreign = user.lay("IMG_1.JPG"), photo()
    folder = user.simulator.drive.add_folder("Holiday")
    put_file(user.simulator, there, foreign, folder)
    result = user.push("--on-conflict", policy)
    held = user.there()
    assert held.pop(f"Holiday/{there}") == md5(foreign), "the other file was touched"
    if policy == "rename":
        assert (result.exit, result.number("saved")) == (0, 1), result
        assert list(held.values()) == [md5(content)]
        assert next(iter(held)).startswith("Holiday/IMG_1_")
    elif policy == "skip":
        assert (result.exit, result.number("filtered"), held) == (0, 1, {}), result
    else:
        assert (result.exit, result.reasons, held) == (3, ["name_taken"], {}), result
        assert (there in result.errors[0]["error"]) is True


def test_files_that_differ_in_case_alone(user: DriveUser) -> None:
    contents = sorted(md5(user.lay(name)) for name in ("photo.jpg", "PHOTO.jpg", "Photo.JPG"))
    result = user.push("--jobs", "3")
    assert (result.exit, result.number("saved")) == (0, 3), result
    assert sorted(user.there().values()) == contents


def test_a_folder_has_the_name(user: DriveUser) -> None:
    user.lay("IMG_1.JPG")
    user.simulator.drive.add_folder("IMG_1.JPG", user.simulator.drive.add_folder("Holiday"))
    result = user.push("--on-conflict", "fail")
    assert (result.exit, result.reasons) == (3, ["name_taken"]), result
    assert "a folder has the name" in result.errors[0]["error"]


@pytest.mark.parametrize("bare", [None, 0, 1], ids=["told", "in the message", "not told"])
def test_the_same_file_under_the_name_is_no_conflict(user: DriveUser, bare: float | None) -> None:
    content = user.lay("IMG_1.JPG")
    folder = user.simulator.drive.add_folder("Holiday")
    user.simulator.uploads.just_made(put_file(user.simulator, "img_1.jpg", content, folder))
    user.simulator.faults.set("bare_conflict", None if bare is None else {"value": bare})
    user.simulator.faults.lagging_listing = Fault(times=1)  # it could not be found before
    result = user.push()
    assert (result.exit, result.number("unchanged"), user.simulator.counts["409"]) == (0, 1, 1), result
    assert user.there() == {"Holiday/img_1.jpg": md5(content)}


def test_an_unfinished_upload_of_another_program(user: DriveUser) -> None:
    content = user.lay("IMG_1.JPG")
    folder = user.simulator.drive.add_folder("Holiday")
    node = put_file(user.simulator, "IMG_1.JPG", content, folder, status="PENDING")
    result = user.push()
    assert (result.exit, result.reasons) == (3, ["not_ready"]), result
    user.simulator.drive.say(node, status="AVAILABLE")
    assert user.push().number("unchanged") == 1


def test_a_conflict_with_what_is_in_the_trash(user: DriveUser) -> None:
    user.lay("IMG_1.JPG")
    put_file(user.simulator, "IMG_1.JPG", photo(), user.simulator.drive.add_folder("Holiday"), status="TRASH")
    user.simulator.faults.stale_conflict = Fault(times=1)
    result = user.push()
    assert (result.exit, result.reasons) == (3, ["not_ready"]), result
    assert user.push().number("saved") == 1


def test_a_size_alone_is_no_proof(user: DriveUser) -> None:
    """Another file of the name and size, whose hash the service does not know yet."""
    content = user.lay("IMG_1.JPG")
    folder = user.simulator.drive.add_folder("Holiday")
    put_file(user.simulator, "IMG_1.JPG", bytes(len(content)), folder)
    user.simulator.faults.hashless = Fault()
    result = user.push("--on-conflict", "fail")
    assert (result.exit, result.reasons) == (3, ["name_taken"]), result


def test_a_service_that_refuses_content_twice(user: DriveUser) -> None:
    content = user.lay("IMG_1.JPG")
    user.simulator.uploads.just_made(put_file(user.simulator, "other.jpg", content))
    user.simulator.faults.ignores_suppress = Fault()
    user.simulator.faults.lagging_listing = Fault(times=1)
    result = user.push()
    assert (result.exit, result.number("unchanged")) == (0, 1), result
    assert user.there() == {"other.jpg": md5(content)}
    user.lay("IMG_2.JPG", again := photo())
    user.simulator.uploads.just_made(put_file(user.simulator, "another.jpg", again))
    user.simulator.faults.lagging_listing = Fault()
    result = user.push()
    assert (result.exit, result.reasons) == (3, ["refused"]), result
    assert "trash" in result.errors[0]["error"]
