"""`trash`, `trashed` and `restore` at a drive, by what the service has afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing.command import Result, Sandbox
from photosync_clouddrive.simulator import CloudDriveSimulator
from tests.photosync_clouddrive.conftest import configure


@pytest.fixture
def simulator() -> Iterator[CloudDriveSimulator]:
    with CloudDriveSimulator(items=3, gaps=False) as running:
        yield running


@pytest.fixture
def sandbox(tmp_path: Path, simulator: CloudDriveSimulator) -> Sandbox:
    made = Sandbox(tmp_path)
    configure(made, simulator)
    assert made.run("pull", "drive").exit == Exit.OK
    return made


def results(result: Result) -> dict[str, str]:
    """What became of each target: its result, or the reason of its refusal."""
    return {str(each["id"]): str(each["reason"] or each["result"]) for each in result.objects if "action" in each}


def trashed(simulator: CloudDriveSimulator) -> set[str]:
    """The ids of what was put into the trash itself."""
    return {str(node["id"]) for node in simulator.trash.nodes()}


def damage(sandbox: Sandbox, item_id: str) -> None:
    """Change one byte of an item's file; a second time takes that back."""
    rows = sandbox.run("list", "drive", "--saved").objects
    path = sandbox.library / next(str(row["path"]) for row in rows if row["id"] == item_id)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_files(simulator: CloudDriveSimulator, sandbox: Sandbox) -> None:
    first, second, third = (item.id for item in simulator.library.expected())
    damage(sandbox, second)
    done = sandbox.run("trash", "drive", first, second, "nothing", "--yes")
    assert (done.exit, results(done)) == (
        Exit.PARTIAL,
        {first: "changed", second: "damaged", "nothing": "not_found"},
    )
    assert trashed(simulator) == {first}
    assert [row["id"] for row in sandbox.run("trashed", "drive").objects] == [first]
    assert {row["id"] for row in sandbox.run("list", "drive").objects} == {second, third}
    assert results(sandbox.run("restore", "drive", "--all", "--yes")) == {first: "changed"}
    assert trashed(simulator) == set()


def test_a_folder(simulator: CloudDriveSimulator, sandbox: Sandbox) -> None:
    first, *_ = (item.id for item in simulator.library.expected())
    folder = "PicturesExample_AAAAAA"
    before = simulator.tree()
    damage(sandbox, first)
    refused = sandbox.run("trash", "drive", folder, "--yes")
    assert (refused.exit, results(refused), simulator.tree()) == (Exit.PARTIAL, {folder: "damaged"}, before)
    damage(sandbox, first)
    simulator.drive.put(
        {
            "id": "LetterExample_AAAAAAAA",
            "name": "letter.txt",
            "kind": "FILE",
            "status": "AVAILABLE",
            "parents": [folder],
            "contentProperties": {"contentType": "text/plain", "size": 3, "md5": "0" * 32},
        }
    )
    assert results(sandbox.run("trash", "drive", folder, "--yes")) == {folder: "not_saved"}, "a file of another kind"
    simulator.drive.say("LetterExample_AAAAAAAA", status="TRASH")
    assert results(sandbox.run("trash", "drive", folder, "--yes")) == {folder: "changed"}
    assert simulator.tree() == {}
    assert results(sandbox.run("restore", "drive", folder, "--yes")) == {folder: "changed"}
    assert simulator.tree() == before


def test_the_root_stays_and_nothing_is_purged(simulator: CloudDriveSimulator, sandbox: Sandbox) -> None:
    root = "RootExample_AAAAAAAAAA"
    assert results(sandbox.run("trash", "drive", root, "--yes", "--even-if-not-saved")) == {root: "refused"}
    simulator.forget()
    refused = sandbox.run("purge", "drive", "--all", "--yes")
    assert (refused.exit, "no program delete for good" in refused.stderr) == (Exit.USAGE, True)
    assert not simulator.requests


def test_a_name_that_is_taken_meanwhile(simulator: CloudDriveSimulator, sandbox: Sandbox) -> None:
    first, *_ = (item.id for item in simulator.library.expected())
    node = simulator.drive.node(first)
    sandbox.run("trash", "drive", first, "--yes")
    simulator.drive.put({**node, "id": "OtherExample_AAAAAAAAA"})
    refused = sandbox.run("restore", "drive", first, "--yes")
    assert (refused.exit, results(refused), trashed(simulator)) == (Exit.PARTIAL, {first: "name_taken"}, {first})


def test_a_sign_in_that_may_only_read(tmp_path: Path) -> None:
    with CloudDriveSimulator(items=2, gaps=False, scopes="clouddrive:read_all") as simulator:
        sandbox = Sandbox(tmp_path)
        configure(sandbox, simulator)
        sandbox.run("pull", "drive")
        first, *_ = (item.id for item in simulator.library.expected())
        refused = sandbox.run("trash", "drive", first, "--yes")
        assert (refused.exit, "login drive --upload" in refused.stderr) == (Exit.AUTH, True)
        assert trashed(simulator) == set()
