"""What acd_cli does, with our command: rows of docs/parity.md that no other test holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_clouddrive.simulator.drive import ROOT


@pytest.fixture
def simulator() -> Iterator[CloudDriveSimulator]:
    with CloudDriveSimulator(items=4, gaps=False) as running:
        yield running


@pytest.fixture
def sandbox(tmp_path: Path, simulator: CloudDriveSimulator) -> Sandbox:
    made = Sandbox(tmp_path)
    made.configure({"drive": simulator.account_settings()})
    return made


def test_a_broken_download_is_continued(sandbox: Sandbox, simulator: CloudDriveSimulator) -> None:
    simulator.faults.truncate = Fault(times=2)
    assert sandbox.run("pull", "drive").exit == 0
    assert sandbox.hashes() == {item.md5: 1 for item in simulator.library.expected()}
    assert any(each.status == 206 for each in simulator.requests if each.kind == "content")
    assert sandbox.leftovers() == []


def test_the_names_of_what_is_in_the_root(sandbox: Sandbox, simulator: CloudDriveSimulator) -> None:
    in_root = {path.partition("/")[0] for path in simulator.tree()}
    folders = {str(each["path"]).strip("/") for each in sandbox.run("tree", "drive").objects if "path" in each}
    files = sandbox.run("list", "drive", "--all-files", "--query", f"parents:{ROOT}")
    assert in_root <= folders | {str(each["name"]) for each in files.objects if "name" in each}
    assert in_root


def test_all_properties_of_a_file_are_deleted(sandbox: Sandbox, simulator: CloudDriveSimulator) -> None:
    file = next(simulator.library.expected()).id
    for key in "first", "second":
        assert sandbox.run("remote", "property", "drive", file, key, "1", "--yes").number("changed") == 1
    for each in sandbox.run("remote", "property", "drive", file).objects:
        assert sandbox.run("remote", "property", "drive", file, str(each["key"]), "--delete", "--yes").exit == 0
    assert simulator.changes.properties[file, "simulator"] == {}
