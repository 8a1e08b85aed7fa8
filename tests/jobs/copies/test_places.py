"""A copy has a place of its own, and its record is about that place alone."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import yaml

from photosync.errors import Exit
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.copies.places import NAME, OTHER, Place, copied, copied_each
from tests.jobs.copies.test_verify_copy import one_byte, verified

pytestmark = pytest.mark.parametrize("place", ["folder"], indirect=True)


def configure(sandbox: Sandbox, copies: dict[str, object]) -> None:
    content = yaml.safe_load(sandbox.config.read_text(encoding="utf-8"))
    content["copies"] = copies
    sandbox.config.write_text(yaml.safe_dump(content), encoding="utf-8")


@pytest.mark.parametrize("where", ["", "inside", "..", "link", "link/inside"])
def test_the_library_is_no_place_for_its_copy(sandbox: Sandbox, place: Place, where: str) -> None:
    (place.folder.parent / "link").symlink_to(sandbox.library)
    folder = place.folder.parent / where if where.startswith("link") else sandbox.library / where
    folder.mkdir(exist_ok=True)
    configure(sandbox, {NAME: str(folder)})
    before = sorted(sandbox.library.rglob("*"))
    for command in (("copy",), ("copy", "--dry-run"), ("verify", "--copy", NAME)):
        result = sandbox.run(*command)
        assert result.exit == Exit.USAGE, result
        assert f"copy '{NAME}'" in result.stderr
    assert [path for path in sandbox.library.rglob("*") if path not in before and "copies" not in path.parts] == []


SAME: dict[str, tuple[object, object]] = {
    "folder": ("usb", "usb/"),
    "link": ("usb", "link"),
    "inside": ("usb", "usb/photos"),
    "objects": ("s3://bucket/photos", "s3://bucket/photos/"),
    "objects inside": ("s3://bucket/photos/2019", "s3://bucket/photos"),
    "endpoint": (
        {"to": "s3://bucket", "endpoint": "https://s3.example.org"},
        {"to": "s3://bucket/", "endpoint": "https://S3.example.org/"},
    ),
}


@pytest.mark.parametrize("kind", SAME)
def test_two_copies_in_one_place_are_no_two_copies(sandbox: Sandbox, place: Place, kind: str) -> None:
    (sandbox.config.parent / "link").symlink_to(place.folder)
    (sandbox.config.parent / "usb").symlink_to(place.folder)
    first, second = SAME[kind]
    configure(sandbox, {"first": first, "second": second})
    for name in ("first", "second"):
        result = sandbox.run("copy", name)
        assert result.exit == Exit.USAGE, result
        assert "'first'" in result.stderr
        assert "'second'" in result.stderr
    assert list(place.folder.iterdir()) == []


def test_names_that_begin_alike_are_two_places(sandbox: Sandbox, place: Place) -> None:
    second = place.folder.with_name("usb2")
    second.mkdir()
    configure(sandbox, {"usb": str(place.folder), "usb2": str(second)})
    assert sandbox.run("copy").exit == 0


@pytest.mark.parametrize("has_just_begun", [True, False])
def test_the_copy_of_another_library_is_not_touched(
    sandbox: Sandbox, place: Place, simulator: AmazonSimulator, tmp_path: Path, *, has_just_begun: bool
) -> None:
    copied(sandbox)
    if has_just_begun:  # the mark is the first file
        for name in place.files():
            if not name.startswith(".photosync/copy-"):
                (place.folder / name).unlink()
    before = place.files()
    other = Sandbox(tmp_path / "other")
    other.configure({"amazon": simulator.account_settings()})
    place.configure(other)
    assert other.run("pull", "amazon").exit == 0
    for command in (("copy",), ("copy", "--dry-run")):
        result = other.run(*command)
        assert result.exit == Exit.DESTINATION
        assert "another library" in result.stderr
    assert place.files() == before


def test_a_copy_that_is_gone_is_not_begun_anew_unasked(sandbox: Sandbox, place: Place) -> None:
    """A mount point without its disk looks like that."""
    saved = copied(sandbox).number("saved")
    place.folder.rename(place.folder.with_name("disk"))
    place.folder.mkdir()
    for command in (
        ("copy",),
        ("copy", "--dry-run"),
        ("verify", "--copy", NAME),
        ("verify", "--copy", NAME, "--repair"),
    ):
        result = sandbox.run(*command)
        assert result.exit == Exit.DESTINATION
        assert "mounted" in result.stderr
    assert list(place.folder.iterdir()) == []
    assert f"photosync copy {NAME} --accept-shrink" in result.stderr
    assert copied(sandbox, "--accept-shrink", "--dry-run").number("saved") == saved
    assert copied(sandbox, "--accept-shrink").number("saved") == saved
    assert copied(sandbox).number("saved") == 0


def test_a_copy_that_lost_most_of_its_files_gets_nothing_unasked(sandbox: Sandbox, place: Place) -> None:
    """A listing that is not complete looks like that."""
    saved = copied(sandbox).number("saved")
    lost = [path for path in place.files() if "/copy-" not in path]
    for path in lost:
        (place.folder / path).unlink()
    for options in ((), ("--dry-run",)):
        result = copied(sandbox, *options)
        assert (result.exit, result.number("listed")) == (Exit.SUSPICIOUS, 0), result
    assert f"photosync copy {NAME} --accept-shrink" in result.stderr
    assert len(place.files()) == saved - len(lost)
    assert sandbox.run("verify", "--copy", NAME).number("missing") == len(lost)
    assert copied(sandbox, "--accept-shrink").number("saved") == len(lost)


def test_another_disk_is_not_taken_for_the_one_that_was_read(sandbox: Sandbox, place: Place) -> None:
    """Two disks for one name, one after the other: what is known of the first is not believed of the second."""
    copied(sandbox)
    disk = place.folder.with_name("first disk")
    place.folder.rename(disk)
    shutil.copytree(sandbox.library, place.folder, ignore=shutil.ignore_patterns("copies", "catalog.db*"))
    (sandbox.library / ".photosync/copies" / f"{NAME}.db").rename(sandbox.folder / "record.db")
    copied(sandbox)  # the second disk has its mark now
    damaged = place.folder / sandbox.files()[0].relative_to(sandbox.library)
    times = damaged.stat()
    one_byte(damaged)
    os.utime(damaged, ns=(times.st_atime_ns, times.st_mtime_ns))
    (sandbox.folder / "record.db").replace(sandbox.library / ".photosync/copies" / f"{NAME}.db")
    checked = sandbox.run("verify", "--copy", NAME)
    assert checked.exit == Exit.DESTINATION
    assert f"photosync copy {NAME}" in checked.stderr
    assert sandbox.run("copy", "--dry-run").exit == 0
    result = copied(sandbox)
    assert (result.exit, result.number("saved")) == (0, 1), "each file was compared by its content"
    assert "another place" in result.stderr
    assert damaged.read_bytes() == sandbox.files()[0].read_bytes()
    place.check_list()


def test_two_copies_exchange_their_names(sandbox: Sandbox, place: Place) -> None:
    """No file counts as read that was read in the other copy."""
    second = place.folder.with_name("usb2")
    second.mkdir()
    configure(sandbox, {NAME: str(place.folder), "other": str(second)})
    assert sandbox.run("copy").exit == 0
    assert sandbox.run("verify", "--copy", NAME).exit == 0
    assert None not in verified(sandbox).values()
    configure(sandbox, {NAME: str(second), "other": str(place.folder)})
    assert sandbox.run("verify", "--copy", NAME).exit == Exit.DESTINATION
    result = sandbox.run("copy", NAME)
    assert (result.exit, result.number("saved")) == (0, 0)
    assert set(verified(sandbox).values()) == {None}


def test_a_copy_that_was_moved_with_its_mark_stays_known(sandbox: Sandbox, place: Place) -> None:
    copied(sandbox)
    assert sandbox.run("verify", "--copy", NAME).exit == 0
    moved = place.folder.with_name("moved")
    place.folder.rename(moved)
    configure(sandbox, {NAME: str(moved)})
    assert copied(sandbox).number("saved") == 0
    assert None not in verified(sandbox).values()


def test_a_mark_that_is_lost_is_brought_again(sandbox: Sandbox, place: Place) -> None:
    copied(sandbox)
    assert sandbox.run("verify", "--copy", NAME).exit == 0
    (mark,) = (place.folder / ".photosync").glob("copy-*.json")
    mark.unlink()
    result = copied(sandbox)
    assert (result.exit, result.number("saved")) == (0, 1)
    assert mark.exists()
    assert set(verified(sandbox).values()) == {None}, "it may be another disk"


def test_a_record_that_is_older_than_the_copy(sandbox: Sandbox, place: Place) -> None:
    """As after a restore of the library's disk from a backup: the later contents are known by reading them."""
    copied(sandbox)
    record = sandbox.library / ".photosync/copies" / f"{NAME}.db"
    shutil.copy(record, sandbox.folder / "earlier")
    photo = sandbox.files()[0]
    assert sandbox.run("fix", str(photo), "--set", "artist=Ada Lovelace").exit == 0
    copied(sandbox)
    shutil.copy(sandbox.folder / "earlier", record)
    result = copied(sandbox)
    assert (result.exit, result.number("saved")) == (0, 0), result
    place.check_list()


