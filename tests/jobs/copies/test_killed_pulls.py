"""A copy after a run that was killed: its list and its catalog have all that the library has recorded."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from photosync.testing.command import SUMS, Sandbox
from photosync.testing.disk_faults import DiskFault, DiskFaults
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.copies.places import NAME, Place, copied
from tests.jobs.killed_runs import killed_runs

pytestmark = pytest.mark.parametrize("place", ["folder"], indirect=True)


@pytest.fixture
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=4) as running:
        yield running


@pytest.fixture
def pulled(tmp_path: Path, simulator: AmazonSimulator) -> Sandbox:
    made = Sandbox(tmp_path / "pulled")
    made.configure({"amazon": simulator.account_settings()}, exif="fix")
    assert made.run("pull", "amazon").exit == 0
    return made


def restored(sandbox: Sandbox) -> set[str]:
    """The photos of a library that is made out of the copy."""
    new = Sandbox(sandbox.folder.with_name("new"))
    shutil.rmtree(new.folder, ignore_errors=True)
    assert sandbox.run("restore", "--from", NAME, "--to", str(new.library)).exit in (0, 3)
    return photos(new)


def photos(sandbox: Sandbox) -> set[str]:
    return {path.relative_to(sandbox.library).as_posix() for path in sandbox.files()}


def listed(place: Place) -> set[str]:
    """The photos that the copy's list names."""
    lines = (place.folder / SUMS).read_text(encoding="utf-8").splitlines()
    return {line[66:] for line in lines if not line.endswith(".json")}


def test_what_a_run_saved_before_its_end_is_in_the_list_and_in_the_catalog(
    sandbox: Sandbox, place: Place, simulator: AmazonSimulator
) -> None:
    copied(sandbox)
    simulator.library.add(2)
    own = f"{sandbox.library}/.photosync"
    full = [DiskFault(path, errno.ENOSPC, ["write", "rename"]) for path in (f"*/{SUMS}", f"{own}/catalog-copy.db")]
    replace(sandbox, disk=DiskFaults(full)).run("pull", "amazon")
    assert len(photos(sandbox) - listed(place)) == 2
    assert not photos(sandbox) <= {line[66:] for line in (sandbox.library / SUMS).read_text().splitlines()}
    assert copied(sandbox).exit == 0
    assert listed(place) == photos(sandbox)
    place.check_list()
    assert copied(sandbox).number("saved") == 0
    assert restored(sandbox) == photos(sandbox)


@pytest.mark.slow  # a kill before each of the steps
def test_a_copy_after_each_kill_of_a_pull(sandbox: Sandbox, place: Place, simulator: AmazonSimulator) -> None:
    copied(sandbox)
    simulator.library.add(3)
    place.folder.rename(sandbox.folder / "usb")  # it is restored with the rest before each kill
    there = replace(place, settings=str(sandbox.folder / "usb"), folder=sandbox.folder / "usb")
    there.configure(sandbox)
    for _ in killed_runs(sandbox, "rename", "pull", "amazon"):
        copied(sandbox)
        brought = {name for name in there.files() if not name.startswith(".photosync/") and not name.endswith(".json")}
        assert brought - {SUMS} == listed(there) == restored(sandbox)
