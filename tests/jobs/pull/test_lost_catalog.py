"""A library whose catalog was lost: what lies there is recorded again, and not downloaded."""

import hashlib
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from photosync.library import digest_of
from photosync.testing.command import Sandbox
from photosync.testing.jpeg import encode
from photosync.testing.receiving import Upload
from photosync_amazon.simulator import AmazonSimulator
from photosync_aura.simulator import AuraSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator

Simulator = AmazonSimulator | AuraSimulator | CloudDriveSimulator


@pytest.fixture(params=[AmazonSimulator, AuraSimulator, CloudDriveSimulator])
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with request.param(items=40, seed=3) as running:
        yield running


@pytest.fixture
def sandbox(tmp_path: Path, simulator: Simulator) -> Sandbox:
    made = Sandbox(tmp_path)
    made.configure({"account": simulator.account_settings()}, exif="fix")
    assert made.run("pull", "account").exit == 0
    return made


def lose_catalog(sandbox: Sandbox) -> None:
    """And its copy."""
    for path in (sandbox.library / ".photosync").glob("catalog*"):
        path.unlink()


def contents(sandbox: Sandbox) -> dict[Path, str]:
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in sandbox.files()}


def check_list(sandbox: Sandbox) -> None:
    command = ["sha256sum", "-c", "--quiet", "--strict", "SHA256SUMS"]
    done = subprocess.run(command, cwd=sandbox.library, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    listed = {line[66:] for line in (sandbox.library / "SHA256SUMS").read_text().splitlines()}
    assert {str(path.relative_to(sandbox.library)) for path in [*sandbox.files(), *sandbox.made()]} == listed


def test_nothing_that_was_fixed_is_downloaded_again(sandbox: Sandbox, simulator: Simulator) -> None:
    before, fixed = contents(sandbox), sandbox.run("status").objects[0]["fixed"]
    lose_catalog(sandbox)
    simulator.forget()
    again = sandbox.run("pull", "account")
    assert (again.exit, again.number("saved"), simulator.counts["content"]) == (0, 0, 0)
    assert contents(sandbox) == before
    assert sandbox.run("status").objects[0]["fixed"] == fixed != 0
    check_list(sandbox)
    assert sandbox.run("pull", "account", "--full").number("saved") == 0


def test_the_delivered_bytes_are_still_known(sandbox: Sandbox, simulator: Simulator) -> None:
    sandbox.run("fix", str(sandbox.library), "--set", "artist=Ada")
    lose_catalog(sandbox)
    sandbox.run("pull", "account")
    assert sandbox.run("fix", str(sandbox.library), "--undo").exit == 0
    delivered = {item.md5 for item in simulator.library.expected()}
    assert set(sandbox.hashes()) == delivered
    check_list(sandbox)


def test_sidecars_are_known_again(sandbox: Sandbox) -> None:
    sandbox.run("fix", str(sandbox.library), "--sidecar", "--set", "artist=Ada")
    before = contents(sandbox)
    assert any(path.suffix == ".xmp" for path in before)
    lose_catalog(sandbox)
    sandbox.run("pull", "account")
    assert contents(sandbox) == before
    check_list(sandbox)
    sandbox.run("fix", str(sandbox.library), "--undo")
    assert not any(path.suffix == ".xmp" for path in sandbox.files())
    check_list(sandbox)


def test_a_file_that_was_changed_since_is_not_adopted(sandbox: Sandbox, simulator: Simulator) -> None:
    path = sandbox.files()[5]
    path.write_bytes(path.read_bytes()[:-40])
    lose_catalog(sandbox)
    simulator.forget()
    sandbox.run("pull", "account")
    assert simulator.counts["content"] == 1


def test_of_items_with_one_content_each_has_its_own_file(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(encode([[(10, 20, 30)]]))
    digest, wanted = digest_of(photo), 5
    with AmazonSimulator(items=0) as simulator:
        for number in range(wanted):
            upload = Upload(photo, digest.size_bytes, digest.md5, digest.sha256)
            name = ("IMG_1.JPG", "IMG_2.JPG")[number % 2]
            simulator.library.receive(upload, name=name, taken=datetime(2021, 3, 1, number), missing=frozenset())
        sandbox = Sandbox(tmp_path / "user")
        sandbox.folder.mkdir()
        sandbox.configure({"account": simulator.account_settings()})
        assert sandbox.run("pull", "account").number("saved") == wanted
        before = contents(sandbox)
        assert len(before) == wanted
        lose_catalog(sandbox)
        again = sandbox.run("pull", "account")
        assert (again.exit, again.number("saved")) == (0, 0)
        assert contents(sandbox) == before
        assert sandbox.run("pull", "account", "--full").number("saved") == 0


def test_a_file_that_is_recorded_without_its_sidecar_gets_it(tmp_path: Path) -> None:
    """A killed run leaves such a file too."""
    with AmazonSimulator(items=0) as simulator:
        simulator.library.add(2, missing=frozenset({"taken"}))
        sandbox = Sandbox(tmp_path)
        sandbox.configure({"account": simulator.account_settings()}, exif="sidecar", artist="Ada")
        assert sandbox.run("pull", "account").exit == 0
        before = contents(sandbox)
        sidecar = next(path for path in before if path.suffix == ".xmp")
        lose_catalog(sandbox)
        sidecar.unlink()
        simulator.forget()
        assert sandbox.run("pull", "account").exit == 0
        assert simulator.counts["content"] == 0
        assert contents(sandbox) == before
        check_list(sandbox)
