"""`remote changes`: what was changed since a checkpoint, and the pull's own checkpoint, which stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing import Fault
from photosync.testing.command import Result, Sandbox
from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_clouddrive.simulator.drive import PICTURES, ROOT
from tests.photosync_clouddrive.conftest import configure


@pytest.fixture
def simulator() -> Iterator[CloudDriveSimulator]:
    with CloudDriveSimulator(items=30, line_nodes=10, gaps=False) as running:
        yield running


@pytest.fixture
def sandbox(simulator: CloudDriveSimulator, tmp_path: Path) -> Sandbox:
    made = Sandbox(tmp_path)
    configure(made, simulator)
    return made


def told(result: Result) -> dict[str, str]:
    """The status of each file and folder, by its id."""
    return {str(row["id"]): str(row["status"]) for row in result.objects if "id" in row}


def changes(sandbox: Sandbox, *options: str) -> Result:
    return sandbox.run("remote", "changes", "drive", *options)


def test_everything_and_then_what_came_after(simulator: CloudDriveSimulator, sandbox: Sandbox) -> None:
    everything = changes(sandbox)
    assert (everything.exit, everything.summary["is_everything"]) == (Exit.OK, True)
    ids = {item.id for item in simulator.library.expected()}
    assert ids | {ROOT, PICTURES} <= set(told(everything))
    assert everything.number("changes") == len(told(everything)) == len(everything.objects) - 1
    checkpoint = str(everything.summary["checkpoint"])
    quiet = changes(sandbox, "--since", checkpoint)
    assert (quiet.exit, quiet.number("changes"), quiet.summary["is_everything"]) == (Exit.OK, 0, False)
    gone, trashed, *_ = sorted(ids)
    simulator.library.remove(gone)
    simulator.drive.say(trashed, status="TRASH")
    folder = simulator.drive.add_folder("New")
    after = changes(sandbox, "--since", checkpoint)
    assert told(after)[folder] == "available"
    assert told(after)[trashed] == "trash"
    assert set(told(after)) == {gone, trashed, folder}
    assert changes(sandbox, "--since", str(after.summary["checkpoint"])).number("changes") == 0


def test_a_pull_is_not_affected(simulator: CloudDriveSimulator, sandbox: Sandbox) -> None:
    assert sandbox.run("pull", "drive").exit == Exit.OK
    simulator.library.add(count=3)
    assert changes(sandbox).exit == Exit.OK
    assert sandbox.run("pull", "drive").number("saved") == 3


@pytest.mark.parametrize("fault", ["cut_changes", "no_end"])
def test_a_stream_that_breaks_off_tells_each_once(simulator: CloudDriveSimulator, sandbox: Sandbox, fault: str) -> None:
    whole = told(changes(sandbox))
    simulator.faults.set(fault, {"value": 1.5, "times": 2})
    result = changes(sandbox)
    assert (result.exit, told(result)) == (Exit.OK, whole)
    assert result.number("changes") == len(whole)


def test_a_stream_without_an_end_gives_the_checkpoint_of_what_came(
    simulator: CloudDriveSimulator, sandbox: Sandbox
) -> None:
    whole = told(changes(sandbox))
    simulator.faults.no_end = Fault(value=1, times=1)
    simulator.faults.server_error = Fault(value=503, after=1, on="list")
    first = changes(sandbox)
    assert first.exit not in (Exit.OK, Exit.INTERNAL)
    simulator.faults.clear()
    rest = changes(sandbox, "--since", str(first.summary["checkpoint"]))
    assert rest.exit == Exit.OK
    assert told(first) | told(rest) == whole
    assert told(first)


def test_old_and_wrong_checkpoints(simulator: CloudDriveSimulator, sandbox: Sandbox) -> None:
    forgotten = changes(sandbox, "--since", "Chkpnt99-1")
    assert (forgotten.exit, forgotten.summary["is_everything"]) == (Exit.OK, True)
    simulator.faults.refuse_checkpoint = Fault()
    refused = changes(sandbox, "--since", "nonsense")
    assert (refused.exit, "nonsense" in refused.stderr) == (Exit.USAGE, True)


def test_a_service_that_tells_no_changes(sandbox: Sandbox) -> None:
    nobody = {"email": "me@example.com", "password": "secret", "endpoints": {"api": "http://127.0.0.1:9"}}
    sandbox.configure({"aura": nobody})
    result = sandbox.run("remote", "changes", "aura")
    assert (result.exit, "does not tell what was changed" in result.stderr) == (Exit.USAGE, True)
