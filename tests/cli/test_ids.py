"""`--id`: single items, named by their ids at the provider."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from photosync.testing.simulator import Simulator
from photosync_amazon.simulator import AmazonSimulator
from photosync_aura.simulator import AuraSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from tests.cli.conftest import CommandLine

UNKNOWN = "noSuchItemAtAll0000000"


@pytest.fixture(params=[AmazonSimulator, AuraSimulator, CloudDriveSimulator])
def service(request: pytest.FixtureRequest, photosync: CommandLine) -> Iterator[Simulator]:
    """A service with one account, called `it`."""
    with request.param(items=9) as running:
        photosync.configure({"it": running.account_settings()})
        yield running


def ids(photosync: CommandLine, *arguments: str) -> list[str]:
    return [str(row["id"]) for row in photosync.objects("list", "it", *arguments)]


def test_list_shows_the_items_that_are_named(photosync: CommandLine, service: Simulator) -> None:
    first, second, *_ = ids(photosync)
    assert set(ids(photosync, "--id", first, "--id", second, "--id", first)) == {first, second}
    result = photosync("list", "it", "--json", "--id", UNKNOWN, "--id", first)
    assert result.exit_code == 3, result.output
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == [first]
    assert UNKNOWN in result.stderr


def test_ids_come_from_standard_input(photosync: CommandLine, service: Simulator) -> None:
    first, second, *_ = ids(photosync)
    result = photosync("list", "it", "--json", "--id", "-", stdin=f"{first}\n\n  {second}  \r\n")
    assert {json.loads(line)["id"] for line in result.stdout.splitlines()} == {first, second}


def test_no_ids_are_not_all_items(photosync: CommandLine, service: Simulator) -> None:
    for command in ("list", "pull", "audit"):
        result = photosync(command, "it", "--id", "-", stdin="\n")
        assert result.exit_code == 0, result.output
    assert photosync.objects("list", "it", "--saved") == []


def test_pull_brings_the_items_that_are_named_and_fails_for_the_others(
    photosync: CommandLine, service: Simulator
) -> None:
    wanted, *_ = ids(photosync)
    result = photosync("pull", "it", "--id", wanted, "--id", UNKNOWN, "--json")
    assert result.exit_code == 3, result.output
    summary = json.loads(result.stdout)
    assert (summary["listed"], summary["saved"], summary["failed"]) == (2, 1, 1)
    assert [(each["id"], each["reason"]) for each in summary["errors"]] == [(UNKNOWN, "not_found")]
    assert [row["id"] for row in photosync.objects("list", "it", "--saved")] == [wanted]
    again = photosync("pull", "it", "--id", wanted, "--json")
    assert (again.exit_code, json.loads(again.stdout)["unchanged"]) == (0, 1)
    assert photosync("pull", "it", "--count", "--id", wanted, "--id", UNKNOWN).stdout == "1\n"
    everything = photosync("pull", "it", "--json")  # what single items left is no complete listing
    assert everything.exit_code == 0, everything.output
    assert json.loads(everything.stdout)["unchanged"] >= 1
    assert len(photosync.objects("list", "it", "--saved")) == len(ids(photosync))


def test_audit_is_about_the_items_that_are_named(photosync: CommandLine, service: Simulator) -> None:
    saved, other, *_ = ids(photosync)
    assert photosync("pull", "it", "--id", saved).exit_code == 0
    assert photosync("audit", "it", "--id", saved).exit_code == 0
    result = photosync("audit", "it", "--id", saved, "--id", other, "--id", UNKNOWN, "--json")
    *findings, summary = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 10, result.output
    assert {(each["id"], each["finding"], each["reason"]) for each in findings} == {
        (other, "missing", "not_saved"),
        (UNKNOWN, "missing", "not_found"),
    }
    assert (summary["listed"], summary["saved"], summary["failed"], summary["missing"]) == (3, 1, 1, 1)


def test_an_item_that_is_gone_is_here_still(photosync: CommandLine) -> None:
    with AmazonSimulator(items=3) as service:
        photosync.configure({"it": service.account_settings()})
        assert photosync("pull", "it").exit_code == 0
        gone = service.library.id_of(1)
        service.library.remove(gone)
        result = photosync("audit", "it", "--id", gone, "--json")
        assert [json.loads(line).get("finding") for line in result.stdout.splitlines()] == ["gone", None]
        assert result.exit_code == 0, result.output
        assert photosync("list", "it", "--id", gone).exit_code == 3


def test_more_ids_than_are_worth_a_request_each_are_found_in_a_listing(photosync: CommandLine) -> None:
    with AmazonSimulator(items=230) as service:
        photosync.configure({"it": service.account_settings()})
        wanted = ids(photosync)[:150]
        service.forget()
        result = photosync("list", "it", "--json", "--id", "-", stdin="\n".join(wanted))
        assert {json.loads(line)["id"] for line in result.stdout.splitlines()} == set(wanted)
        assert len(service.requests) <= 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("list", "amazon", "--id", "x", "--query", "favorite:(true)"), "leave out --query"),
        (("list", "amazon", "Holiday", "--id", "x"), "leave out COLLECTION"),
        (("pull", "amazon", "--id", "x", "--recent", "3"), "leave out --recent"),
        (("pull", "amazon", "--id", ""), "this is no id"),
        (("pull", "--id", "x"), "name the account"),
    ],
)
def test_what_has_no_meaning_with_ids_is_wrong_usage(
    photosync: CommandLine, simulator: AmazonSimulator, arguments: tuple[str, ...], said: str
) -> None:
    result = photosync(*arguments)
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert simulator.requests == []
