"""A repair on a disk that is full or read-only, and one that is killed: the library never has less than before."""

import errno
import fcntl
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync.testing.disk_faults import DiskFault, DiskFaults
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.repair.damages import a_folder_in_its_place, exchanged_with_another, one_byte, renamed
from tests.jobs.repair.library_owner import LibraryOwner, damage, sha256, sources

KILLED = -9


def on_disk(owner: LibraryOwner, *faults: DiskFault) -> LibraryOwner:
    return LibraryOwner(replace(owner.sandbox, disk=DiskFaults(faults)))


@pytest.mark.parametrize("source", ["account", "folder"])
def test_a_full_disk_ends_it_and_changes_nothing(owner: LibraryOwner, source: str) -> None:
    options = ["--from", str(owner.backup())] if source == "folder" else []
    before = owner.contents()
    for photo in owner.photos()[:3]:
        one_byte(owner.sandbox, photo)
    harmed = owner.contents()
    full = DiskFault("*/.photosync/partial/*", errno.ENOSPC, ["write"])
    result = on_disk(owner, full).verify("--repair", *options)
    assert result.exit == 6
    assert "No space" in str(result.summary["message"])
    assert len(damage(result)) == 3
    assert owner.contents() == harmed
    assert owner.damaged() == []
    owner.repair(*options)
    assert owner.contents() == before


def test_a_library_that_cannot_be_written(owner: LibraryOwner) -> None:
    photo = owner.photos()[0]
    one_byte(owner.sandbox, photo)
    bad = sha256(photo)
    read_only = DiskFault(f"{owner.library}/*", errno.EROFS, ["write", "mkdir", "rename", "remove"])
    result = on_disk(owner, read_only).sandbox.run("verify", "--repair")
    assert result.exit == 6, result
    assert sha256(photo) == bad


def test_another_run_has_the_lock(owner: LibraryOwner, simulator: AmazonSimulator) -> None:
    with (owner.library / ".photosync" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert owner.sandbox.run("verify", "--repair").exit == 7


def test_a_file_in_the_place_of_a_folder_is_moved_away(owner: LibraryOwner) -> None:
    before, backup = owner.contents(), owner.backup()
    folder = owner.photos()[0].parent
    shutil.rmtree(folder)
    folder.write_text("the user's")
    assert sources(owner.repair("--from", str(backup))) == {"folder"}
    assert owner.contents() == before
    (kept,) = owner.damaged()
    assert kept.read_text() == "the user's"


def test_a_folder_on_a_disk_that_is_not_mounted(owner: LibraryOwner) -> None:
    """Only its files are left: they are on that disk."""
    backup, (first, *others) = owner.backup(), owner.photos()
    folder = first.parent
    inside = {path for path in (first, *others) if path.parent == folder}
    other = next(path for path in others if path not in inside)
    other.unlink()
    shutil.rmtree(folder)
    folder.symlink_to("/nowhere/mounted")
    result = owner.verify("--repair", "--from", str(backup))
    assert result.exit == 10
    left = [each for each in damage(result) if each["repaired_from"] is None]
    assert {owner.library / str(each["path"]) for each in left} == inside
    assert all("is no folder" in str(each["error"]) for each in left)
    assert folder.is_symlink()
    assert other.exists()


def test_a_folder_that_is_a_link_to_another_disk(owner: LibraryOwner, tmp_path: Path) -> None:
    before = owner.contents()
    elsewhere = tmp_path / "elsewhere"
    shutil.move(owner.library / "amazon", elsewhere)
    (owner.library / "amazon").symlink_to(elsewhere)
    photos = sorted(path for path in before if path.suffix != ".xmp")
    one_byte(owner.sandbox, photos[0])
    photos[1].unlink()
    other_disk = DiskFault(f"{owner.library}/amazon/*", errno.EXDEV, ["rename"])
    assert on_disk(owner, other_disk).verify("--repair").exit == 0
    assert {path: sha256(path) for path in before} == before


@pytest.fixture(scope="module")
def small() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=0, seed=7, years=(2021,)) as running:
        running.library.add(2, missing=frozenset({"taken"}))
        running.library.add(2)
        yield running


def harm(owner: LibraryOwner, number: int) -> None:
    """Several kinds of damage at once."""
    photos = owner.photos()
    exchanged_with_another(owner.sandbox, photos[0])
    if number == 0:
        renamed(owner.sandbox, photos[2])
        one_byte(owner.sandbox, photos[3])
    else:
        a_folder_in_its_place(owner.sandbox, photos[2])
        for record in (owner.library / ".photosync" / "undo").rglob("*.json"):
            record.unlink()
        (owner.library / "SHA256SUMS").unlink()


@pytest.mark.slow  # every kill point
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", [0, 1])
@pytest.mark.parametrize("following", ["pull", "verify"])
def test_killed_before_every_second_step(tmp_path: Path, small: AmazonSimulator, kind: int, following: str) -> None:
    pulled = Sandbox(tmp_path / "pulled")
    pulled.folder.mkdir()
    pulled.configure({"amazon": small.account_settings()}, exif="fix", artist="Ada")
    assert pulled.run("pull", "amazon").exit == 0
    wanted = {sha256(path) for path in pulled.files()}
    for number in count(1 if following == "pull" else 2, 2):
        owner = LibraryOwner(Sandbox(tmp_path / str(number)))
        owner.sandbox.folder.mkdir()
        shutil.copytree(pulled.library, owner.library)
        owner.sandbox.configure({"amazon": small.account_settings()}, exif="fix", artist="Ada")
        harm(owner, kind)
        killed = replace(owner.sandbox, crash_at=str(number)).run("verify", "--repair")
        if following == "pull":
            assert owner.sandbox.run("pull", "amazon").exit == 0
        again = owner.verify("--repair")
        assert again.exit == 0, again
        owner.check_tidy()
        assert wanted <= {sha256(path) for path in owner.sandbox.files()}
        shutil.rmtree(owner.sandbox.folder)
        if killed.exit != KILLED:
            assert killed.exit == 0
            assert sources(killed)
            break


def test_a_pipe_is_never_read(owner: LibraryOwner, tmp_path: Path) -> None:
    backup = owner.backup()
    photo = owner.photos()[0]
    copy = backup / photo.relative_to(owner.library)
    copy.unlink()
    os.mkfifo(copy)
    photo.unlink()
    assert sources(owner.repair("--from", str(backup))) == {"account"}


def test_an_interruption_keeps_what_was_repaired(owner: LibraryOwner, simulator: AmazonSimulator) -> None:
    before = owner.contents()
    for photo in owner.photos()[:4]:
        photo.unlink()
    simulator.faults.hold = Fault(on="content", after=1)
    running = owner.sandbox.start("verify", "--repair")
    try:
        assert simulator.wait_for(lambda: len(owner.photos()) == len(before) - 3)
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=60)
    finally:
        simulator.faults.clear()
    assert running.returncode == 130
    assert len(owner.photos()) == len(before) - 3
    owner.repair()
    assert owner.contents() == before
