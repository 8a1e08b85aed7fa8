"""A library with plain and fixed photos from a simulated account, and without requests so far."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.repair.library_owner import LibraryOwner


@pytest.fixture(scope="module")
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=0, seed=7, years=(2021,)) as running:
        running.library.add(3, missing=frozenset({"taken"}))
        running.library.add(7)
        yield running


@pytest.fixture
def owner(tmp_path: Path, simulator: AmazonSimulator) -> LibraryOwner:
    simulator.faults.clear()
    sandbox = Sandbox(tmp_path)
    sandbox.configure({"amazon": simulator.account_settings()}, exif="fix", artist="Ada")
    assert sandbox.run("pull", "amazon").exit == 0
    simulator.forget()
    return LibraryOwner(sandbox)
