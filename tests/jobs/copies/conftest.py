"""A library as a pull leaves it, and a copy that has nothing yet."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.copies.places import OTHER, Place, S3Server, serving


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with serving(tmp_path_factory.mktemp("s3")) as server:
        yield server


@contextmanager
def service() -> Iterator[AmazonSimulator]:
    """With the same items each time."""
    with AmazonSimulator(items=0) as running:
        running.library.add(4, missing=frozenset({"taken"}))
        running.library.add(8)
        yield running


@pytest.fixture
def simulator() -> Iterator[AmazonSimulator]:
    """The test's own: it may add items."""
    with service() as running:
        yield running


@pytest.fixture(scope="package")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """The user whose library the tests copy."""
    made = Sandbox(tmp_path_factory.mktemp("pulled"))
    with service() as running:
        made.configure({"amazon": running.account_settings()}, exif="fix")
        assert made.run("pull", "amazon").exit == 0
    return made


@pytest.fixture
def sandbox(tmp_path: Path, pulled: Sandbox, simulator: AmazonSimulator, place: Place) -> Sandbox:
    """A user with a library of its own, and a copy that has nothing yet."""
    made = Sandbox(tmp_path / "user")
    made.configure({"amazon": simulator.account_settings()}, exif="fix")
    place.configure(made)
    shutil.copytree(pulled.library, made.library)
    return made


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.slow)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "folder":
        folder = tmp_path / "usb"
        folder.mkdir()
        return Place(str(folder), folder)
    server: S3Server = request.getfixturevalue("s3")
    return server.place(re.sub(r"[^a-z0-9]+", "-", tmp_path.name.lower()).strip("-"))


@pytest.fixture
def other(sandbox: Sandbox, tmp_path: Path) -> Place:
    """Another copy, in a folder; it is configured after the first, and has nothing yet."""
    folder = tmp_path / "third"
    folder.mkdir()
    content = yaml.safe_load(sandbox.config.read_text(encoding="utf-8"))
    content["copies"][OTHER] = str(folder)
    sandbox.config.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return Place(str(folder), folder)
