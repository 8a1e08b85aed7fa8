"""Runs that are killed before each of their changes on the disk: the next run completes and tidies everything."""

import errno
import hashlib
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync.testing.disk_faults import DiskFault, DiskFaults
from photosync_amazon.simulator import AmazonSimulator

KILLED = -9
pytestmark = pytest.mark.slow  # every kill point


@pytest.fixture(scope="module")
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=0) as running:
        running.library.add(2, missing=frozenset({"taken"}))
        running.library.add(2)
        yield running


def sandboxes(folder: Path, simulator: AmazonSimulator) -> Iterator[tuple[Sandbox, Sandbox]]:
    """New sandboxes; in each, the second value is the same user, whose runs are killed before a later change."""
    for number in count(1):
        sandbox = Sandbox(folder / str(number))
        sandbox.folder.mkdir()
        sandbox.configure({"amazon": simulator.account_settings()}, exif="fix", artist="Ada")
        yield sandbox, replace(sandbox, crash_at=str(number))


def content(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check_order(sandbox: Sandbox) -> None:
    """The list is complete and right, and there are no temporary files."""
    command = ["sha256sum", "-c", "--quiet", "--strict", "SHA256SUMS"]
    done = subprocess.run(command, cwd=sandbox.library, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    listed = {line[66:] for line in (sandbox.library / "SHA256SUMS").read_text().splitlines()}
    assert listed == {str(path.relative_to(sandbox.library)) for path in sandbox.files()}
    check_no_temporary_files(sandbox.library)


def check_no_temporary_files(folder: Path) -> None:
    names = {path.name for path in folder.rglob("*")}
    assert not {
        name for name in names if name.startswith(".photosync-") or name.endswith((".new", ".partial", ".part"))
    }


def test_a_first_pull(tmp_path: Path, simulator: AmazonSimulator) -> None:
    wanted: set[str] = set()
    for sandbox, doomed in sandboxes(tmp_path, simulator):
        killed = doomed.run("pull", "amazon")
        if killed.exit == KILLED:
            assert sandbox.run("pull", "amazon").exit == 0
        check_order(sandbox)
        wanted = wanted or {content(path) for path in sandbox.files()}
        assert {content(path) for path in sandbox.files()} == wanted
        assert len(sandbox.files()) == len(wanted) == 4
        if killed.exit != KILLED:
            break


def test_a_pull_to_another_disk(tmp_path: Path) -> None:
    left = set[bool]()
    with AmazonSimulator(items=1) as simulator:
        for sandbox, doomed in sandboxes(tmp_path, simulator):
            other_disk = DiskFault("*/library/amazon/*", errno.EXDEV, ["rename"])
            killed = replace(doomed, disk=DiskFaults([other_disk])).run("pull", "amazon")
            left.add(any(sandbox.library.rglob(".photosync-*.new")))
            if killed.exit != KILLED:
                break
            sandbox.run("pull", "amazon", "--year", "1970")  # it does not move the photo
            check_no_temporary_files(sandbox.library / "amazon")
    assert left == {True, False}


CHANGES: dict[str, tuple[str, ...]] = {
    "fix": ("--set", "artist=Grace"),
    "sidecars": ("--sidecar", "--set", "artist=Grace"),
    "undo": ("--undo",),
}


@pytest.mark.parametrize("options", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("following", ["pull", "fix"])
def test_fix_in_a_library(tmp_path: Path, simulator: AmazonSimulator, options: tuple[str, ...], following: str) -> None:
    for sandbox, doomed in sandboxes(tmp_path, simulator):
        sandbox.run("pull", "amazon")
        killed = doomed.run("fix", str(sandbox.library), *options)
        if following == "pull":
            assert sandbox.run("pull", "amazon").exit == 0
            check_order(sandbox)
        assert sandbox.run("fix", str(sandbox.library), "--undo").exit == 0
        check_order(sandbox)
        assert set(sandbox.hashes()) == {item.md5 for item in simulator.library.expected()}
        if killed.exit != KILLED:
            break


def test_fix_in_a_folder_of_the_user(tmp_path: Path, simulator: AmazonSimulator) -> None:
    for sandbox, doomed in sandboxes(tmp_path, simulator):
        folder = sandbox.folder / "photos"
        folder.mkdir()
        for item in simulator.library.expected():
            (folder / f"{item.id}.jpg").write_bytes(simulator.library.content_of(item.id))
        before = {path: path.read_bytes() for path in folder.iterdir()}
        killed = doomed.run("fix", str(folder), "--set", "artist=Ada")
        assert sandbox.run("fix", str(folder), "--set", "artist=Ada").exit == 0
        check_no_temporary_files(folder)
        assert sandbox.run("fix", str(folder), "--undo").exit == 0
        assert {path: path.read_bytes() for path in folder.iterdir()} == before
        if killed.exit != KILLED:
            break
