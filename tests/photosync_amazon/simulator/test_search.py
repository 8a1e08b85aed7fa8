"""Searching (section 4): the simulator is as strict as the service."""

from __future__ import annotations

from datetime import datetime

import pytest

from photosync.model import Kind
from photosync.testing import ExpectedItem
from tests.photosync_amazon.simulator.client import ITEMS, Client


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
        ({"filters": "type:(PHOTOS) OR"}, "Invalid filter: type:(PHOTOS) OR"),
        ({"filters": "(type:(PHOTOS)"}, "Invalid filter: (type:(PHOTOS)"),
        ({"filters": "type:(PHOTOS))"}, "Invalid filter: type:(PHOTOS))"),
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
        assert sorted(alone, key=str) == sorted(everything[category], key=str)
        for entry in alone[:3]:
            assert client.search(f"{field}:({entry['value']})").json()["count"] == entry["count"]
    assert client.get("/search/aggregation", category="weather", aggregationContext="all").status_code == 400
