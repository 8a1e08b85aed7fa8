"""`photosync copy` brings all that the library has, and nothing twice."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from fnmatch import fnmatch

import pytest

import photosync
from photosync.api.progress import Progress
from photosync.errors import Exit
from photosync.file_systems import Lock
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.copies.places import NAME, Place, copied

OWN = ".photosync/"


def library_files(sandbox: Sandbox) -> dict[str, bytes]:
    """What a copy has to have, but for the program's own state."""
    found = {
        path.relative_to(sandbox.library).as_posix(): path for path in sandbox.library.rglob("*") if path.is_file()
    }
    return {name: path.read_bytes() for name, path in found.items() if not name.startswith(OWN) or "/undo/" in name}


def photos(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if not name.startswith(OWN)}


def test_a_copy_has_all_files_and_can_be_checked_without_the_program(sandbox: Sandbox, place: Place) -> None:
    result = copied(sandbox)
    assert result.exit == 0, result
    there = place.files()
    wanted, marks = library_files(sandbox), {name for name in there if name.startswith(f"{OWN}copy-")}
    assert {name: there.get(name) for name in wanted} == wanted
    assert set(there) - set(wanted) == {f"{OWN}catalog-copy.db", f"{OWN}library.json", *marks}
    assert len(marks) == 1
    assert result.number("saved") == len(there)
    place.check_list()


def test_the_second_run_sends_nothing(sandbox: Sandbox, place: Place) -> None:
    saved = copied(sandbox).number("saved")
    before = place.files()
    result = copied(sandbox)
    assert (result.exit, result.number("saved"), result.number("unchanged")) == (0, 0, saved)
    assert place.files() == before


def test_what_is_there_is_known_again_when_the_record_is_lost(sandbox: Sandbox, place: Place) -> None:
    saved = copied(sandbox).number("saved")
    shutil.rmtree(sandbox.library / OWN / "copies")
    result = copied(sandbox)
    assert (result.number("saved"), result.number("unchanged")) == (0, saved)
    assert not [name for name in place.files() if "/replaced/" in name]


def test_an_earlier_version_is_kept(sandbox: Sandbox, place: Place) -> None:
    copied(sandbox)
    photo = sandbox.files()[0]
    before, name = photo.read_bytes(), photo.relative_to(sandbox.library).as_posix()
    assert sandbox.run("fix", str(photo), "--set", "artist=Ada Lovelace").exit == 0
    assert photo.read_bytes() != before
    assert copied(sandbox).exit == 0
    there = place.files()
    assert there[name] == photo.read_bytes()
    kept = [content for path, content in there.items() if "/replaced/" in path and path.endswith(name)]
    assert kept == [before]
    place.check_list()


def _one_byte(content: bytes) -> bytes:
    return content[:100] + bytes([content[100] ^ 1]) + content[101:]


@pytest.mark.parametrize(
    "damage", [_one_byte, lambda content: content[:-1], lambda content: content + b"x", lambda _: b""]
)
def test_a_damaged_file_is_not_sent(sandbox: Sandbox, place: Place, damage: Callable[[bytes], bytes]) -> None:
    photo = sandbox.files()[0]
    content = damage(photo.read_bytes())
    photo.write_bytes(content)
    result = copied(sandbox)
    assert result.exit == Exit.PARTIAL
    (error,) = result.errors
    assert (error["id"], error["reason"]) == (photo.relative_to(sandbox.library).as_posix(), "damaged")
    assert "photosync verify --repair" in error["error"]
    assert content not in place.files().values()


