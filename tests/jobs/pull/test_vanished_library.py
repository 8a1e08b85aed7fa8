"""The library's disk is unmounted, moved or replaced while a pull works: nothing is written to what is there then."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync.testing.simulator import Simulator
from photosync_amazon.simulator import AmazonSimulator
from photosync_aura.simulator import KITCHEN, AuraSimulator

ITEMS = 12


@pytest.fixture
def amazon() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=ITEMS) as running:
        yield running


def tree(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def pull_and_meanwhile(
    sandbox: Sandbox, simulator: Simulator, folder: Path, other: Path | None
) -> tuple[int, str, dict[Path, bytes]]:
    """A pull in the middle of which the folder is moved away, and `other` to its place: exit, stderr, what is there."""
    hold = simulator.faults.hold = Fault(after=4, on="content")
    process = sandbox.start("pull", "account", "--jobs", "2")
    try:
        assert simulator.wait_for(lambda: hold.fired >= 1)
        folder.rename(folder.with_name("unmounted"))
        if other is not None:
            shutil.copytree(other, folder)
    finally:
        simulator.faults.clear()
        _, stderr = process.communicate(timeout=60)
    there = tree(folder) if folder.exists() else {}
    shutil.rmtree(folder, ignore_errors=True)
    folder.with_name("unmounted").rename(folder)
    return process.returncode, stderr, there


@pytest.mark.parametrize("is_replaced", [False, True])
def test_the_library(tmp_path: Path, amazon: AmazonSimulator, *, is_replaced: bool) -> None:
    sandbox, other = Sandbox(tmp_path / "user"), Sandbox(tmp_path / "other")
    for each in (sandbox, other):
        each.configure({"account": amazon.account_settings()})
    if is_replaced:
        assert other.run("pull", "account", "--limit", "3").exit == 0
    before = tree(other.library) if is_replaced else {}
    status, stderr, there = pull_and_meanwhile(sandbox, amazon, sandbox.library, other.library if is_replaced else None)
    assert status == Exit.DESTINATION, stderr
    assert str(sandbox.library) in stderr
    assert there == before
    again = sandbox.run("pull", "account")
    assert again.exit == Exit.OK, again
    assert len(sandbox.files()) == ITEMS
    assert len((sandbox.library / "SHA256SUMS").read_text().splitlines()) == ITEMS + len(sandbox.made())
    assert sandbox.leftovers() == []


def test_a_folder_outside_the_library(tmp_path: Path) -> None:
    with AuraSimulator(items=ITEMS) as simulator:
        sandbox, frame = Sandbox(tmp_path / "user"), tmp_path / "frame"
        settings = {**simulator.account_settings(), "frames": {"kitchen": {"id": KITCHEN, "path": str(frame)}}}
        sandbox.configure({"account": {"provider": "aura", **settings}})
        status, stderr, there = pull_and_meanwhile(sandbox, simulator, frame, None)
        assert status == Exit.DESTINATION, stderr
        assert (str(frame) in stderr, there) == (True, {})
        assert sandbox.run("pull", "account").exit == Exit.OK
        assert len((frame / "SHA256SUMS").read_text().splitlines()) == ITEMS + 1  # and albums.json
