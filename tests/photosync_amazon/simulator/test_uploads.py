"""The simulated Amazon Photos accepts files as strictly as the service (protocol notes, sections 3, 8 and 9)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from photosync_amazon.simulator import AmazonSimulator

CONTENT = b"\xff\xd8\xff\xe0 a photo, nearly"
VERSION = {"resourceVersion": "V2", "ContentType": "JSON"}
OCTETS = {"Content-Type": "application/octet-stream"}


class Client:
    """A client that sends only the given requests."""

    def __init__(self, simulator: AmazonSimulator) -> None:
        self.simulator = simulator
        cookies = simulator.cookies
        self.headers = {
            "x-amzn-sessionid": cookies["session-id"],
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        }

    def upload(self, content: bytes = CONTENT, headers: dict[str, str] = OCTETS, **params: str) -> requests.Response:
        query = {"name": "IMG_1.JPG", "kind": "FILE", "parentNodeId": self.simulator.account.root, **VERSION, **params}
        url = f"{self.simulator.url}/cdproxy/nodes"
        return requests.post(url, params=query, data=content, headers={**self.headers, **headers}, timeout=30)

    def ask(self, method: str, path: str, body: object = None, **params: str) -> Any:
        url = f"{self.simulator.url}/drive/v1{path}"
        answer = requests.request(method, url, params=params, json=body, headers=self.headers, timeout=30)
        return {"status": answer.status_code, **(answer.json() if answer.content else {})}

    def make(self, name: str, parent: str) -> Any:
        return self.ask("POST", "/nodes", {"kind": "FOLDER", "name": name, "parents": [parent], **VERSION})


@pytest.fixture
def client() -> Iterator[Client]:
    with AmazonSimulator(items=2) as simulator:
        yield Client(simulator)


def test_what_went_up_is_listed_and_found_and_comes_down(client: Client) -> None:
    node = client.upload(name="a & b.jpg").json()
    md5 = hashlib.md5(CONTENT).hexdigest()
    assert (node["name"], node["contentProperties"]["md5"]) == ("a & b.jpg", md5)
    assert node["parents"] == [client.simulator.account.root]
    found = client.ask("GET", "/nodes", filters=f"kind:FILE AND contentProperties.md5:{md5}", **VERSION)
    assert [each["id"] for each in found["data"]] == [node["id"]]
    search = client.ask("GET", "/search", searchContext="customer", **VERSION)
    assert search["count"] == 3
    assert client.ask("GET", "/account/usage", **VERSION)["photo"]["total"]["count"] == 3
    root = client.ask("GET", f"/nodes/{client.simulator.account.root}/children", filters="kind:FILE", **VERSION)
    pictures = client.ask("GET", f"/nodes/{client.simulator.account.pictures}/children", **VERSION)
    assert ([each["id"] for each in root["data"]], pictures["count"]) == ([node["id"]], 2)
    url = f"{client.simulator.url}/drive/v1/nodes/{node['id']}/contentRedirection"
    where = requests.get(
        url, params={"ownerId": node["ownerId"]}, headers=client.headers, allow_redirects=False, timeout=30
    )
    assert requests.get(where.headers["Location"], timeout=30).content == CONTENT


@pytest.mark.parametrize(
    ("wrong", "headers", "status"),
    [
        ({"kind": "FOLDER"}, OCTETS, 400),
        ({"name": ""}, OCTETS, 400),
        ({"parents": "[]"}, OCTETS, 400),
        ({"resourceVersion": "V1"}, OCTETS, 400),
        ({"parentNodeId": "nowhere"}, OCTETS, 404),
        ({}, {"Content-Type": "image/jpeg"}, 415),
    ],
)
def test_a_wrong_upload_is_refused(client: Client, wrong: dict[str, Any], headers: dict[str, str], status: int) -> None:
    assert client.upload(headers=headers, **wrong).status_code == status
    assert len(client.simulator.library) == 2


def test_no_session_no_upload(client: Client) -> None:
    del client.headers["Cookie"]
    answer = client.upload()
    assert (answer.status_code, answer.json()["message"]) == (401, "No Auth Method Provided")
    assert "logref" in answer.json()


def test_one_content_and_one_name_once(client: Client) -> None:
    first = client.upload().json()
    again = client.upload(name="other.jpg")
    assert (again.status_code, again.json()["code"], again.json()["info"]) == (
        *(409, "MD5_DUPLICATE"),
        {"nodeId": first["id"]},
    )
    taken = client.upload(b"something else", name="img_1.jpg")
    assert (taken.status_code, taken.json()["code"], taken.json()["info"]) == (
        *(409, "NAME_ALREADY_EXISTS"),
        {"nodeId": first["id"]},
    )
    client.simulator.uploads.conflict_body = "node"
    assert client.upload().json()["id"] == first["id"]
    client.simulator.uploads.conflict_body = "nothing"
    assert client.upload().content == b""
    client.simulator.library.remove(first["id"])
    assert client.upload().status_code == 409, "the trash counts"
    assert client.upload(b"something else").status_code == 201, "and leaves the name free"


def test_folders(client: Client) -> None:
    root = client.simulator.account.root
    made = client.make("Holiday", root)
    assert (made["status"], made["kind"], made["parents"]) == ("AVAILABLE", "FOLDER", [root])
    again = client.make("HOLIDAY", root)
    assert (again["status"], again["code"], again["info"]) == (409, "NAME_ALREADY_EXISTS", {"nodeId": made["id"]})
    assert client.make("Holiday", made["id"])["id"] != made["id"]
    assert client.make("Holiday", "nowhere")["status"] == 404
    bare = client.ask("POST", "/nodes", {"kind": "FOLDER", "name": "x", "parents": [root]})
    assert bare["status"] == 400, "without resourceVersion=V2"
    listed = client.ask("GET", f"/nodes/{root}/children", filters="kind:FOLDER", **VERSION)
    assert {each["name"] for each in listed["data"]} == {"Pictures", "Videos", "Documents", "Holiday"}


def test_albums(client: Client) -> None:
    album = client.ask("POST", "/nodes", {"kind": "VISUAL_COLLECTION", "name": "Trip", **VERSION})
    node = client.upload().json()
    add = {"op": "add", "value": [node["id"]], **VERSION}
    path = f"/nodes/{album['id']}/children"
    for _ in range(2):
        assert client.ask("PATCH", path, add)["name"] == "Trip"
    members = client.ask("GET", path, **VERSION)
    assert [each["id"] for each in members["data"]] == [node["id"]]
    assert client.ask("PATCH", path, {**add, "value": [node["id"], "nobody"]})["status"] == 404
    shared = client.simulator.account.album(4)
    assert client.ask("PATCH", f"/nodes/{shared}/children", add)["status"] == 403
    assert client.ask("PATCH", f"/nodes/{node['id']}/children", add)["status"] == 404
    assert client.simulator.uploads.albums() == {"Trip": [hashlib.md5(CONTENT).hexdigest()]}
    assert client.simulator.album_members("Family") == [client.simulator.library.id_of(1)]
