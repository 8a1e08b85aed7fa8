"""`restore --from` makes the library again, out of a copy alone."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from photosync.errors import Exit
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.copies.evict.runs import with_copies
from tests.jobs.copies.places import NAME, Place, copied
from tests.jobs.copies.test_copy import library_files
from tests.jobs.copies.test_verify_copy import verified


def on_another_machine(sandbox: Sandbox, tmp_path: Path) -> Sandbox:
    """A user of the same configuration with an empty disk and no state; the library is not there any more."""
    other = Sandbox(tmp_path / "other")
    other.home.mkdir(parents=True)
    content = yaml.safe_load(sandbox.config.read_text(encoding="utf-8"))
    content["library"] = str(other.library)
    other.config.touch(mode=0o600)
    other.config.write_text(yaml.safe_dump(content), encoding="utf-8")
    return other


def test_a_library_out_of_a_copy_alone(sandbox: Sandbox, place: Place, tmp_path: Path) -> None:
    assert sandbox.run("pull", "amazon").exit == 0  # another test may have added an item
    copied(sandbox)
    wanted, times = library_files(sandbox), {path.name: path.stat().st_mtime for path in sandbox.files()}
    other = on_another_machine(sandbox, tmp_path)
    shutil.rmtree(sandbox.library)
    result = other.run("restore", "--from", NAME, "--to", str(other.library))
    result.check_totals()
    assert result.exit == 0, result
    assert library_files(other) == wanted
    assert {path.name: path.stat().st_mtime for path in other.files()} == times
    subprocess.run(["sha256sum", "-c", "--quiet", "--strict", "SHA256SUMS"], cwd=other.library, check=True)
    assert other.run("status").exit == 0
    assert other.run("audit", "amazon").exit == 0
    assert other.run("verify").exit == 0
    again = other.run("pull", "amazon", "--full")
    assert (again.exit, again.number("saved")) == (0, 0), again
    assert place.files()


def test_what_was_restored_already_is_not_brought_again(sandbox: Sandbox, tmp_path: Path) -> None:
    copied(sandbox)
    other = on_another_machine(sandbox, tmp_path)
    killed = replace(other, crash_at="rename:8").run("restore", "--from", NAME, "--to", str(other.library))
    assert killed.exit < 0
    there = len(other.files())
    result = other.run("restore", "--from", NAME, "--to", str(other.library))
    assert result.exit == 0, result
    assert result.number("unchanged") >= there
    assert library_files(other) == library_files(sandbox)


@pytest.mark.parametrize("place", ["folder"], indirect=True)
@pytest.mark.parametrize("step", ["rename:3", "rename:4"])
def test_a_pull_after_a_killed_restore_begins_no_new_catalog(sandbox: Sandbox, tmp_path: Path, step: str) -> None:
    """The next restore would bring what that has, and nothing else. The pull may be the one of each night."""
    copied(sandbox)
    other = on_another_machine(sandbox, tmp_path)
    assert replace(other, crash_at=step).run("restore", "--from", NAME, "--to", str(other.library)).exit < 0
    assert other.run("pull", "amazon", "--limit", "1").exit == 0
    result = other.run("restore", "--from", NAME, "--to", str(other.library))
    assert result.exit == 0, result
    assert library_files(other) == library_files(sandbox)


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_what_came_to_the_copy_later_is_not_passed_over_in_silence(
    sandbox: Sandbox, simulator: AmazonSimulator, tmp_path: Path
) -> None:
    """The library that was made has the older catalog, and keeps it: it may be in use."""
    copied(sandbox)
    other = on_another_machine(sandbox, tmp_path)
    assert other.run("restore", "--from", NAME, "--to", str(other.library)).exit == 0
    assert other.run("restore", "--from", NAME, "--to", str(other.library)).exit == 0
    simulator.library.add(1)
    assert sandbox.run("pull", "amazon").number("saved") == 1
    copied(sandbox)
    result = other.run("restore", "--from", NAME, "--to", str(other.library))
    result.check_totals()
    assert result.exit == Exit.PARTIAL, result
    assert "catalog-copy.db" in {each["name"] for each in result.errors}
    assert other.run("pull", "amazon").exit == 0
    assert library_files(other) == library_files(sandbox)


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_undo_records_that_are_not_right_in_the_copy(sandbox: Sandbox, place: Place, tmp_path: Path) -> None:
    """The catalog has no hash of them, and does not name them."""
    copied(sandbox)
    damaged, lost, *_ = sorted((place.folder / ".photosync/undo").rglob("*.json"))
    damaged.write_bytes(damaged.read_bytes()[:-5])
    lost.unlink()
    other = on_another_machine(sandbox, tmp_path)
    result = other.run("restore", "--from", NAME, "--to", str(other.library))
    result.check_totals()
    failed = {each["name"]: each["reason"] for each in result.errors}
    assert failed == {damaged.name: "hash_mismatch", lost.name: "not_found"}
    assert result.exit == Exit.PARTIAL
    assert not (other.library / damaged.relative_to(place.folder)).exists()
    assert sandbox.run("verify", "--copy", NAME, "--repair").exit == 0
    result = other.run("restore", "--from", NAME, "--to", str(other.library))
    assert (result.exit, result.number("saved")) == (0, 2), result
    assert other.run("verify").exit == 0


def test_what_came_counts_as_read_in_the_copy(sandbox: Sandbox, tmp_path: Path) -> None:
    """So a library that is made out of its copy each night does not read it twice."""
    copied(sandbox)
    other = on_another_machine(sandbox, tmp_path)
    assert other.run("restore", "--from", NAME, "--to", str(other.library)).exit == 0
    known = other.run("verify", "--copy", NAME, "--quick")
    assert known.exit == 0, known
    assert known.number("ok") >= len(sandbox.files())
    again = copied(other)
    assert (again.exit, again.number("saved")) == (0, 0), again


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_a_damaged_copy_is_not_restored(sandbox: Sandbox, place: Place, tmp_path: Path) -> None:
    copied(sandbox)
    name = sandbox.files()[0].relative_to(sandbox.library).as_posix()
    content = bytearray((place.folder / name).read_bytes())
    content[100] ^= 1
    (place.folder / name).write_bytes(content)
    other = on_another_machine(sandbox, tmp_path)
    result = other.run("restore", "--from", NAME, "--to", str(other.library))
    assert (result.exit, result.reasons) == (Exit.PARTIAL, ["hash_mismatch"]), result
    assert not (other.library / name).exists()


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_a_part(sandbox: Sandbox, tmp_path: Path) -> None:
    copied(sandbox)
    years = {path.parent.parent.name for path in sandbox.files()}
    year = max(years - {"amazon"})
    wanted = {path.name for path in sandbox.files() if path.parent.parent.name == year}
    other = on_another_machine(sandbox, tmp_path)
    assert other.run("restore", "--from", NAME, "--to", str(other.library), "--year", year).exit == 0
    assert {path.name for path in other.files()} == wanted
    assert wanted


def test_sidecars_come_with_the_photos_of_a_part(simulator: AmazonSimulator, tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "user")
    sandbox.configure({"amazon": simulator.account_settings()}, exif="sidecar", artist="Ada")
    assert sandbox.run("pull", "amazon").exit == 0
    with_copies(sandbox, NAME)
    sidecars = [path for path in sandbox.files() if path.suffix == ".xmp"]
    year = sidecars[0].parent.parent.name
    wanted = {path.name for path in sandbox.files() if path.parent.parent.name == year}
    other = on_another_machine(sandbox, tmp_path)
    result = other.run("restore", "--from", NAME, "--to", str(other.library), "--year", year)
    assert result.exit == 0, result
    assert {path.name for path in other.files()} == wanted


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_a_folder_with_other_files_is_not_touched(sandbox: Sandbox, tmp_path: Path) -> None:
    copied(sandbox)
    other = on_another_machine(sandbox, tmp_path)
    other.library.mkdir()
    (other.library / "mine.txt").write_text("mine")
    result = other.run("restore", "--from", NAME, "--to", str(other.library))
    assert result.exit == Exit.DESTINATION
    assert [path.name for path in other.library.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_a_disk_that_was_just_formatted_is_empty(sandbox: Sandbox, tmp_path: Path) -> None:
    """ext4 makes a folder in the root of each, which only root can read."""
    copied(sandbox)
    other = on_another_machine(sandbox, tmp_path)
    (other.library / "lost+found").mkdir(parents=True, mode=0)
    assert other.run("restore", "--from", NAME, "--to", str(other.library)).exit == 0
    assert other.run("verify").exit == 0


def test_a_file_is_no_place_for_a_library(sandbox: Sandbox, tmp_path: Path) -> None:
    copied(sandbox)
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    for to in (mine, mine / "below"):
        result = sandbox.run("restore", "--from", NAME, "--to", str(to))
        assert result.exit == Exit.DESTINATION, result
        assert str(mine) in result.stderr
    assert mine.read_text() == "mine"


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_an_identity_that_cannot_be_read_is_said(sandbox: Sandbox, tmp_path: Path) -> None:
    copied(sandbox)
    identity = tmp_path / "new/.photosync/library.json"
    identity.mkdir(parents=True)
    result = sandbox.run("restore", "--from", NAME, "--to", str(tmp_path / "new"))
    assert result.exit == Exit.DESTINATION, result
    assert str(identity) in result.stderr


@pytest.mark.parametrize("options", [(), ("--to", "x"), ("amazon", "--to", "x"), ("--from", NAME)])
@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_what_is_missing_is_said(sandbox: Sandbox, options: tuple[str, ...]) -> None:
    result = sandbox.run("restore", *options)
    assert result.exit == Exit.USAGE
    assert "--to" in result.stderr


@pytest.mark.parametrize("place", ["folder"], indirect=True)
@pytest.mark.parametrize("form", ["link", "copy"])
@pytest.mark.parametrize("is_part", [False, True])
def test_the_folders_of_albums(
    sandbox: Sandbox, simulator: AmazonSimulator, place: Place, tmp_path: Path, form: str, *, is_part: bool
) -> None:
    """They are in no copy. After a part, they come with the photos of the next pull."""
    sandbox.configure({"amazon": simulator.account_settings()}, exif="fix", albums=form)
    place.configure(sandbox)
    assert sandbox.run("pull", "amazon").exit == 0
    wanted = album_files(sandbox)
    assert wanted
    copied(sandbox)
    other = on_another_machine(sandbox, tmp_path)
    selection = ("--kind", "video") if is_part else ()
    assert other.run("restore", "--from", NAME, "--to", str(other.library), *selection).exit == 0
    assert album_files(other) == ({} if is_part else wanted)
    assert other.run("pull", "amazon").exit == 0
    assert album_files(other) == wanted


def album_files(sandbox: Sandbox) -> dict[str, bytes]:
    return {
        path.relative_to(sandbox.library).as_posix(): path.read_bytes()
        for path in (sandbox.library / "Albums").rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_what_came_from_another_disk_does_not_count_as_read_in_the_first(
    sandbox: Sandbox, place: Place, tmp_path: Path
) -> None:
    """Two disks take turns under one name; the library is made from one, and after an interruption from the other."""
    copied(sandbox)
    first = place.folder.rename(tmp_path / "first")
    place.folder.mkdir()
    shutil.rmtree(sandbox.library / ".photosync/copies")
    copied(sandbox)
    second = place.folder.rename(tmp_path / "second disk")
    other = on_another_machine(sandbox, tmp_path)
    first.rename(place.folder)
    assert replace(other, crash_at="rename:9").run("restore", "--from", NAME, "--to", str(other.library)).exit < 0
    place.folder.rename(first)
    second.rename(place.folder)
    there = len(other.files())
    result = other.run("restore", "--from", NAME, "--to", str(other.library))
    assert (result.exit, result.number("saved") > 0) == (0, True), result
    assert len([at for at in verified(other).values() if at is not None]) <= there
