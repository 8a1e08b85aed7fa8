"""What else may be in a copy's folder, in the library, or happen to them while they are copied."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from photosync.copies.folder import FolderStore
from photosync.errors import Exit, ItemError
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.copies.places import NAME, Place, copied

folder = pytest.mark.parametrize("place", ["folder"], indirect=True)


def link(path: Path) -> None:
    outside = path.parent.parent / "elsewhere"
    outside.write_bytes(b"a file of the user")
    path.symlink_to(outside)


IN_THE_WAY: dict[str, Callable[[Path], None]] = {"pipe": os.mkfifo, "folder": Path.mkdir, "link": link}


def name_of(sandbox: Sandbox, photo: Path) -> str:
    return photo.relative_to(sandbox.library).as_posix()


@folder
@pytest.mark.parametrize("kind", IN_THE_WAY)
def test_what_is_no_file_stays_and_the_others_are_copied(sandbox: Sandbox, place: Place, kind: str) -> None:
    """A pipe is not waited for; nothing is written through a link."""
    name = name_of(sandbox, sandbox.files()[0])
    target = place.folder / name
    target.parent.mkdir(parents=True)
    IN_THE_WAY[kind](target)
    before = target.lstat()
    for _ in range(2):
        result = copied(sandbox)
        assert (result.exit, result.reasons) == (Exit.PARTIAL, ["name_taken"]), result
        assert str(target) in result.stderr
    assert (target.lstat().st_ino, target.lstat().st_mode) == (before.st_ino, before.st_mode)
    checked = sandbox.run("verify", "--copy", NAME)
    assert (checked.exit, checked.number("damaged")) == (0, 0), "what was never brought there is not damaged"
    os.rename(target, place.folder / "moved away")  # noqa: PTH104
    assert copied(sandbox).number("saved") == 1
    place.check_list()


@folder
def test_a_folder_that_is_a_link_is_not_written_through(sandbox: Sandbox, place: Place, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (place.folder / "amazon").symlink_to(elsewhere)
    result = copied(sandbox)
    assert result.exit == Exit.PARTIAL
    assert set(result.reasons) == {"name_taken"}
    assert list(elsewhere.iterdir()) == []


@folder
@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_what_is_no_file_in_the_library_is_not_sent(sandbox: Sandbox, place: Place, kind: str) -> None:
    photo = sandbox.files()[0]
    photo.unlink()
    IN_THE_WAY[kind](photo)
    result = copied(sandbox)
    assert (result.exit, result.reasons) == (Exit.PARTIAL, ["unreadable"]), result
    assert name_of(sandbox, photo) not in place.files()


@folder
def test_a_list_that_is_a_link_is_not_sent(sandbox: Sandbox, place: Place, tmp_path: Path) -> None:
    """Somebody who may write to the library could have any file of the computer sent away."""
    private = tmp_path / "private"
    private.write_text("nobody else may read this")
    sums = sandbox.library / "SHA256SUMS"
    sums.unlink()
    sums.symlink_to(private)
    result = copied(sandbox)
    assert (result.exit, result.reasons) == (Exit.PARTIAL, ["unreadable"]), result
    assert private.read_bytes() not in place.files().values()


@folder
def test_the_copy_keeps_a_list_that_is_gone_in_the_library(sandbox: Sandbox, place: Place) -> None:
    copied(sandbox)
    (sandbox.library / "SHA256SUMS").unlink()
    assert copied(sandbox).exit == 0
    place.check_list()


@folder
def test_a_file_that_is_replaced_twice_a_day_is_kept_twice(sandbox: Sandbox, place: Place) -> None:
    photo = sandbox.files()[0]
    versions = []
    for artist in ("Ada", "Grace", "Mary"):
        assert sandbox.run("fix", str(photo), "--overwrite", "artist", "--set", f"artist={artist}").exit == 0
        versions.append(photo.read_bytes())
        assert copied(sandbox).exit == 0
    kept = [content for path, content in place.files().items() if "/replaced/" in path]
    assert sorted(kept) == sorted(versions[:2])


@folder
def test_the_users_own_files_stay_and_are_not_reported(sandbox: Sandbox, place: Place) -> None:
    mine = {"letter.txt": b"mine", "amazon/notes.txt": b"mine too", ".photosync/replaced/mine": b"and this"}
    for name, content in mine.items():
        (place.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (place.folder / name).write_bytes(content)
    (place.folder / os.fsdecode(b"\xff\xfe")).write_bytes(b"a name that is no text")
    assert copied(sandbox).exit == 0
    checked = sandbox.run("verify", "--copy", NAME, "--repair")
    assert (checked.exit, checked.number("files")) == (0, checked.number("ok")), checked
    assert {name: place.files()[name] for name in mine} == mine


@folder
@pytest.mark.parametrize("name", ["SHA256SUMS", "albums.json"])
def test_a_list_of_the_user_in_the_place_of_ours_is_kept(
    sandbox: Sandbox, place: Place, simulator: AmazonSimulator, name: str
) -> None:
    """Ours are replaced when they change, without a version. What was there before the copy began is not ours."""
    (place.folder / name).write_bytes(b"a list of the user")
    assert copied(sandbox).exit == 0
    kept = [path for path, content in place.files().items() if content == b"a list of the user"]
    assert [path.endswith(f"/{name}") and "/replaced/" in path for path in kept] == [True]
    place.check_list()
    simulator.library.add(1)
    assert sandbox.run("pull", "amazon").exit == 0
    assert copied(sandbox).exit == 0
    assert [path for path in place.files() if "/replaced/" in path] == kept


@folder
def test_what_a_killed_run_left_is_removed_by_the_next_copy_alone(sandbox: Sandbox, place: Place) -> None:
    """Another computer may be writing to the copy while this one restores from it."""
    copied(sandbox)
    left = place.folder / "amazon" / ".photosync-unfinished-0123456789abcdef"
    left.write_bytes(b"a part")
    for command in (("copy", "--dry-run"), ("verify", "--copy", NAME)):
        assert sandbox.run(*command).exit == 0
        assert left.exists()
    assert copied(sandbox).exit == 0
    assert not left.exists()


@folder
def test_a_disk_that_goes_meanwhile_ends_the_run(sandbox: Sandbox, place: Place) -> None:
    """Its mount point is there still; nothing is written to the disk below it."""
    run = sandbox.start("copy", "--bwlimit", "1k")
    while not any(path.is_file() for path in place.folder.rglob("*")):
        assert run.poll() is None
        time.sleep(0.01)
    place.folder.rename(place.folder.with_name("gone"))
    place.folder.mkdir()
    _, stderr = run.communicate(timeout=60)
    assert run.returncode == Exit.DESTINATION, stderr
    assert "Mount" in str(stderr)
    assert list(place.folder.iterdir()) == []


@pytest.mark.slow  # a real server, which goes on listing the checksum of what it received
@pytest.mark.parametrize("place", ["s3"], indirect=True)
def test_an_object_that_is_wrong_below_its_checksum_is_sent_again(sandbox: Sandbox, place: Place) -> None:
    copied(sandbox)
    photo = sandbox.files()[0]
    damaged = place.folder / name_of(sandbox, photo)
    content = bytearray(photo.read_bytes())
    content[50] ^= 1
    times = damaged.stat()
    damaged.write_bytes(content)
    os.utime(damaged, ns=(times.st_atime_ns, times.st_mtime_ns))
    repaired = sandbox.run("verify", "--copy", NAME, "--repair")
    assert (repaired.exit, repaired.number("repaired")) == (0, 1), repaired
    assert damaged.read_bytes() == photo.read_bytes()


def test_a_name_that_the_file_system_takes_for_another_one(tmp_path: Path) -> None:
    """As in upper and lower case: the listing has no such name, yet there is a file. It is not replaced."""
    (tmp_path / "IMG.JPG").write_bytes(b"another photo")
    store = FolderStore("usb", tmp_path)
    assert [each.path for each in store.files()] == ["IMG.JPG"]
    with pytest.raises(ItemError, match="is there already"):
        store.write("IMG.JPG", 3, iter([b"new"]), 0, is_new=True, keep_as=None)
    assert [path.name for path in tmp_path.iterdir()] == ["IMG.JPG"]
    assert (tmp_path / "IMG.JPG").read_bytes() == b"another photo"
