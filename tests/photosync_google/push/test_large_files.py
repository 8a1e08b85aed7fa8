"""Large files are sent in pieces."""

from __future__ import annotations

from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing import Fault
from tests.photosync_google.google_user import GoogleUser, md5_of
from tests.photosync_google.push.pushed_photos import UPLOADS, ended_well


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
