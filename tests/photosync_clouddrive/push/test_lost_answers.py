"""Uploads whose answer gets lost."""

from __future__ import annotations

import pytest

from photosync.testing import Fault
from tests.photosync_clouddrive.push.drive_user import UPLOAD, DriveUser, md5, photo


@pytest.mark.parametrize(("fault", "status"), [("late_upload", 504), ("late_upload", None), ("pending_upload", 408)])
def test_a_file_that_appears_late_is_sent_once(user: DriveUser, fault: str, status: int | None) -> None:
    laid = {f"Holiday/IMG_{number}.JPG": md5(user.lay(f"IMG_{number}.JPG")) for number in range(3)}
    user.simulator.faults.set(fault, {"value": 1.5, "times": 2})
    user.simulator.uploads.late_status = status
    result = user.push()
    assert (result.exit, result.number("saved")) == (0, 3), result
    assert (user.there(), user.simulator.counts[UPLOAD]) == (laid, 3)


def test_a_connection_that_breaks_in_mid_upload(user: DriveUser) -> None:
    user.simulator.faults.cut_upload = Fault(times=2)
    laid = {"Holiday/large.JPG": md5(user.lay("large.JPG", photo() + bytes(8_000_000)))}
    result = user.push()
    assert (result.exit, result.number("saved")) == (0, 1), result
    assert (user.there(), user.simulator.counts[UPLOAD]) == (laid, 3)


def test_an_answer_that_is_no_json_is_looked_up(user: DriveUser) -> None:
    content = user.lay("IMG_1.JPG")
    user.simulator.faults.wrong_bytes = Fault(on="upload", times=1)
    assert user.push().exit == 0
    assert (user.there(), user.simulator.counts[UPLOAD]) == ({"Holiday/IMG_1.JPG": md5(content)}, 1)
