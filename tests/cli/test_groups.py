"""`list --group-by`: how many items there are of each day, month or year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from photosync_amazon.simulator import AmazonSimulator
from tests.cli.conftest import CommandLine

_LENGTHS = {"year": 4, "month": 7, "day": 10}


@pytest.fixture(scope="module", params=[True, False], ids=["some without a date", "all with a date"])
def simulator(request: pytest.FixtureRequest) -> Iterator[AmazonSimulator]:
    """With a date missing, the service's own numbers do not add up, and the items are listed."""
    with AmazonSimulator(items=230, seed=6, years=(2019, 2020), gaps=request.param) as running:
        yield running


def counts(photosync: CommandLine, *arguments: str) -> dict[object, object]:
    return {row["group"]: row["count"] for row in photosync.objects("list", "amazon", *arguments)}


@pytest.mark.parametrize("period", _LENGTHS)
@pytest.mark.parametrize("options", [(), ("--kind", "video"), ("--since", "2019-07"), ("--limit", "7"), ("Holiday",)])
def test_the_numbers_are_those_of_the_listing(photosync: CommandLine, period: str, options: tuple[str, ...]) -> None:
    rows = photosync.objects("list", "amazon", *options)
    expected = Counter(None if row["taken"] is None else str(row["taken"])[: _LENGTHS[period]] for row in rows)
    found = counts(photosync, *options, "--group-by", period)
    assert found == expected
    assert list(found) == sorted(found, key=lambda each: str(each or ""), reverse=True)


def test_the_service_is_asked_once_if_its_numbers_add_up(photosync: CommandLine, simulator: AmazonSimulator) -> None:
    rows = photosync.objects("list", "amazon")
    simulator.forget()
    assert sum(int(str(each)) for each in counts(photosync, "--group-by", "year").values()) == 230
    has_all = all(row["taken"] for row in rows)
    assert (simulator.counts["list"] == 1) is has_all


def test_what_the_library_has_is_grouped_too(photosync: CommandLine) -> None:
    assert photosync("pull", "amazon", "--limit", "5").exit_code == 0
    assert sum(int(str(each)) for each in counts(photosync, "--saved", "--group-by", "month").values()) == 5
    table = photosync("list", "amazon", "--saved", "--group-by", "month").stdout.splitlines()
    assert table[0].split() == ["TAKEN", "ITEMS"]
    assert photosync("list", "amazon", "--group-by", "century").exit_code == 2