def test_a_copy_that_is_older_than_its_record(sandbox: Sandbox, place: Place) -> None:
    copied(sandbox)
    earlier = place.folder.with_name("earlier")
    shutil.copytree(place.folder, earlier)
    photo = sandbox.files()[0]
    assert sandbox.run("fix", str(photo), "--set", "artist=Ada Lovelace").exit == 0
    copied(sandbox)
    shutil.rmtree(place.folder)
    earlier.rename(place.folder)
    assert sandbox.run("verify", "--copy", NAME, "--quick").exit == Exit.DAMAGE
    assert copied(sandbox).exit == 0
    assert place.files()[photo.relative_to(sandbox.library).as_posix()] == photo.read_bytes()
    place.check_list()


@pytest.mark.parametrize("to", ["{copy}", "{copy}/inside", "{copy}/.."])
def test_a_library_is_not_made_in_its_copy(sandbox: Sandbox, place: Place, to: str) -> None:
    copied(sandbox)
    before = place.files()
    result = sandbox.run("restore", "--from", NAME, "--to", to.format(copy=place.folder))
    assert result.exit == Exit.USAGE
    assert place.files() == before


def test_a_library_is_not_made_in_another_copy(sandbox: Sandbox, place: Place, other: Place) -> None:
    """It has the identity of the same library, as if it were one that an interrupted run began."""
    copied_each(sandbox)
    before = other.files()
    result = sandbox.run("restore", "--from", NAME, "--to", str(other.folder))
    assert result.exit == Exit.USAGE, result
    assert f"'{OTHER}'" in result.stderr
    assert other.files() == before
