"""A library with fixed files, a sidecar of the program and one of the user, as a pull leaves it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator


@pytest.fixture(scope="package")
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=0) as running:
        running.library.add(4, missing=frozenset({"taken"}))
        running.library.add(6)
        yield running


@pytest.fixture(scope="package")
def pulled(tmp_path_factory: pytest.TempPathFactory, simulator: AmazonSimulator) -> Sandbox:
    """The user whose library the tests copy."""
    made = Sandbox(tmp_path_factory.mktemp("pulled"))
    made.configure({"amazon": simulator.account_settings()}, exif="fix", artist="Ada")
    assert made.run("pull", "amazon").exit == 0
    assert made.run("fix", str(made.files()[-1]), "--sidecar", "--set", "copyright=Ada").exit == 0
    assert len(list(made.library.rglob("*.xmp"))) == 1
    return made


@pytest.fixture
def sandbox(tmp_path: Path, pulled: Sandbox, simulator: AmazonSimulator) -> Sandbox:
    """A user with a library of its own."""
    made = Sandbox(tmp_path)
    made.configure({"amazon": simulator.account_settings()}, exif="fix", artist="Ada")
    shutil.copytree(pulled.library, made.library)
    return made
