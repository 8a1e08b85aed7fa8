"""amazon-photos 0.0.97 works with the simulated Amazon Photos as its README says."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from photosync.model import Kind
from photosync_amazon.simulator import AmazonSimulator
from tests.peers.conftest import Program, Trip, md5_of, md5_of_items
from tests.peers.forward_proxy import ForwardProxy

pytestmark = pytest.mark.slow  # it is installed, and each of its calls goes through a proxy

ITEMS = 230
"""More than a page."""


def test_it_lists_loads_uploads_trashes_and_restores(amazon_photos: Program, trip: Trip, tmp_path: Path) -> None:
    simulator = AmazonSimulator(items=ITEMS, strict=False)
    tree, account = simulator.account.tree, simulator.account
    for number in range((os.cpu_count() or 1) - len(tree.usual)):  # it fails where it has more processors than folders
        tree.make_folder(f"Folder {number}", account.root)
    expected = {item.id: item for item in simulator.library.expected()}
    with simulator:
        hosts = dict.fromkeys(("www.amazon.com", "content-na.drive.amazonaws.com"), simulator.url)
        with ForwardProxy(hosts, tmp_path) as proxy:
            amazon_photos.variables.update(proxy.variables)
            answer = tmp_path / "said.json"
            amazon_photos.run(json.dumps(_cookies(simulator)), str(trip.folder), str(answer))
    said = json.loads(answer.read_text())
    assert proxy.refused == []

    # list
    photos = sum(item.kind is Kind.PHOTO for item in expected.values())
    assert (set(said["listed"]), said["photos"]) == (set(expected), photos)
    assert (said["nodes"], said["used"]) == (200, ITEMS)
    assert {"people", "things", "location", "time"} <= set(said["all"])
    # download
    assert md5_of(amazon_photos.folder / "files") == md5_of_items(expected[each] for each in said["listed"][:5])
    # upload
    assert simulator.uploads.tree() == trip.md5
    # trash, restore, purge
    restored, purged, trashed = said["listed"][:3]
    assert said["trashed"] == [restored, purged, trashed]
    assert [node["id"] for node in simulator.trash.nodes()] == [trashed]
    assert expected.keys() - {item.id for item in simulator.library.expected()} == {purged, trashed}
    # albums and people
    (album,) = tree.albums
    numbers = filter(simulator.library.has, range(simulator.library.next_number))
    members = {simulator.library.id_of(number) for number in numbers if account.is_member(album, number)}
    assert (tree.names[album], members) == ("Renamed", set(said["album"]))
    assert tree.people == {"cluster-anna": "Anna"}
    # what it does and ours does not
    assert simulator.tolerated.keys() == {
        *("no resourceVersion", "bracketed terms", "no Content-Type", "no Content-Length"),
        "credentials at the content host",
    }


def _cookies(simulator: AmazonSimulator) -> dict[str, str]:
    """It recognises the American site by a name with an underscore; the service wants the names of browsers."""
    return simulator.cookies | {name.replace("-main", "_main"): value for name, value in simulator.cookies.items()}
