"""`people`: the tests look at the people of the simulated account afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from photosync.errors import Exit
from photosync_amazon.simulator import AmazonSimulator
from photosync_amazon.simulator.tree import AccountTree
from tests.jobs.change.conftest import Owner

ANNA, BEN, CHLOE = "cluster-anna", "cluster-ben", "cluster-chloe"


@pytest.fixture
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=60, gaps=False) as running:
        running.account.tree.people[BEN] = "0123456789abcdef0123456789abcdef"  # not named yet
        yield running


@pytest.fixture
def tree(simulator: AmazonSimulator) -> AccountTree:
    return simulator.account.tree


def test_everybody_is_listed_also_without_a_name(owner: Owner, tree: AccountTree) -> None:
    rows = owner.sandbox.run("people", "list", "amazon").objects
    assert {str(row["id"]): row["name"] for row in rows} == {ANNA: "anna", BEN: None, CHLOE: "chloe"}
    assert all(isinstance(row["count"], int) for row in rows)
    assert owner.sandbox.text("people", "list", "amazon").splitlines()[0].split() == ["NAME", "ITEMS", "ID"]
    assert tree.merged == {}


def test_a_person_gets_a_name(owner: Owner, tree: AccountTree) -> None:
    result = owner.change("people name", BEN, "Ben Müller")
    assert (result.exit, result.number("changed")) == (Exit.OK, 1), result
    assert tree.people[BEN] == "Ben Müller"
    again = owner.change("people name", "Ben Müller", "Ben Müller")
    assert (again.exit, again.number("unchanged")) == (Exit.OK, 1)


def test_several_become_one_person(owner: Owner, tree: AccountTree) -> None:
    before = {str(row["id"]): row["count"] for row in owner.sandbox.run("people", "list", "amazon").objects}
    result = owner.change("people merge", "anna", BEN)
    assert (result.exit, result.number("changed")) == (Exit.OK, 2), result
    assert (tree.merged, tree.people[ANNA]) == ({BEN: ANNA}, "anna")
    after = {str(row["id"]): row["count"] for row in owner.sandbox.run("people", "list", "amazon").objects}
    assert after == {ANNA: before[ANNA] + before[BEN], CHLOE: before[CHLOE]}  # type: ignore[operator]
    assert owner.change("people merge", ANNA, CHLOE).exit == Exit.USAGE  # two names
    assert owner.change("people merge", ANNA, CHLOE, "--name", "Both").exit == Exit.OK
    assert (tree.merged, tree.people[ANNA]) == ({BEN: ANNA, CHLOE: ANNA}, "Both")


def test_a_person_gets_a_picture(owner: Owner, tree: AccountTree) -> None:
    item = owner.ids[0]
    assert owner.change("people cover", "anna", item).exit == Exit.OK
    assert tree.heroes == {ANNA: item}
    assert owner.change("people cover", "anna", item).number("unchanged") == 1
    result = owner.change("people cover", "chloe", "nowhere")
    assert (result.exit, result.reasons) == (Exit.PARTIAL, ["not_found"])
    assert tree.heroes == {ANNA: item}


@pytest.mark.parametrize(
    "arguments",
    [
        ["name", "nobody", "Name"],
        ["name", ANNA, " "],
        ["merge", ANNA],
        ["merge", ANNA, "anna"],
        ["merge", ANNA, "nobody"],
        ["cover", "nobody", "x"],
    ],
)
def test_what_cannot_be_meant_changes_nothing(owner: Owner, simulator: AmazonSimulator, arguments: list[str]) -> None:
    command, *rest = arguments
    assert owner.change(f"people {command}", *rest).exit == Exit.USAGE
    assert simulator.counts["changes"] == 0


def test_nothing_is_sent_without_consent_or_in_a_dry_run(owner: Owner, simulator: AmazonSimulator) -> None:
    for command in (["name", ANNA, "Ann"], ["merge", ANNA, BEN], ["cover", ANNA, owner.ids[0]]):
        verb, *rest = command
        assert owner.sandbox.run("people", verb, "amazon", *rest).exit == Exit.USAGE
        assert owner.sandbox.run("people", verb, "amazon", *rest, "--dry-run").exit == Exit.OK
    assert simulator.counts["changes"] == 0


def test_a_service_without_people_says_so(owner: Owner) -> None:
    owner.sandbox.configure({"google": {"client_secret": "missing.json"}})
    assert owner.sandbox.run("people", "list", "google").exit in (Exit.USAGE, Exit.AUTH)
