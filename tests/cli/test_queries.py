"""`--query` and the other selections that the service carries out: what is sent, and what is refused before."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from photosync_amazon.simulator import AmazonSimulator
from tests.cli.conftest import CommandLine

ITEMS = 60


@pytest.fixture(scope="module")
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=ITEMS, seed=6, years=(2019, 2020, 2021)) as running:
        for number in (3, 14, 15):
            running.account.tree.written[number] = {"hidden": True, "labels": ["trip"], "description": "by the sea"}
        yield running


def asked(simulator: AmazonSimulator) -> dict[str, str]:
    """The parameters of the last listing."""
    url = urlsplit(next(each.path for each in reversed(simulator.requests) if each.kind == "list"))
    return {
        "path": url.path.removeprefix("/drive/v1"),
        **{key: values[0] for key, values in parse_qs(url.query).items()},
    }


def ids(photosync: CommandLine, *arguments: str) -> list[str]:
    return [str(row["id"]) for row in photosync.objects("list", "amazon", *arguments)]


@pytest.mark.parametrize(
    "options",
    [
        ("--kind", "video", "--query", "timeYear:(2019) OR timeYear:(2020)"),
        ("--kind", "photo", "--query", "things:(beach) OR favorite:(true)", "--year", "2020"),
        ("--kind", "video", "--query", "contentProperties.contentType:(video* OR image*)"),
        ("--query", "labels:trip"),
        ("--hidden",),
        ("--hidden", "--kind", "photo"),
        ("--query", "name:I*", "--hidden"),
    ],
)
def test_a_pull_counts_and_brings_what_is_listed(photosync: CommandLine, options: tuple[str, ...]) -> None:
    rows = photosync.objects("list", "amazon", *options)
    assert {row["kind"] for row in rows} <= ({options[1]} if options[0] == "--kind" else {"photo", "video"})
    counted = photosync.objects("pull", "amazon", *options, "--count")
    assert counted == [{"command": "count", "account": "amazon", "count": len(rows)}]
    assert photosync("pull", "amazon", *options).exit_code == 0
    saved = photosync.objects("list", "amazon", "--saved")
    assert {row["id"] for row in saved} == {row["id"] for row in rows}


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("contentProperties.contentType:(video*)", lambda row: row["kind"] == "video"),
        (
            "kind:(FILE* OR FOLDER*) AND status:(AVAILABLE*) AND settings.hidden:false AND favorite:(true)",
            lambda row: row["favorite"] and not row.get("hidden"),
        ),
        ("settings.hidden:true", lambda row: row.get("hidden")),
        ("labels:trip", lambda row: "trip" in row.get("labels", [])),
        ('createdDate:["2024-03-01T08:10:00.000Z" TO *]', None),
    ],
)
def test_a_query_with_fields_of_nodes_goes_to_nodes(
    photosync: CommandLine, simulator: AmazonSimulator, query: str, matches: object
) -> None:
    everything = photosync.objects("list", "amazon")
    found = ids(photosync, "--query", query)
    assert asked(simulator)["path"] == "/nodes"
    if callable(matches):
        assert set(found) == {row["id"] for row in everything if matches(row)}
    assert 0 < len(found) < ITEMS


def test_one_photo_by_its_md5(photosync: CommandLine) -> None:
    one = next(row for row in photosync.objects("list", "amazon") if row["md5"])
    assert ids(photosync, "--query", f"contentProperties.md5:{one['md5']}") == [one["id"]]


def test_more_nodes_than_offsets_can_reach(photosync: CommandLine) -> None:
    with AmazonSimulator(items=10_150) as many:
        photosync.configure({"amazon": many.account_settings()})
        assert len(ids(photosync, "--query", "contentProperties.contentType:(video* OR image*)")) == 10_150


@pytest.mark.parametrize("command", ["list", "pull"])
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--query", "knid:(FILE)"), "at character 1 (knid:(FILE)): there is no field 'knid'"),
        (("--query", "type:(PHOTOS) AND timeMonth:(13)"), "at character 30 (13)): timeMonth: expected a number from 1"),
        (("--query", "contentType:(image*)"), "write contentProperties.contentType"),
        (("--query", "timeYear:(23)"), "timeYear: expected a number from 1826"),
        (("--query", "timeDay:(32)"), "timeDay"),
        (("--query", "type:(PHOTO)"), "expected one of PHOTOS, VIDEOS"),
        (("--query", "favorite:(yes)"), "expected true or false"),
        (("--query", "type:(PHOTOS"), "this bracket is not closed"),
        (("--query", 'things:("beach)'), "this quotation mark is not closed"),
        (("--query", ""), "expected a field"),
        (("--query", " AND ".join(["things:(beach)"] * 9)), "more than 8 terms"),
        (("--query", "kind:FILE AND things:(beach)"), "'things' is a field of the search and 'kind' one of nodes"),
        (("--query", "kind:FOLDER"), "only kind:FILE"),
        (("--query", "status:TRASH"), "trashed"),
        (("--query", "things:(beach)", "--hidden"), "leave out --hidden"),
        (("--context", "mine"), "expected one of customer, all, family, groups, unknown"),
        (("--context", "family", "--hidden"), "--context: only the service's search has it"),
    ],
)
def test_what_cannot_be_right_is_never_sent(
    photosync: CommandLine, simulator: AmazonSimulator, command: str, options: tuple[str, ...], said: str
) -> None:
    simulator.forget()
    result = photosync(command, "amazon", *options)
    assert result.exit_code == 2, result.output
    assert said in result.output
    assert simulator.requests == []


def test_what_the_service_refuses_is_said_in_its_words(photosync: CommandLine) -> None:
    result = photosync("list", "amazon", "--query", "kind:FILE OR name:x")
    assert result.exit_code == 2
    assert "Invalid filter: kind:FILE OR name:x" in result.stderr


def test_the_order_is_the_one_that_is_asked_for(photosync: CommandLine, simulator: AmazonSimulator) -> None:
    usual = ids(photosync)
    assert ids(photosync, "--sort", "added") == usual
    assert ids(photosync, "--sort", "added asc") == usual[::-1]
    names = [str(row["name"]) for row in photosync.objects("list", "amazon", "--sort", "name")]
    assert names == sorted(names)
    assert asked(simulator)["sort"] == "['name ASC']"
    ids(photosync, "--sort", "taken")
    assert asked(simulator)["sort"] == "['contentProperties.contentDate DESC']"
    assert ids(photosync, "--sort", "added asc", "--limit", "3") == usual[::-1][:3]
    assert photosync("list", "amazon", "--sort", "colour").exit_code == 2
    assert photosync("list", "amazon", "--sort", "name up").exit_code == 2
    for command in ("pull", "audit"):
        assert photosync(command, "amazon", "--sort", "name").exit_code == 2


def test_a_listing_can_begin_further_on(photosync: CommandLine, simulator: AmazonSimulator) -> None:
    usual = ids(photosync)
    assert ids(photosync, "--offset", "50") == usual[50:]
    assert ids(photosync, "--offset", "10", "--limit", "5") == usual[10:15]
    assert asked(simulator)["offset"] == "10"
    assert ids(photosync, "--offset", "1000") == []
    assert photosync("list", "amazon", "Holiday", "--offset", "1").exit_code == 2


def test_the_context_is_sent(photosync: CommandLine, simulator: AmazonSimulator) -> None:
    ids(photosync)
    assert asked(simulator)["searchContext"] == "customer"
    ids(photosync, "--context", "family")
    assert asked(simulator)["searchContext"] == "family"


def test_only_the_provider_can_do_these(photosync: CommandLine) -> None:
    for options in (("--query", "things:(beach)"), ("--context", "all"), ("--sort", "name"), ("--offset", "1")):
        assert photosync("list", "amazon", "--saved", *options).exit_code == 2


@pytest.mark.parametrize("option", [("--query", "x:y"), ("--context", "all"), ("--sort", "name"), ("--offset", "1")])
def test_an_account_that_cannot_do_it_says_so(photosync: CommandLine, option: tuple[str, ...]) -> None:
    photosync.configure(
        {"aura": {"email": "me@example.com", "password": "x", "endpoints": {"api": "http://127.0.0.1:9"}}}
    )
    result = photosync("list", "aura", *option)
    assert result.exit_code == 2
    assert f"cannot select by {option[0]}" in result.stderr
