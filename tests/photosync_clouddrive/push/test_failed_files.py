"""Files that the drive does not store, or stores with another content."""

from __future__ import annotations

import pytest

from photosync.testing import Fault
from tests.photosync_clouddrive.push.drive_user import TRASH, UPLOAD, DriveUser, md5, photo


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("short_store", "size_mismatch"), ("damaged_store", "hash_mismatch"), ("astray", "bad_answer")],
)
def test_what_is_not_kept_as_it_was_sent_is_taken_back(user: DriveUser, fault: str, reason: str) -> None:
    laid = {f"Holiday/IMG_{number}.JPG": md5(user.lay(f"IMG_{number}.JPG")) for number in range(3)}
    user.simulator.faults.set(fault, {"times": 1})
    result = user.push()
    assert (result.exit, result.number("saved"), result.reasons) == (3, 2, [reason]), result
    assert user.simulator.counts[TRASH] == 1
    assert user.there().items() <= laid.items()
    assert user.push().number("saved") == 1
    assert user.there() == laid


def test_what_cannot_be_taken_back_is_named(user: DriveUser) -> None:
    user.lay("IMG_1.JPG")
    user.simulator.faults.short_store = Fault()
    user.simulator.faults.keeps_trash_out = Fault()
    result = user.push()
    assert (result.exit, result.reasons) == (3, ["size_mismatch"]), result
    (item,) = user.simulator.library.expected()
    assert f"remove {item.id} there" in result.errors[0]["error"]


def test_no_room(user: DriveUser) -> None:
    for number in range(6):
        user.lay(f"IMG_{number}.JPG", photo() + bytes(100_000))
    user.simulator.uploads.quota_bytes = 250_000
    result = user.push("--jobs", "1")
    assert (result.exit, result.number("saved"), set(result.reasons)) == (3, 2, {"storage_full"}), result
    assert user.simulator.counts[UPLOAD] == 3, "went on sending into a full drive"


def test_too_large_is_known_before(user: DriveUser) -> None:
    user.lay("huge.JPG")
    with (user.photos / "huge.JPG").open("r+b") as file:
        file.truncate(53_000_000_000)  # it has holes for its bytes
    for options in (("--dry-run",), ()):
        result = user.push(*options)
        assert (result.exit, result.reasons) == (3, ["too_large"]), result
    assert user.simulator.counts["total"] <= 2


@pytest.mark.parametrize(("status", "reason"), [(400, "refused"), (413, "too_large")])
def test_a_file_that_the_service_refuses(user: DriveUser, status: int, reason: str) -> None:
    user.lay("IMG_1.JPG")
    user.lay("IMG_2.JPG")
    user.simulator.faults.server_error = Fault(value=status, times=1, on="upload")
    result = user.push()
    assert (result.exit, result.number("saved"), result.reasons) == (3, 1, [reason]), result
