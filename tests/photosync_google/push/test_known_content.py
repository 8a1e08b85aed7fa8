"""Content that Google has already is not made a second time."""

from __future__ import annotations

import signal
from pathlib import Path

from photosync.errors import Exit
from photosync.testing import Fault
from tests.photosync_google.google_user import ACCOUNT, GoogleUser
from tests.photosync_google.push.pushed_photos import FEW, MANY, UPLOADS, ended_well


def test_content_that_google_has_is_no_second_item(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        (file,) = someone.photos("Photos/IMG_1.JPG")
        ended_well(someone.push(someone.folder), saved=1)
        for path in (tmp_path / "library" / ".photosync").glob("catalog*.db"):
            path.unlink()
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
