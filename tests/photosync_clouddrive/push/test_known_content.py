"""Content that the drive has already is not sent."""

from __future__ import annotations

from photosync.testing import Fault
from photosync_clouddrive.simulator.drive import PICTURES
from tests.photosync_clouddrive.push.drive_user import DriveUser, md5, put_file


def test_content_that_is_there_is_not_sent(user: DriveUser) -> None:
    content = user.lay("IMG_1.JPG")
    put_file(user.simulator, "other name.jpg", content, PICTURES)
    result = user.push()
    assert (result.exit, result.number("unchanged")) == (0, 1), result
    assert user.simulator.counts["changes"] == 0


def test_content_in_the_trash_is_not_there(user: DriveUser) -> None:
    contents = [user.lay(f"IMG_{number}.JPG") for number in range(2)]
    trashed = user.simulator.drive.add_folder("Inner", user.simulator.drive.add_folder("Outer"))
    put_file(user.simulator, "1.jpg", contents[0], trashed)
    user.simulator.drive.say("Folder0002Example_AAAA", status="TRASH")
    put_file(user.simulator, "2.jpg", contents[1], status="TRASH")
    result = user.push()
    assert (result.exit, result.number("saved")) == (0, 2), result
    assert set(user.there()) == {"Holiday/IMG_0.JPG", "Holiday/IMG_1.JPG"}


def test_a_hash_alone_is_not_believed(user: DriveUser) -> None:
    content = user.lay("IMG_1.JPG")
    put_file(user.simulator, "liar.jpg", content, contentProperties={"md5": md5(content), "size": 7})
    user.simulator.faults.bogus_nodes = Fault()
    assert user.push().number("saved") == 1
    assert user.there()["Holiday/IMG_1.JPG"] == md5(content)


def test_dry_run_changes_nothing(user: DriveUser) -> None:
    known = user.lay("IMG_1.JPG")
    user.lay("Day 1/IMG_2.JPG")
    put_file(user.simulator, "known.jpg", known)
    result = user.push("--dry-run", "--to", "New/Newer")
    assert (result.exit, result.number("saved"), result.number("unchanged")) == (0, 1, 1), result
    assert user.simulator.counts["changes"] == 0
