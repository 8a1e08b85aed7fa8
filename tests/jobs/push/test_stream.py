"""`push ACCOUNT -`: what comes from standard input is pushed, and kept until the service has it."""

from __future__ import annotations

import errno
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing import Fault
from photosync.testing.command import Result, Sandbox
from photosync.testing.disk_faults import DiskFault, DiskFaults
from photosync_clouddrive.simulator import CloudDriveSimulator
from tests.photosync_clouddrive.push.drive_user import md5, photo

NAME = "IMG_1.JPG"


@pytest.fixture
def simulator() -> Iterator[CloudDriveSimulator]:
    with CloudDriveSimulator(items=0) as running:
        yield running


@pytest.fixture
def sandbox(tmp_path: Path, simulator: CloudDriveSimulator) -> Sandbox:
    made = Sandbox(tmp_path)
    made.configure({"drive": simulator.account_settings()}, retry_budget="1s")
    return made


def push(sandbox: Sandbox, content: bytes, *options: str) -> Result:
    return sandbox.run("push", "drive", "-", "--name", NAME, *options, stdin=content)


def kept(sandbox: Sandbox) -> list[Path]:
    """The files that are left of streams."""
    return [path for path in (sandbox.home / ".local" / "state").rglob("streams/*/*") if path.is_file()]


def test_it_goes_to_the_folder_that_is_named(sandbox: Sandbox, simulator: CloudDriveSimulator) -> None:
    content = photo()
    push(sandbox, content, "--to", "Trip/Monday").check_complete()
    assert simulator.tree() == {f"Trip/Monday/{NAME}": md5(content)}
    assert kept(sandbox) == []


def test_another_content_of_its_name_is_not_replaced(sandbox: Sandbox, simulator: CloudDriveSimulator) -> None:
    contents = [photo(), photo()]
    for content in contents:
        push(sandbox, content).check_complete()
    assert sorted(simulator.tree().values()) == sorted(map(md5, contents))
    assert simulator.tree()[NAME] == md5(contents[0])


def test_a_pull_brings_it_since_no_file_of_the_user_has_it(sandbox: Sandbox) -> None:
    content = photo()
    push(sandbox, content).check_complete()
    assert sandbox.run("pull", "drive").number("saved") == 1
    assert sandbox.hashes() == {md5(content): 1}


def test_a_dry_run_reads_it_and_sends_and_keeps_nothing(sandbox: Sandbox, simulator: CloudDriveSimulator) -> None:
    assert push(sandbox, photo(), "--dry-run").number("saved") == 1
    assert simulator.tree() == {}
    assert kept(sandbox) == []


def test_what_could_not_be_sent_is_kept_and_can_be_pushed(sandbox: Sandbox, simulator: CloudDriveSimulator) -> None:
    content = photo()
    simulator.uploads.quota_bytes = 1
    result = push(sandbox, content)
    assert (result.exit, result.reasons) == (Exit.PARTIAL, ["storage_full"]), result
    (path,) = kept(sandbox)
    assert str(path) in result.stderr
    assert (path.name, path.read_bytes()) == (NAME, content)
    simulator.uploads.quota_bytes = None
    sandbox.run("push", "drive", str(path)).check_complete()
    assert simulator.tree() == {NAME: md5(content)}


def test_what_is_no_photo_is_kept(sandbox: Sandbox, simulator: CloudDriveSimulator) -> None:
    result = sandbox.run("push", "drive", "-", "--name", "notes.txt", stdin=b"Sunny.")
    assert (result.exit, result.number("filtered"), simulator.tree()) == (Exit.OK, 1, {})
    assert [path.read_bytes() for path in kept(sandbox)] == [b"Sunny."]
    sandbox.run("push", "drive", "-", "--name", "notes.txt", "--all-files", stdin=b"Sunny.").check_complete()
    assert simulator.tree() == {"notes.txt": md5(b"Sunny.")}


def test_a_file_that_is_called_so_is_named_with_its_folder(sandbox: Sandbox, simulator: CloudDriveSimulator) -> None:
    content = photo()
    (sandbox.folder / "-").write_bytes(content)
    sandbox.run("push", "drive", "./-").check_complete()
    assert simulator.tree() == {"-": md5(content)}


