"""acd_cli 0.3.2 works with the simulated Cloud Drive, with either of its sign-ins."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_clouddrive.simulator.tokens import CLIENT_ID, CLIENT_SECRET
from tests.peers.conftest import Program, Trip, md5_of, md5_of_items
from tests.peers.forward_proxy import ForwardProxy

pytestmark = pytest.mark.slow  # it is installed, and waits up to a second before each request

RELAY = "tensile-runway-92512.appspot.com"


@pytest.fixture
def drive() -> Iterator[CloudDriveSimulator]:
    with CloudDriveSimulator(items=5, strict=False) as simulator:
        yield simulator


@pytest.fixture
def signed_in(acd_cli: Program, drive: CloudDriveSimulator, tmp_path: Path) -> Iterator[Program]:
    """acd_cli with an old token, which it renews at its relay first."""
    hosts = dict.fromkeys(("drive.amazonaws.com", "api.amazon.com", RELAY), drive.url)
    with ForwardProxy(hosts, tmp_path) as proxy:
        folder = str(acd_cli.folder)
        acd_cli.variables.update({**proxy.variables, "ACD_CLI_CACHE_PATH": folder, "ACD_CLI_SETTINGS_PATH": folder})
        token = json.loads(drive.token_file.read_text())
        (acd_cli.folder / "oauth_data").write_text(json.dumps({**token, "exp_time": 1.0}))
        yield acd_cli
    assert proxy.refused == []


def test_it_lists_loads_uploads_trashes_and_restores(
    signed_in: Program, drive: CloudDriveSimulator, trip: Trip
) -> None:
    before = drive.tree()
    signed_in.run("sync")
    # list
    assert {each.split()[-1].rstrip("/") for each in signed_in.run("ls", "/Pictures").splitlines()} == {
        path.split("/")[1] for path in before
    }
    # download
    (signed_in.folder / "out").mkdir()
    signed_in.run("download", "/Pictures", "out")
    assert md5_of(signed_in.folder / "out") == md5_of_items(drive.library.expected())
    # upload, of a folder and of a stream
    signed_in.run("upload", str(trip.folder), "/")
    signed_in.run("stream", "streamed.jpg", "/", content=(trip.folder / "a b.jpg").read_bytes())
    uploaded = {**before, **trip.md5, "streamed.jpg": trip.md5["Trip/a b.jpg"]}
    assert drive.tree() == uploaded
    # overwrite
    signed_in.run("overwrite", "/streamed.jpg", str(trip.folder / "Day 1" / "c.jpg"))
    uploaded["streamed.jpg"] = trip.md5["Trip/Day 1/c.jpg"]
    assert drive.tree() == uploaded
    # trash, restore
    node_id = signed_in.run("resolve", "/streamed.jpg").split("'")[1]
    signed_in.run("trash", "/streamed.jpg")
    assert [node["id"] for node in drive.trash.nodes()] == [node_id]
    assert node_id in signed_in.run("list-trash")
    signed_in.run("restore", node_id)
    assert (drive.trash.nodes(), drive.tree()) == ([], uploaded)
    # what it does and ours does not
    assert drive.tolerated == {"no Content-Length": 1}


def test_its_own_sign_in_is_renewed_again_and_again(signed_in: Program, drive: CloudDriveSimulator) -> None:
    client = {"CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": CLIENT_SECRET}
    (signed_in.folder / "client_data").write_text(json.dumps(client))
    for _ in range(2):
        assert "Photos:" in signed_in.run("usage")
        kept = json.loads((signed_in.folder / "oauth_data").read_text())
        (signed_in.folder / "oauth_data").write_text(json.dumps({**kept, "exp_time": 1.0}))
    assert drive.counts["POST /auth/o2/token"] == 2
