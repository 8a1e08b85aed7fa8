"""A pull to a file system that does not support something: it is said once, and the run goes on."""

import errno
import hashlib
from collections.abc import Iterator
from dataclasses import replace

import pytest

from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync.testing.disk_faults import DiskFault, DiskFaults
from photosync_amazon.simulator import AmazonSimulator

ITEMS = 3


@pytest.fixture(scope="module")
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=ITEMS) as simulator:
        yield simulator


def on_disk(sandbox: Sandbox, call: str, number: int) -> Sandbox:
    """With a library on a file system that refuses this call."""
    return replace(sandbox, disk=DiskFaults([DiskFault(f"{sandbox.library}*", number, calls=(call,))]))


def check_sums(sandbox: Sandbox) -> None:
    lines = (sandbox.library / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert len(lines) == ITEMS + len(sandbox.made())
    for sha256, path in (line.split("  ") for line in lines):
        assert hashlib.sha256((sandbox.library / path).read_bytes()).hexdigest() == sha256


@pytest.mark.parametrize(
    ("call", "number", "said"),
    [
        ("fsync", errno.EINVAL, "syncing of folders"),
        ("fsync", errno.ENOTSUP, "syncing of folders"),
        ("fsync", errno.EBADF, "syncing of folders"),
        ("utime", errno.EPERM, "times of files"),
        ("utime", errno.ENOSYS, "times of files"),
        ("chmod", errno.EPERM, "permissions of files"),
        ("flock", errno.ENOLCK, "locks"),
        ("flock", errno.EOPNOTSUPP, "locks"),
        ("flock", errno.ENOSYS, "locks"),
    ],
)
@pytest.mark.parametrize("exif", ["off", "fix"])
def test_what_is_not_supported_is_said_once(
    sandbox: Sandbox, simulator: AmazonSimulator, call: str, number: int, said: str, exif: str
) -> None:
    sandbox.configure({"amazon": simulator.account_settings()}, exif=exif)
    mount = on_disk(sandbox, call, number)
    result = mount.run("pull", "amazon")
    result.check_complete()
    assert result.number("saved") == ITEMS
    assert f"does not support {said}" in result.stderr, result
    assert result.stderr.count("does not support") <= 2
    check_sums(sandbox)
    assert mount.run("pull", "amazon", "--full").number("unchanged") == ITEMS
    assert mount.run("fix", str(sandbox.library)).exit == 0
    assert mount.run("fix", "--undo", str(sandbox.library)).exit == 0
    check_sums(sandbox)
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EROFS])
@pytest.mark.parametrize("call", ["fsync", "flock"])
def test_a_failing_disk_is_an_error_of_these_calls_too(sandbox: Sandbox, call: str, number: int) -> None:
    result = on_disk(sandbox, call, number).run("pull", "amazon")
    assert result.exit == 6
    assert str(sandbox.library) in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("exif", ["off", "fix"])
def test_a_content_that_is_not_on_the_disk_gets_no_name(
    sandbox: Sandbox, simulator: AmazonSimulator, exif: str
) -> None:
    sandbox.configure({"amazon": simulator.account_settings()}, exif=exif)
    of_partial_files = DiskFault(f"{sandbox.library}/.photosync/partial/*", errno.EIO, calls=("fsync_file",))
    assert replace(sandbox, disk=DiskFaults([of_partial_files])).run("pull", "amazon").exit == 6
    assert not [path for path in sandbox.library.iterdir() if path.name != ".photosync"]
    sandbox.run("pull", "amazon").check_complete()
    check_sums(sandbox)


def test_a_run_without_file_locks_excludes_others(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    mount = on_disk(sandbox, "flock", errno.ENOLCK)
    held = sandbox.library / ".photosync" / "lock.held"
    simulator.faults.hold = hold = Fault(on="content")
    first = mount.start("pull", "amazon")
    assert simulator.wait_for(lambda: hold.fired > 0)
    assert held.exists()
    assert mount.run("pull", "amazon").exit == 7
    simulator.faults.clear()
    first.communicate(timeout=60)
    assert first.returncode == 0
    first = mount.start("pull", "amazon", "--full")
    first.kill()
    first.communicate(timeout=30)
    assert mount.run("pull", "amazon").exit == 0  # what a killed run left holds nobody up
    assert not held.exists()


def test_a_catalog_without_shared_memory(sandbox: Sandbox) -> None:
    (sandbox.library / ".photosync" / "catalog.db-shm").mkdir(parents=True)  # SQLite cannot create its file
    sandbox.run("pull", "amazon").check_complete()
    assert sandbox.run("pull", "amazon").number("unchanged") == ITEMS
    assert sandbox.run("status").objects[0]["items"] == ITEMS
    assert len(sandbox.run("list", "amazon", "--saved").objects) == ITEMS
