"""`facets`: what the service's search can select by, fit to be pasted into `--query`."""

from __future__ import annotations

import pytest

from photosync_amazon.facets import CATEGORIES, facets_of
from photosync_amazon.simulator import AmazonSimulator
from tests.cli.conftest import CommandLine


def test_every_value_selects_its_items(photosync: CommandLine) -> None:
    rows = photosync.objects("facets", "amazon")
    assert {tuple(row) for row in rows} == {("account", "category", "value", "name", "count", "query")}
    assert {row["category"] for row in rows} == {*CATEGORIES}
    for query, count in {(str(row["query"]), row["count"]) for row in rows}:
        assert len(photosync.objects("list", "amazon", "--query", query)) == count, query


def test_one_category(photosync: CommandLine, simulator: AmazonSimulator) -> None:
    simulator.forget()
    rows = photosync.objects("facets", "amazon", "location")
    assert {row["category"] for row in rows} == {"location"}
    assert simulator.counts["total"] == 1
    heading, *lines = photosync("facets", "amazon", "location").stdout.splitlines()
    assert heading.split() == ["CATEGORY", "ITEMS", "QUERY", "NAME"]
    assert [line.split(None, 2)[2] for line in lines] == [row["query"] for row in rows]


def test_what_is_not_there_is_wrong_usage(photosync: CommandLine, simulator: AmazonSimulator) -> None:
    simulator.forget()
    result = photosync("facets", "amazon", "colours")
    assert result.exit_code == 2
    assert "the categories are allPeople, clusterId" in result.stderr
    assert photosync("facets", "aura").exit_code == 2
    assert simulator.requests == []


@pytest.mark.parametrize(
    ("category", "entry", "query"),
    [
        ("time", {"value": 2019, "count": 3}, "timeYear:(2019)"),
        ("time", {"value": "2019-07-06"}, "timeYear:(2019) AND timeMonth:(7) AND timeDay:(6)"),
        ("time", {"value": "yesterday"}, None),
        ("favorite", {"value": True}, "favorite:(true)"),
        ("people", {"clusterId": "c1", "name": "Anna"}, "people:(c1)"),
        ("things", {"value": "salt AND pepper"}, 'things:("salt AND pepper")'),
        ("things", {"value": "bat (animal)"}, 'things:("bat (animal)")'),
        ("things", {"value": 'a "b"'}, None),
    ],
)
def test_a_value_of_any_form(category: str, entry: dict[str, object], query: str | None) -> None:
    assert [facet.query for facet in facets_of(category, [entry, {}, {"value": None}])] == [query]
