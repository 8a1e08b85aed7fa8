"""`restore` is killed before each of its steps: the same command completes everything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.crash_hook import KINDS
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.copies.evict.runs import FIRST, SECOND, with_copies
from tests.jobs.copies.places import check_list
from tests.jobs.killed_runs import check_kills_of_a_change, hashes, killed_runs, succeeds

pytestmark = pytest.mark.slow  # every step of every command
kinds = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=0, gaps=False) as running:
        running.library.add(1, missing=frozenset({"taken"}))
        running.library.add(2)
        yield running


@pytest.fixture
def sandbox(tmp_path: Path, simulator: AmazonSimulator) -> Sandbox:
    """Two copies have all files; the photos with a capture time are there alone."""
    made = Sandbox(tmp_path / "user")
    made.configure({"amazon": simulator.account_settings()}, exif="fix", artist="Ada", albums="link")
    succeeds(made, "pull", "amazon")
    with_copies(made, FIRST, SECOND)
    assert succeeds(made, "evict", "--kind", "photo", "--yes").number("changed") == 3
    succeeds(made, "copy")
    return made


@kinds
def test_files_that_only_copies_have(sandbox: Sandbox, kind: str) -> None:
    kills = check_kills_of_a_change(sandbox, "amazon", kind, "restore", "--offsite")
    assert kills or kind == "link"
    assert sandbox.run("list", "amazon", "--state", "offsite").objects == []


@kinds
def test_files_of_an_account_by_their_ids(sandbox: Sandbox, kind: str) -> None:
    """What is back already is looked for in the trash; the next pull completes the rest."""
    ids = [str(each["id"]) for each in sandbox.run("list", "amazon", "--state", "offsite").objects]
    wanted: dict[str, str] = {}
    for _ in killed_runs(sandbox, kind, "restore", "amazon", *ids):
        succeeds(sandbox, "restore", "amazon", *ids, "--yes")
        assert succeeds(sandbox, "pull", "amazon").number("saved") == 0
        check_list(sandbox.library)
        wanted = wanted or hashes(sandbox)
        assert hashes(sandbox) == wanted
        assert succeeds(sandbox, "verify").number("missing") == 0


@kinds
def test_a_whole_library(sandbox: Sandbox, kind: str) -> None:
    succeeds(sandbox, "restore", "--from", FIRST, "--to", str(sandbox.folder / "wanted"))
    wanted = files_below(sandbox, "wanted")
    new = sandbox.folder / "new"
    for _ in killed_runs(sandbox, kind, "restore", "--from", FIRST, "--to", str(new)):
        succeeds(sandbox, "restore", "--from", FIRST, "--to", str(new))
        assert files_below(sandbox, "new") == wanted
        check_list(new)
        assert succeeds(sandbox, "verify", "--library", str(new)).number("missing") == 0


def files_below(sandbox: Sandbox, folder: str) -> dict[str, str]:
    """The hashes of a library's files; the record of its copy is not the same each time."""
    found = {
        name.removeprefix(f"{folder}/"): each for name, each in hashes(sandbox).items() if name.startswith(f"{folder}/")
    }
    return {name: "" if name.startswith(".photosync/copies/") else hash_ for name, hash_ in found.items()}
