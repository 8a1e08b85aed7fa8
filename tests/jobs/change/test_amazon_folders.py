"""`remote mkdir` and `rename` at Amazon Photos, by what the service has afterwards."""

from __future__ import annotations

from photosync.errors import Exit
from photosync.testing.command import Result
from photosync.testing.faults import Fault
from tests.jobs.change.conftest import Owner, results


def folders(owner: Owner) -> dict[str, str]:
    """The ids of the folders that were made, by their paths."""
    tree = owner.simulator.account.tree
    return {"/".join(tree.path(id_)): id_ for id_ in tree.folders}


def remote(owner: Owner, command: str, *arguments: str) -> Result:
    return owner.sandbox.run("remote", command, "amazon", *arguments, "--yes")


def name_of(owner: Owner, item_id: str) -> str:
    return next(item.name for item in owner.simulator.library.expected() if item.id == item_id)


def test_empty_folders_are_made_with_those_above_them(owner: Owner) -> None:
    made = remote(owner, "mkdir", "Trips/2019/Träume", "Trips/2020")
    assert made.exit == Exit.OK
    there = folders(owner)
    assert set(there) == {"Trips", "Trips/2019", "Trips/2019/Träume", "Trips/2020"}
    assert results(made) == {there["Trips/2019/Träume"]: "changed", there["Trips/2020"]: "changed"}
    again = remote(owner, "mkdir", "trips/2019", "New")
    assert results(again) == {there["Trips/2019"]: "unchanged", folders(owner)["New"]: "changed"}
    assert len(folders(owner)) == 5


def test_a_dry_run_and_names_that_cannot_be(owner: Owner) -> None:
    dry = owner.sandbox.run("remote", "mkdir", "amazon", "A/B", "--dry-run")
    assert (dry.exit, dry.number("changed"), folders(owner)) == (Exit.OK, 1, {})
    assert owner.sandbox.run("remote", "mkdir", "amazon", "A").exit == Exit.USAGE
    assert remote(owner, "mkdir", "A/..").exit == Exit.USAGE
    first, *_ = owner.ids
    taken = remote(owner, "mkdir", f"Pictures/{name_of(owner, first)}")
    assert (taken.exit, taken.reasons) == (Exit.PARTIAL, ["name_taken"])
    assert folders(owner) == {}


def test_files_and_folders_get_other_names(owner: Owner) -> None:
    remote(owner, "mkdir", "Trips/2019")
    first, second, *_ = owner.ids
    assert results(remote(owner, "rename", "Trips/2019", "Norway")) == {folders(owner)["Trips/Norway"]: "changed"}
    assert results(remote(owner, "rename", first, "beach.jpg")) == {first: "changed"}
    assert name_of(owner, first) == "beach.jpg"
    assert results(remote(owner, "rename", "/Pictures/beach.jpg", "Beach.JPG")) == {first: "changed"}
    assert name_of(owner, first) == "Beach.JPG"
    assert results(remote(owner, "rename", first, "Beach.JPG")) == {first: "unchanged"}
    before = name_of(owner, second)
    refused = remote(owner, "rename", second, "BEACH.jpg")
    assert (refused.exit, refused.reasons, name_of(owner, second)) == (Exit.PARTIAL, ["name_taken"], before)


def test_what_stays_as_it_is(owner: Owner) -> None:
    root = owner.simulator.account.root
    assert remote(owner, "rename", root, "Mine").reasons == ["refused"]
    assert remote(owner, "rename", "nowhere/at all", "Mine").reasons == ["not_found"]
    owner.simulator.account.tree.foreign.add(0)
    first, *_ = owner.ids
    before = name_of(owner, first)
    assert remote(owner, "rename", first, "mine.jpg").reasons == ["forbidden"]
    assert name_of(owner, first) == before


def test_a_lost_answer_is_no_refusal(owner: Owner) -> None:
    first, *_ = owner.ids
    owner.simulator.faults.lose_answer = Fault(times=1)
    assert results(remote(owner, "rename", first, "beach.jpg")) == {first: "changed"}
    assert name_of(owner, first) == "beach.jpg"
