"""The simulated Amazon Photos is as strict as the service (protocol notes on Amazon Photos)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import requests

from photosync.model import Kind
from photosync.testing import ExpectedItem, Fault
from photosync_amazon.simulator import AmazonSimulator

ITEMS = 450
COMMON = {"asset": "ALL", "tempLink": "false", "resourceVersion": "V2", "ContentType": "JSON"}
NEWEST = "['createdDate DESC']"


class Client:
    """A client that sends what it is told to, and nothing of its own."""

    def __init__(self, simulator: AmazonSimulator) -> None:
        self.simulator = simulator
        self.cookies = dict(simulator.cookies)
        self.headers = {"x-amzn-sessionid": self.cookies["session-id"], "Accept": "application/json"}

    def get(self, path: str, **params: str | int) -> requests.Response:
        return self.ask("GET", f"/drive/v1{path}", {**COMMON, **params})

    def ask(self, method: str, path: str, params: dict[str, Any], **more: Any) -> requests.Response:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {**self.headers, "Cookie": cookies} if cookies else self.headers
        url = path if path.startswith("http") else self.simulator.url + path
        return requests.request(method, url, params=params, headers=headers, allow_redirects=False, timeout=30, **more)

    def search(self, filters: str = "", **params: str | int) -> requests.Response:
        return self.get("/search", **{"filters": filters, "searchContext": "customer", "sort": NEWEST, **params})

    def found(self, filters: str = "", **params: str | int) -> list[dict[str, Any]]:
        """All pages of a search."""
        nodes: list[dict[str, Any]] = []
        while True:
            answer = self.search(filters, limit=200, offset=len(nodes), **params).json()
            nodes += answer["data"]
            if len(nodes) >= answer["count"]:
                return nodes


@pytest.fixture(scope="module")
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=ITEMS) as running:
        yield running


@pytest.fixture
def client(simulator: AmazonSimulator) -> Client:
    simulator.faults.clear()
    return Client(simulator)


@pytest.fixture
def expected(simulator: AmazonSimulator) -> dict[str, ExpectedItem]:
    return {item.id: item for item in simulator.library.expected()}


# Signing in (section 2)


@pytest.mark.parametrize("name", ["session-id", "ubid-main", "at-main"])
@pytest.mark.parametrize("spelling", ["left out", "underscores"])
def test_cookies_must_be_there_under_their_own_names(client: Client, name: str, spelling: str) -> None:
    value = client.cookies.pop(name)
    if spelling == "underscores":
        client.cookies[name.replace("-", "_")] = value
    answer = client.search()
    assert (answer.status_code, answer.json()) == (401, {"Message": "No Auth Method Provided"})


def test_the_session_is_wanted_in_a_header_too(client: Client) -> None:
    del client.headers["x-amzn-sessionid"]
    assert client.search().json() == {"Message": "No Auth Method Provided"}


@pytest.mark.parametrize("name", ["session-id", "ubid-main", "at-main"])
def test_old_cookies_are_refused(client: Client, name: str) -> None:
    client.cookies[name] = "old"
    answer = client.search()
    assert answer.status_code == 401
    assert "BadAuthenticationData" in answer.text


def test_quotes_belong_to_a_value(client: Client) -> None:
    assert client.cookies["at-main"].startswith('"')
    client.cookies["at-main"] = client.cookies["at-main"].strip('"')
    assert client.search().status_code == 401


def test_other_countries_have_other_names() -> None:
    with AmazonSimulator(items=1, market="acbuk") as simulator:
        client = Client(simulator)
        assert {"ubid-acbuk", "at-acbuk"} <= set(client.cookies)
        assert client.search().status_code == 200


def test_a_session_can_end_and_be_renewed() -> None:
    with AmazonSimulator(items=1, renewable=True) as simulator:
        client = Client(simulator)
        simulator.end_session()
        assert client.search().status_code == 401
        form = {"app_name": "Amazon Drive", "source_token": client.cookies["sess-at-main"]}
        answer = client.ask("POST", "/ap/exchangetoken/refresh", {}, data=form).json()
        client.cookies.update({each["Name"]: each["Value"] for each in answer["response"]["tokens"]["cookies"]})
        assert client.search().status_code == 200
    with AmazonSimulator(items=1) as simulator:
        assert Client(simulator).ask("POST", "/ap/exchangetoken/refresh", {}).status_code == 401


def test_pages_in_place_of_answers(client: Client) -> None:
    client.simulator.faults.sign_in_page = Fault(times=1)
    page = client.search()
    assert (page.status_code, page.headers["Content-Type"][:9], "/ap/signin" in page.text) == (200, "text/html", True)
    client.simulator.faults.robot_check = Fault(times=1)
    page = client.search()
    assert (page.status_code, "Robot" in page.text) == (503, True)
    client.simulator.faults.expired = Fault(after=1)
    assert [client.search().status_code for _ in range(3)] == [200, 401, 401]


# Searching (section 4)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"searchContext": ""}, "Invalid searchContext"),
        ({"searchContext": "mine"}, "Invalid searchContext"),
        ({"resourceVersion": "V1"}, "Invalid resourceVersion"),
        ({"filters": "kind:(FILE)"}, "Invalid fieldName: kind"),
        ({"filters": "timeYear:2023"}, "Invalid filter: timeYear:2023"),
        ({"filters": "timeYear:()"}, "Invalid filter: timeYear:()"),
        ({"filters": "timeYear:(MMXX)"}, "Invalid filter: timeYear:(MMXX)"),
        ({"filters": "type:(PHOTOS) OR type:(VIDEOS)"}, "Invalid filter: type:(PHOTOS) OR type:(VIDEOS)"),
        ({"filters": "type:(PHOTOS) AND"}, "Invalid filter: type:(PHOTOS) AND"),
        ({"limit": 201}, "Invalid limit"),
        ({"limit": "many"}, "Invalid limit"),
        ({"offset": -1}, "Invalid offset"),
        ({"sort": "createdDate"}, "Invalid sort"),
        ({"sort": "['kind ASC']"}, "Invalid sort"),
        ({"groupByForTime": "century"}, "Invalid groupByForTime"),
    ],
)
def test_searches_that_are_refused(client: Client, params: dict[str, str | int], words: str) -> None:
    answer = client.get("/search", **{"searchContext": "customer", **params})
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(words)


def test_all_items_newest_first(client: Client, expected: dict[str, ExpectedItem]) -> None:
    nodes = client.found()
    assert [node["id"] for node in nodes] == list(reversed(expected))
    dates = [node["createdDate"] for node in nodes]
    assert dates == sorted(set(dates), reverse=True)
    assert client.search(offset=12_000).json() == {"count": ITEMS, "data": [], "aggregations": {}}


def test_nodes_tell_the_truth_where_they_tell(client: Client, expected: dict[str, ExpectedItem]) -> None:
    gaps = set()
    for node in client.found():
        item, properties = expected[node["id"]], node["contentProperties"]
        assert node["name"] == item.name
        assert properties.get("md5") in (item.md5, None)
        assert properties["size"] == item.size_bytes
        date = properties.get("contentDate")
        assert (datetime.fromisoformat(date[:-1]) if date else None) == item.taken
        word = "video" if item.kind is Kind.VIDEO else "image"
        gaps |= {key for key in ("md5", "contentDate") if not properties.get(key)}
        gaps |= {word for place in (node, properties) if word in place and not place[word]}
        gaps |= {f"top-level {word}"} if word in node else set()
    assert gaps >= {"md5", "contentDate", "image", "top-level image"}


@pytest.mark.parametrize("sort", ["contentProperties.contentDate", "createdDate", "name"])
def test_sorting(client: Client, sort: str, expected: dict[str, ExpectedItem]) -> None:
    keys = {
        "contentProperties.contentDate": lambda item: str(item.taken or ""),
        "createdDate": lambda item: list(expected).index(item.id),
        "name": lambda item: item.name,
    }
    up = [expected[node["id"]] for node in client.found(sort=f"['{sort} ASC']")]
    down = [expected[node["id"]] for node in client.found(sort=f"['{sort} DESC']")]
    assert up == down[::-1]
    assert list(map(keys[sort], up)) == sorted(map(keys[sort], expected.values()))


def test_filters(client: Client, expected: dict[str, ExpectedItem]) -> None:
    def ids(filters: str) -> set[str]:
        return {node["id"] for node in client.found(filters)}

    dated = {item.id: item.taken for item in expected.values() if item.taken}
    videos = {item.id for item in expected.values() if item.kind is Kind.VIDEO}
    in_2019 = {item_id for item_id, taken in dated.items() if taken.year == 2019}
    assert in_2019
    assert ids("timeYear:(2019)") == in_2019
    assert ids("timeYear:(2019 OR 2020)") == in_2019 | ids("timeYear:(2020)")
    assert ids("timeYear:(2019) AND timeMonth:(7)") == {each for each in in_2019 if dated[each].month == 7}
    assert ids("timeDay:(3)") == {each for each, taken in dated.items() if taken.day == 3}
    assert ids("timeYear:(2019 AND 2020)") == set()
    assert ids("type:(VIDEOS)") == videos
    assert ids("type:(PHOTOS)") == set(expected) - videos
    favorites = ids("favorite:(true)")
    assert favorites == {node["id"] for node in client.found() if node["settings"]["favorite"]}
    assert favorites
    beach, plant, moon = (ids(f"things:({thing})") for thing in ("beach", "plant", "moon"))
    assert ids("things:(plant AND beach OR moon)") == (plant & beach) | moon
    assert 0 < len(ids("location:(CAN#BC#Vancouver)")) < ITEMS
    assert 0 < len(ids("people:(cluster-anna)")) < ITEMS


def test_aggregations_count_what_filters_find(client: Client) -> None:
    everything = client.search(limit=1, searchContext="all", groupByForTime="year").json()["aggregations"]
    assert {"time", "type", "things", "location", "people", "favorite"} <= set(everything)
    for category, field in {"time": "timeYear", "type": "type", "location": "location", "things": "things"}.items():
        alone = client.get("/search/aggregation", category=category, aggregationContext="all").json()["aggregations"]
        assert alone == everything[category]
        for entry in alone[:3]:
            assert client.search(f"{field}:({entry['value']})").json()["count"] == entry["count"]
    assert client.get("/search/aggregation", category="weather", aggregationContext="all").status_code == 400


# Nodes (section 5)


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
    (folder,) = client.get(f"/nodes/{root['id']}/children", filters="kind:FOLDER").json()["data"]
    assert client.get(f"/nodes/{folder['id']}/children", limit=1).json()["count"] == ITEMS
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


# Content (section 7)


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


# Account (section 10)


def test_usage_and_info(client: Client, expected: dict[str, ExpectedItem]) -> None:
    usage = client.get("/account/usage").json()
    photos = [item for item in expected.values() if item.kind is Kind.PHOTO]
    assert usage["photo"]["total"] == {"bytes": sum(item.size_bytes for item in photos), "count": len(photos)}
    assert usage["photo"]["total"]["count"] + usage["video"]["total"]["count"] == ITEMS
    assert client.get("/account/info").status_code == 200


def test_what_a_configuration_says(client: Client) -> None:
    settings = client.simulator.account_settings()
    assert settings["provider"] == "amazon"
    endpoints = settings["endpoints"]
    assert isinstance(endpoints, dict)
    assert set(endpoints) == {"api", "upload", "thumbnails", "download"}
    assert all(url.startswith("http://127.0.0.1:") for url in endpoints.values())
