"""Each service with the same commands: list, download, upload."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync.testing.library import foreign_photos
from photosync.testing.simulator import Simulator
from photosync_amazon.simulator import AmazonSimulator
from photosync_aura.simulator import AuraSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_google.simulator import GoogleSimulator


@pytest.mark.parametrize("simulated", [AmazonSimulator, AuraSimulator, CloudDriveSimulator, GoogleSimulator])
def test_list_download_upload(tmp_path: Path, simulated: type[Simulator]) -> None:
    sandbox = Sandbox(tmp_path)
    photo = tmp_path / "mine.jpg"
    photo.write_bytes(next(islice(foreign_photos(), 5, None)))
    with simulated(items=4, gaps=False) as simulator:
        account: dict[str, object] = dict(simulator.account_settings())
        to: tuple[str, ...] = ()
        sandbox.configure({"it": account})
        if simulated is AuraSimulator:
            collections = sandbox.run("collections", "it").objects
            frame = next(str(each["id"]) for each in collections if "id" in each)
            sandbox.configure({"it": account | {"frames": {"mine": {"id": frame, "write": True}}}})
            to = ("--to", "mine")
        there = {item.md5 for item in simulator.library.expected()}
        bring = ("pick", "it", "--no-browser") if simulated is GoogleSimulator else ("pull", "it")
        assert sandbox.run(*bring).exit == 0
        assert set(sandbox.hashes()) == there
        assert len([each for each in sandbox.run("list", "it", "--saved").objects if "id" in each]) == len(there)
        assert sandbox.run("push", "it", str(photo), *to).number("saved") == 1
        assert len([*simulator.library.expected()]) == 5
