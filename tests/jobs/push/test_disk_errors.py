"""`push` where the disk refuses something: files that cannot be read, and a catalog that cannot be written."""

import errno
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing.command import Result, Sandbox
from photosync.testing.disk_faults import DiskFault, DiskFaults
from photosync_clouddrive.simulator import CloudDriveSimulator
from tests.photosync_clouddrive.push.drive_user import photo


@pytest.fixture
def simulator() -> Iterator[CloudDriveSimulator]:
    with CloudDriveSimulator(items=0) as running:
        yield running


@pytest.fixture
def sandbox(tmp_path: Path, simulator: CloudDriveSimulator) -> Sandbox:
    made = Sandbox(tmp_path)
    made.configure({"drive": simulator.account_settings()})
    for name in ("IMG_1.JPG", "IMG_2.JPG", "closed/IMG_3.JPG"):
        path = tmp_path / "Trip" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(photo())
    return made


def push(sandbox: Sandbox, *faults: DiskFault, largest_file_bytes: int | None = None) -> Result:
    with_faults = replace(sandbox, disk=DiskFaults(faults, largest_file_bytes))
    result = with_faults.run("push", "drive", str(sandbox.folder / "Trip"))
    assert "Traceback" not in result.stderr
    result.check_totals()
    return result


def test_what_cannot_be_read_fails_alone(sandbox: Sandbox) -> None:
    (sandbox.folder / "Trip" / "loop.jpg").symlink_to("loop.jpg")
    result = push(
        sandbox,
        DiskFault("*/Trip/closed", errno.EACCES, ["list"]),
        DiskFault("*/Trip/closed/*", errno.EACCES, ["read"]),
        DiskFault("*/Trip/IMG_2.JPG", errno.ENOENT, ["read"]),
    )
    assert (result.exit, result.number("saved")) == (Exit.PARTIAL, 1), result
    assert result.reasons == ["unreadable"] * 3
    assert push(sandbox).number("saved") == 2


def test_a_path_through_a_loop_of_links_is_a_usage_error(sandbox: Sandbox) -> None:
    (sandbox.folder / "loop").symlink_to("loop")
    result = sandbox.run("push", "drive", str(sandbox.folder / "loop" / "x"))
    assert result.exit == Exit.USAGE, result
    assert "cannot be read" in result.stderr


@pytest.mark.parametrize("limit", [8_000, 30_000, 60_000])
def test_a_catalog_that_cannot_be_written_ends_the_push_and_nothing_is_sent_twice(
    sandbox: Sandbox, simulator: CloudDriveSimulator, limit: int
) -> None:
    for number in range(60):
        (sandbox.folder / "Trip" / f"B_{number}.JPG").write_bytes(photo())
    assert sandbox.run("pull", "drive").exit == Exit.OK
    result = push(sandbox, largest_file_bytes=limit)
    assert result.exit == Exit.DESTINATION, result
    assert push(sandbox).exit == Exit.OK
    names = [path for path in simulator.tree() if path.startswith("Trip/")]
    assert len(names) == 63