def test_new_photos_follow(sandbox: Sandbox, place: Place, simulator: AmazonSimulator) -> None:
    copied(sandbox)
    simulator.library.add(1)
    assert sandbox.run("pull", "amazon").exit == 0
    result = copied(sandbox)
    assert result.exit == 0
    assert photos(place.files()) == photos(library_files(sandbox))
    assert not [name for name in place.files() if "/replaced/" in name], "lists and catalog have no versions"
    place.check_list()


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_what_a_pull_saves_during_a_copy_comes_too(
    sandbox: Sandbox, place: Place, simulator: AmazonSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulls: list[int] = []

    def pull_once(now: Progress) -> None:
        if now.event == "saved" and "/undo/" in now.text and not pulls:  # all photos were looked at before
            simulator.library.add(1)
            pulls.append(sandbox.run("pull", "amazon").number("saved"))

    for name, value in sandbox.environment().items():
        monkeypatch.setenv(name, value)
    with photosync.open(sandbox.config) as opened:
        summary = opened.copy(NAME, progress=pull_once)
    assert pulls
    assert pulls[0] > 0
    assert (summary.exit, summary.complete) == (0, True)
    assert photos(place.files()) == photos(library_files(sandbox))
    place.check_list()


def test_a_dry_run_sends_nothing(sandbox: Sandbox, place: Place) -> None:
    result = copied(sandbox, "--dry-run")
    assert result.exit == 0
    assert result.number("saved") > 0
    assert not place.folder.exists() or place.files() == {}
    mark = f".photosync/copy-{'?' * 32}.json"
    assert copied(sandbox).exit == 0
    assert result.number("bytes") == sum(len(each) for path, each in place.files().items() if not fnmatch(path, mark))


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_a_folder_that_is_gone_is_not_made(sandbox: Sandbox, place: Place) -> None:
    place.folder.rmdir()
    result = sandbox.run("copy")
    assert result.exit == Exit.DESTINATION
    assert str(place.folder) in result.stderr
    assert "Mount" in result.stderr
    assert not place.folder.exists()


@pytest.mark.parametrize("place", ["folder"], indirect=True)
@pytest.mark.parametrize("name", ["secnd", ""])
def test_an_unknown_name_is_told_with_the_known_ones(sandbox: Sandbox, place: Place, name: str) -> None:
    """An empty one too, such as of a variable that is not set: nobody asked for all copies."""
    result = sandbox.run("copy", name)
    assert result.exit == Exit.USAGE
    assert NAME in result.stderr
    assert place.files() == {}


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_a_damaged_record_is_said_with_what_to_do(sandbox: Sandbox) -> None:
    copied(sandbox)
    record = sandbox.library / OWN / "copies" / f"{NAME}.db"
    record.write_bytes(b"rubbish" * 1000)
    result = sandbox.run("copy")
    assert result.exit == Exit.DESTINATION
    assert str(record) in result.stderr
    assert "may be deleted" in result.stderr
    record.unlink()
    assert copied(sandbox).number("saved") == 0


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_two_runs_do_not_work_on_one_copy(sandbox: Sandbox) -> None:
    copied(sandbox)
    with Lock(sandbox.library / OWN / "copies" / f"{NAME}.lock", timeout_s=5).held():
        result = sandbox.run("copy")
    assert result.exit == Exit.LOCKED


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_a_file_that_is_changed_meanwhile_is_not_damaged(sandbox: Sandbox, place: Place) -> None:
    """The copy takes what the library has at the end, when no run changes it."""
    photo = sandbox.files()[-1]
    name, content = photo.relative_to(sandbox.library).as_posix(), photo.read_bytes() + b"fixed"
    run = sandbox.start("copy", "--bwlimit", "8k", "--jobs", "1")
    while not any(path.is_file() for path in (place.folder / "amazon").rglob("*")):
        assert run.poll() is None
        time.sleep(0.01)
    photo.write_bytes(content)
    with closing(sqlite3.connect(sandbox.library / OWN / "catalog.db", isolation_level=None)) as catalog:
        catalog.execute(
            "UPDATE items SET stored_sha256 = ?, stored_size = ? WHERE path = ?",
            (hashlib.sha256(content).hexdigest(), len(content), name),
        )
    _, stderr = run.communicate(timeout=60)
    assert run.returncode == 0, stderr
    assert place.files()[name] == content
