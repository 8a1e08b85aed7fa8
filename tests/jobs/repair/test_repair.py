"""`verify --repair`: each way of damage, from an account, from a backup, and from the library itself."""

import os
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.repair.damages import LOST, STILL_THERE, Damage
from tests.jobs.repair.library_owner import LibraryOwner, damage, sha256, sources


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


@pytest.mark.parametrize("source", ["account", "folder"])
def test_all_ways_at_once(tmp_path: Path, source: str) -> None:
    with AmazonSimulator(items=60, seed=11, years=(2021,)) as simulator:
        owner = LibraryOwner(Sandbox(tmp_path))
        layout = {"layout": "{id}/{name}"}  # so that a folder that is deleted has one photo
        owner.sandbox.configure({"amazon": simulator.account_settings() | layout}, exif="fix", artist="Ada")
        assert owner.sandbox.run("pull", "amazon").exit == 0
        before, photos = owner.contents(), owner.photos()
        options = ["--from", str(owner.backup())] if source == "folder" else []
        harms = [*LOST, *STILL_THERE]
        for harm, photo in zip(harms, photos[-len(harms) :], strict=True):
            harm(owner.sandbox, photo)
        records = sorted((owner.library / ".photosync" / "undo").rglob("*.json"))
        records[0].unlink()
        records[1].write_bytes(records[1].read_bytes()[:-9])
        (owner.library / "SHA256SUMS").write_text("")
        harmed = {sha256(path) for path in owner.sandbox.files()}
        found = owner.verify()
        assert found.exit == 10
        simulator.forget()
        result = owner.repair(*options)
        assert {each["path"] for each in damage(result)} == {each["path"] for each in damage(found)}
        assert len(damage(result)) >= len(harms) + 2
        assert sources(result) <= {source, "library", "the catalog", "made again with the photo"}
        assert owner.contents() == before
        kept = {sha256(path) for path in (owner.library / ".photosync" / "damaged").rglob("*") if path.is_file()}
        assert harmed <= kept | set(before.values())
        assert (simulator.counts["content"] > 0) == (source == "account")
        simulator.forget()
        assert owner.sandbox.run("audit", "amazon").exit == 0
        assert owner.sandbox.run("pull", "amazon", "--full").number("saved") == 0
        assert simulator.counts["content"] == 0
