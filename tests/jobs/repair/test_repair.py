"""`verify --repair`: each way of damage, from an account, from a backup, and from the library itself."""

import os

import pytest

from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.repair.damages import LOST, STILL_THERE, Damage
from tests.jobs.repair.library_owner import LibraryOwner, sources


@pytest.mark.parametrize("harm", LOST)
@pytest.mark.parametrize("source", ["account", "folder"])
def test_what_is_lost_comes_from_a_source(
    owner: LibraryOwner, harm: Damage, source: str, simulator: AmazonSimulator
) -> None:
    before, photo = owner.contents(), owner.photos()[2]
    options = ["--from", str(owner.backup())] if source == "folder" else []
    harm(owner.sandbox, photo)
    was_there = os.path.lexists(photo)
    result = owner.repair(*options)
    assert owner.contents() == before
    assert sources(result) == {source}
    assert (simulator.counts["content"] > 0) == (source == "account")
    assert len(owner.damaged()) == was_there


@pytest.mark.parametrize("harm", STILL_THERE)
def test_what_is_still_there_comes_from_the_library(
    owner: LibraryOwner, harm: Damage, simulator: AmazonSimulator
) -> None:
    before, photo = owner.contents(), owner.photos()[2]
    harm(owner.sandbox, photo)
    result = owner.repair()
    assert owner.contents() == before
    assert sources(result) == {"library"}
    assert simulator.counts["content"] == 0


@pytest.mark.parametrize("harm", [*LOST, *STILL_THERE])
def test_the_next_audit_and_pull_find_everything(owner: LibraryOwner, harm: Damage, simulator: AmazonSimulator) -> None:
    harm(owner.sandbox, owner.photos()[2])
    owner.repair()
    simulator.forget()
    assert owner.sandbox.run("audit", "amazon").exit == 0
    assert owner.sandbox.run("pull", "amazon", "--full").number("saved") == 0
    assert simulator.counts["content"] == 0
