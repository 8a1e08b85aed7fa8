"""The Cloud Drive backend of rclone 1.60 works with the simulated Cloud Drive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_clouddrive.simulator.tokens import CLIENT_ID, CLIENT_SECRET
from tests.peers.conftest import Program, Trip, md5_of, md5_of_items
from tests.peers.forward_proxy import ForwardProxy

pytestmark = pytest.mark.slow  # it is fetched

RESTORE = "POST /drive/v1/trash/{id}/restore"


@pytest.fixture
def drive() -> Iterator[CloudDriveSimulator]:
    with CloudDriveSimulator(items=30, gaps=False, strict=False) as simulator:
        yield simulator


@pytest.fixture
def signed_in(rclone: Program, drive: CloudDriveSimulator, tmp_path: Path) -> Iterator[Program]:
    """rclone with a remote `drive:`, whose token is old."""
    token = json.loads(drive.token_file.read_text()) | {"expiry": "2016-01-01T00:00:00Z"}
    settings = {"type": "amazon cloud drive", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    lines = [f"{name} = {value}" for name, value in {**settings, "token": json.dumps(token)}.items()]
    (rclone.folder / "rclone.conf").write_text("\n".join(["[drive]", *lines]))
    hosts = dict.fromkeys(("drive.amazonaws.com", "api.amazon.com"), drive.url)
    with ForwardProxy(hosts, tmp_path) as proxy:
        rclone.variables.update({**proxy.variables, "RCLONE_CONFIG": str(rclone.folder / "rclone.conf")})
        yield rclone
    assert proxy.refused == []


def test_it_lists_loads_uploads_trashes_and_restores(
    signed_in: Program, drive: CloudDriveSimulator, trip: Trip
) -> None:
    before = drive.tree()
    # list
    listed = json.loads(signed_in.run("lsjson", "-R", "--hash", "--files-only", "drive:"))
    assert {each["Path"]: each["Hashes"]["md5"] for each in listed} == before
    # download, from the content host and by temporary links
    for name, more in (("out", ()), ("linked", ("--acd-templink-threshold", "1b"))):
        signed_in.run("copy", "drive:Pictures", name, *more)
        assert md5_of(signed_in.folder / name) == md5_of_items(drive.library.expected())
    # upload, and replace
    signed_in.run("copy", str(trip.folder), "drive:Trip")
    assert drive.tree() == {**before, **trip.md5}
    signed_in.run("rcat", "drive:Trip/a b.jpg", content=(trip.folder / "Day 1" / "c.jpg").read_bytes())
    assert drive.tree()["Trip/a b.jpg"] == trip.md5["Trip/Day 1/c.jpg"]
    # restore: a file whose new name is taken in its old folder is renamed and moved in the trash
    signed_in.run("copyto", str(trip.folder / "a b.jpg"), "drive:Trip/Day 1/x.jpg")
    signed_in.run("moveto", "drive:Trip/Day 1/c.jpg", "drive:Trip/x.jpg")
    assert drive.tree()["Trip/x.jpg"] == trip.md5["Trip/Day 1/c.jpg"]
    assert (drive.counts[RESTORE], drive.trash.nodes()) == (1, [])
    # trash, of a file and of a folder
    signed_in.run("deletefile", "drive:Trip/x.jpg")
    assert [node["name"] for node in drive.trash.nodes()] == ["x.jpg"]
    signed_in.run("purge", "drive:Trip")
    assert drive.tree() == before
    # what it does and ours does not
    assert drive.tolerated.keys() == {"no Content-Length", "a filename beyond ASCII"}
