"""What public clients send and the service took: served and counted, and refused by a strict simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import requests

from photosync_amazon.simulator import AmazonSimulator
from tests.photosync_amazon.simulator.client import Client

Ask = Callable[[Client], requests.Response]


def bare_nodes(client: Client) -> requests.Response:
    return client.ask("GET", "/drive/v1/nodes", {"filters": "isRoot:true"})


def bare_folder(client: Client) -> requests.Response:
    body = {"kind": "FOLDER", "name": "Trip", "parents": [client.simulator.account.root]}
    return client.ask("POST", "/drive/v1/nodes", {}, json=body)


def bracketed_terms(client: Client) -> requests.Response:
    return client.get("/nodes", filters="(kind:(FILE* OR FOLDER*)) AND ((status:AVAILABLE) AND name:IMG*)")


def stream(client: Client) -> requests.Response:
    query = {"name": "a.jpg", "kind": "FILE", "parentNodeId": client.simulator.account.root, "resourceVersion": "V2"}
    return client.ask("POST", "/cdproxy/nodes", query, data=iter([b"\xff\xd8\xff a photo", b", nearly"]))


def bare_upload(client: Client) -> requests.Response:
    query = {"name": "b.jpg", "kind": "FILE", "parentNodeId": client.simulator.account.root}
    client.headers["Content-Type"] = "application/octet-stream"
    return client.ask("POST", "/cdproxy/nodes", query, data=b"\xff\xd8\xff another")


def content_with_cookies(client: Client) -> requests.Response:
    item = next(client.simulator.library.expected())
    owner = {"ownerId": client.simulator.account.owner}
    answer = client.ask("GET", f"/drive/v1/nodes/{item.id}/contentRedirection", owner)
    return client.ask("GET", answer.headers["Location"], {})


FORMS: list[tuple[Ask, int, set[str]]] = [
    (bare_nodes, 400, {"no resourceVersion"}),
    (bare_folder, 400, {"no resourceVersion"}),
    (bare_upload, 400, {"no resourceVersion"}),
    (bracketed_terms, 400, {"bracketed terms"}),
    (stream, 415, {"no Content-Type", "no Content-Length"}),
    (content_with_cookies, 400, {"credentials at the content host"}),
]
EACH = pytest.mark.parametrize(("ask", "refusal", "forms"), FORMS, ids=[each[0].__name__ for each in FORMS])


@pytest.fixture
def tolerant() -> Iterator[Client]:
    with AmazonSimulator(items=3, strict=False) as simulator:
        yield Client(simulator)


@EACH
def test_unusual_forms_are_served_and_counted(tolerant: Client, ask: Ask, refusal: int, forms: set[str]) -> None:
    assert ask(tolerant).status_code in (200, 201), refusal
    assert tolerant.simulator.tolerated == dict.fromkeys(forms, 1)
    control = requests.get(f"{tolerant.simulator.url}/_simulator", timeout=30).json()
    assert control["tolerated"] == dict.fromkeys(forms, 1)


@EACH
def test_a_strict_simulator_refuses_them(client: Client, ask: Ask, refusal: int, forms: set[str]) -> None:
    assert (ask(client).status_code, client.simulator.tolerated) == (refusal, {}), forms


def test_what_is_known_to_be_wrong_is_refused_by_every_simulator(tolerant: Client) -> None:
    assert tolerant.get("/nodes", resourceVersion="V1").status_code == 400
    for filters in (
        "(kind:FILE",
        "kind:FILE)",
        "(kind:FILE))",
        "() AND kind:FILE",
        "(kind:FILE) AND",
        "(kind:FILE) name:a",
    ):
        assert tolerant.get("/nodes", filters=filters).status_code == 400, filters
    assert tolerant.search(filters="kind:(FILE)").status_code == 400


@pytest.mark.parametrize(("seed", "is_at_the_top"), [(1, True), (2, False)])
def test_an_account_has_its_picture_data_in_one_place(seed: int, is_at_the_top: bool) -> None:
    """Clients must know both places, but one that reads a table of nodes cannot read a mixture of them."""
    with AmazonSimulator(items=300, seed=seed) as simulator:
        nodes = Client(simulator).found()
    assert {"image" in node or "video" in node for node in nodes} == {is_at_the_top}
    below = [each for each in (node["contentProperties"] for node in nodes) if each.get("image") or each.get("video")]
    assert bool(below) is not is_at_the_top