def test_an_empty_stream_is_an_empty_file(sandbox: Sandbox, simulator: CloudDriveSimulator) -> None:
    push(sandbox, b"").check_complete()
    assert simulator.tree() == {NAME: md5(b"")}


@pytest.mark.parametrize(
    "arguments",
    [
        ("-",),
        ("-", "--name", ""),
        ("-", "--name", "a/b.jpg"),
        ("-", "--name", ".."),
        ("-", "/tmp", "--name", NAME),
        ("/tmp", "--name", NAME),
        ("-", "-", "--name", NAME),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_read(
    sandbox: Sandbox, simulator: CloudDriveSimulator, arguments: tuple[str, ...]
) -> None:
    result = sandbox.run("push", "drive", *arguments, stdin=photo())
    assert result.exit == Exit.USAGE, result
    assert simulator.counts["requests"] == 0
    assert kept(sandbox) == []


def test_a_full_disk_ends_it_before_anything_is_sent(sandbox: Sandbox, simulator: CloudDriveSimulator) -> None:
    full = replace(sandbox, disk=DiskFaults([DiskFault(f"*/streams/*/{NAME}", errno.ENOSPC, ["write"])]))
    result = push(full, photo())
    assert result.exit == Exit.DESTINATION, result
    assert "standard input" in result.stderr
    assert simulator.tree() == {}
    assert kept(sandbox) == []


def test_an_interruption_while_it_comes_leaves_nothing(sandbox: Sandbox, simulator: CloudDriveSimulator) -> None:
    process = sandbox.start("push", "drive", "-", "--name", NAME)
    process.stdin.buffer.write(photo())
    process.stdin.flush()
    while not kept(sandbox) and process.poll() is None:
        pass
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == Exit.TERMINATED
    assert kept(sandbox) == []
    assert simulator.tree() == {}


def killed(sandbox: Sandbox, *arguments: str, content: bytes, is_complete: bool, reached: Callable[[], bool]) -> None:
    """Kill a run that gets `content`, when `reached` says so."""
    process = sandbox.start(*arguments)
    process.stdin.buffer.write(content)
    process.stdin.flush()
    if is_complete:
        process.stdin.close()
    while not reached() and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.communicate()


def test_a_kill_while_it_comes_leaves_nothing_for_long(sandbox: Sandbox) -> None:
    killed(
        *(sandbox, "push", "drive", "-", "--name", NAME),
        content=photo(),
        is_complete=False,
        reached=lambda: bool(kept(sandbox)),
    )
    assert kept(sandbox)
    result = sandbox.run("pull", "drive")
    assert (result.exit, "standard input" in result.stderr, kept(sandbox)) == (Exit.OK, False, [])
    assert not list((sandbox.home / ".local" / "state").rglob("streams/*"))


def test_a_complete_content_survives_a_kill_and_is_named_once(sandbox: Sandbox, simulator: CloudDriveSimulator) -> None:
    content = photo()
    held = simulator.faults.hold = Fault(on="upload")
    killed(
        *(sandbox, "push", "drive", "-", "--name", NAME),
        content=content,
        is_complete=True,
        reached=lambda: held.seen > 0,
    )
    simulator.faults.clear()
    result = sandbox.run("pull", "drive")
    (path,) = kept(sandbox)
    assert (result.exit, str(path) in result.stderr, path.read_bytes()) == (Exit.OK, True, content)
    assert str(path) not in sandbox.run("push", "drive", str(path)).stderr
    assert simulator.tree() == {NAME: md5(content)}


def test_a_content_that_another_run_needs_stays(sandbox: Sandbox, simulator: CloudDriveSimulator) -> None:
    process = sandbox.start("push", "drive", "-", "--name", NAME)
    content = photo()
    process.stdin.buffer.write(content)
    process.stdin.flush()
    while not kept(sandbox) and process.poll() is None:
        time.sleep(0.01)
    sandbox.run("pull", "drive")
    assert len(kept(sandbox)) == 1
    process.communicate(timeout=60)
    assert process.returncode == Exit.OK
    assert (simulator.tree(), kept(sandbox)) == ({NAME: md5(content)}, [])
