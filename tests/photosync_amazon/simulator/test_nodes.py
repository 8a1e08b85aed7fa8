"""Nodes (section 5): the simulator is as strict as the service."""

from __future__ import annotations

from typing import Any

import pytest

from photosync_amazon.simulator import AmazonSimulator
from tests.photosync_amazon.simulator.client import ITEMS, Client


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"offset": 9_900, "limit": 100}, "Offset + limit cannot be greater than 9999"),
        ({"limit": 201}, "Invalid limit"),
        ({"filters": "colour:red"}, "Invalid fieldName: colour"),
        ({"filters": "kind:"}, "Invalid filter"),
        ({"filters": "kind:FILE OR kind:FOLDER"}, "Invalid filter"),
        ({"filters": 'name:["a" TO "b"]'}, "Invalid filter"),
        ({"filters": 'createdDate:["a"]'}, "Invalid filter"),
        ({"filters": " AND ".join(["kind:FILE"] * 9)}, "Invalid filter: at most 8"),
        ({"startToken": "nonsense"}, "Invalid startToken"),
        ({"resourceVersion": ""}, "Invalid resourceVersion"),
    ],
)
def test_node_listings_that_are_refused(client: Client, params: dict[str, str | int], words: str) -> None:
    answer = client.get("/nodes", **params)
    assert (answer.status_code, answer.json()["message"][: len(words)]) == (400, words)


def test_offsets_up_to_the_limit(client: Client) -> None:
    assert client.get("/nodes", offset=9_799, limit=200).status_code == 200
    assert client.get("/nodes", filters=" AND ".join(["kind:FILE"] * 8)).status_code == 200


def test_root_folders_and_albums(client: Client) -> None:
    (root,) = client.get("/nodes", filters="isRoot:true").json()["data"]
    assert root["ownerId"]
    folders = client.get(f"/nodes/{root['id']}/children", filters="kind:FOLDER").json()["data"]
    below = {each["name"]: client.get(f"/nodes/{each['id']}/children").json() for each in folders}
    assert {name: answer["count"] for name, answer in below.items()} == {
        "Pictures": ITEMS,
        "Videos": 16,
        "Documents": 0,
    }
    assert {each["kind"] for each in below["Videos"]["data"]} == {"FOLDER"}
    albums = client.get("/nodes", filters="kind:VISUAL_COLLECTION").json()["data"]
    assert {album["name"] for album in albums} >= {"Holiday", "Family"}
    assert [album["isShared"] for album in albums].count(True) == 1
    for album in albums:
        members = client.get(f"/nodes/{album['id']}/children").json()["data"]
        assert [node["id"] for node in members] == client.simulator.album_members(album["name"])
        assert members
    assert client.get("/nodes/unknown/children").status_code == 404


def test_filters_of_nodes(client: Client) -> None:
    def found(filters: str) -> list[dict[str, Any]]:
        data: list[dict[str, Any]] = client.get("/nodes", filters=filters).json()["data"]
        return data

    nodes = sorted(client.found(), key=lambda node: str(node["createdDate"]))
    middle, end = nodes[100], nodes[110]
    names = [node["id"] for node in nodes if node["name"].startswith("MVI_")]
    assert [node["id"] for node in found("name:MVI_*")] == names
    assert [node["id"] for node in found(f'name:"{middle["name"]}"')] == [middle["id"]]
    low, high = middle["createdDate"], end["createdDate"]
    assert len(found(f'createdDate:["{low}" TO "{high}"]')) == 11
    assert len(found(f'createdDate:{{"{low}" TO "{high}"]')) == 10
    assert client.get("/nodes", filters=f'kind:FILE AND createdDate:{{* TO "{low}"}}').json()["count"] == 100
    md5 = middle["contentProperties"]["md5"]
    assert [node["id"] for node in found(f"contentProperties.md5:{md5} AND status:AVAILABLE")] == [middle["id"]]
    assert found("kind:(FOLDER* OR VISUAL_COLLECTION)")[0]["kind"] == "FOLDER"
    assert found("status:TRASH") == []


def test_tokens_come_only_with_links(client: Client) -> None:
    assert "nextToken" not in client.get("/nodes", filters="kind:FILE").json()
    ids: list[str] = []
    token: dict[str, str] = {}
    while True:
        answer = client.get("/nodes", filters="kind:FILE", tempLink="true", **token).json()
        ids += [node["id"] for node in answer["data"]]
        if "nextToken" not in answer:
            break
        token = {"startToken": answer["nextToken"]}
    assert ids == [item.id for item in client.simulator.library.expected()]


def test_one_node_and_one_in_the_trash() -> None:
    with AmazonSimulator(items=3) as simulator:
        client = Client(simulator)
        item = next(simulator.library.expected())
        assert client.get(f"/nodes/{item.id}").json()["status"] == "AVAILABLE"
        simulator.library.remove(item.id)
        assert client.get(f"/nodes/{item.id}").json()["status"] == "TRASH"
        assert [node["id"] for node in client.get("/nodes", filters="status:TRASH").json()["data"]] == [item.id]
        assert client.search().json()["count"] == 2
        assert client.get("/nodes/unknown").json()["code"] == "NODE_NOT_FOUND"
