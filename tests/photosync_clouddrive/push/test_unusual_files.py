"""Files with unusual names, and an empty file."""

from __future__ import annotations

import unicodedata

from photosync.testing import Fault
from tests.photosync_clouddrive.push.drive_user import UPLOAD, DriveUser, md5

HOSTILE = [
    *('quotes "and" \\ slashes.jpg', "a AND b OR c.jpg", "(1) [2] {3} ^4~ *5* ?6: !7 & | + -.jpg", "100 %.jpg"),
    *(" blanks .jpg", "trailing dot.jpg.", "日本" * 40 + ".jpg", "re\u0301sume\u0301.jpg"),
    *("emoji \U0001f468\u200d\U0001f469.jpg", "tab\tand\nline.jpg", "Ωmega ß.jpg", "-rf.jpg", "isRoot:true.jpg"),
]


def test_hostile_names(user: DriveUser) -> None:
    laid = {f"Holiday/{unicodedata.normalize('NFC', name)}": md5(user.lay(name)) for name in HOSTILE}
    folder = 'a "folder" AND (more) *'
    laid[f"Holiday/{folder}/x.jpg"] = md5(user.lay(f"{folder}/x.jpg"))
    result = user.push()
    assert (result.exit, result.number("saved")) == (0, len(laid)), result
    assert user.there() == laid
    user.simulator.forget()
    assert user.push("--full").number("unchanged") == len(laid)
    assert user.simulator.counts["changes"] == 0


def test_hostile_names_are_found_after_lost_answers(user: DriveUser) -> None:
    laid = {f"Holiday/{unicodedata.normalize('NFC', name)}": md5(user.lay(name)) for name in HOSTILE}
    user.simulator.faults.late_upload = Fault(value=0.1)
    user.simulator.faults.hashless = Fault()  # so that nothing but the name tells what arrived
    assert user.push().exit == 0
    assert (user.simulator.counts[UPLOAD], user.simulator.counts["400"]) == (len(laid), 0)
    assert user.there() == laid


def test_an_empty_file(user: DriveUser) -> None:
    user.lay("empty.txt", b"")
    result = user.push("--all-files")
    assert (result.exit, result.number("saved")) == (0, 1), result
    assert user.there() == {"Holiday/empty.txt": md5(b"")}
    result = user.sandbox.run("pull", "drive", "--all-files", "--full")
    assert (result.exit, result.number("saved")) == (0, 0), result
