"""Content (section 7): the simulator is as strict as the service."""

from __future__ import annotations

import hashlib

import requests

from photosync.testing import ExpectedItem, Fault
from photosync_amazon.simulator import AmazonSimulator
from tests.photosync_amazon.simulator.client import Client


def redirection(client: Client, item: ExpectedItem, **params: str) -> requests.Response:
    owner = {"ownerId": client.simulator.account.owner, "querySuffix": "?download=true"}
    return client.ask("GET", f"/drive/v1/nodes/{item.id}/contentRedirection", {**owner, **params})


def test_content_comes_from_another_host(client: Client, expected: dict[str, ExpectedItem]) -> None:
    for item in list(expected.values())[:20]:
        answer = redirection(client, item)
        assert answer.status_code == 302
        assert not answer.headers["Location"].startswith(client.simulator.url)
        assert answer.headers["Location"].endswith("?download=true")
        content = requests.get(answer.headers["Location"], timeout=60)
        assert hashlib.md5(content.content).hexdigest() == item.md5
        assert f'filename="{item.name}"' in content.headers["Content-Disposition"]


def test_cookies_must_not_leak(client: Client, expected: dict[str, ExpectedItem]) -> None:
    location = redirection(client, next(iter(expected.values()))).headers["Location"]
    for headers in ({"Cookie": "a=b"}, {"x-amzn-sessionid": "1"}, {"Authorization": "Bearer x"}):
        assert requests.get(location, headers=headers, timeout=60).status_code == 400
    assert requests.get(location.replace("?", "0?"), timeout=60).status_code == 403
    assert client.simulator.requests[-2].signed


def test_content_wants_its_owner(client: Client, expected: dict[str, ExpectedItem]) -> None:
    item = next(iter(expected.values()))
    assert redirection(client, item, ownerId="").status_code == 400
    assert redirection(client, item, ownerId="A1OTHER").status_code == 400


def test_parts_of_content_and_a_host_without_them(client: Client, expected: dict[str, ExpectedItem]) -> None:
    item = next(iter(expected.values()))
    location = redirection(client, item).headers["Location"]
    part = requests.get(location, headers={"Range": "bytes=10-"}, timeout=60)
    assert (part.status_code, len(part.content)) == (206, item.size_bytes - 10)
    client.simulator.faults.ignore_range = Fault()
    assert requests.get(location, headers={"Range": "bytes=10-"}, timeout=60).status_code == 200


def test_the_other_way_to_the_original(client: Client, expected: dict[str, ExpectedItem]) -> None:
    item = next(iter(expected.values()))
    client.simulator.faults.refuse_redirection = Fault()
    assert redirection(client, item).status_code == 403
    endpoints = client.simulator.account_settings()["endpoints"]
    assert isinstance(endpoints, dict)
    answer = client.ask("GET", f"{endpoints['download']}/{item.id}", {"ownerId": client.simulator.account.owner})
    assert hashlib.md5(answer.content).hexdigest() == item.md5


def test_faults_of_single_items_reach_the_content_host(client: Client, expected: dict[str, ExpectedItem]) -> None:
    good, bad = list(expected.values())[:2]
    client.simulator.faults.wrong_bytes = Fault(items={bad.id})
    for item, is_good in ((good, True), (bad, False)):
        content = requests.get(redirection(client, item).headers["Location"], timeout=60).content
        assert len(content) == item.size_bytes
        assert (hashlib.md5(content).hexdigest() == item.md5) is is_good


def test_hostile_names_survive_the_wire() -> None:
    with AmazonSimulator(items=400, hostile=True, gaps=False) as simulator:
        client = Client(simulator)
        names = {node["id"]: node["name"] for node in client.found()}
        wanted = {item.id: item.name for item in simulator.library.expected()}
        assert names == wanted
        assert len([name for name in names.values() if name == "IMG_0001.JPG"]) == 40
        for item in simulator.library.expected():
            if "\n" in item.name or "\ud800" in item.name or not item.name:
                answer = requests.get(redirection(client, item).headers["Location"], timeout=60)
                assert answer.headers["Content-Disposition"].startswith("attachment")
