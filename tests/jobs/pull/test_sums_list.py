"""SHA256SUMS in a folder that is the user's too, and after runs that were killed."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from photosync.catalog import Catalog
from photosync.jobs.pull.location import LocationChooser
from photosync.library import Layout, Library
from photosync.model import Item, Kind
from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from photosync_aura.simulator import AuraSimulator

MINE = b"# my own list\n" + b"b" * 64 + b"  old/mine.jpg"


@pytest.fixture(scope="module")
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=30, seed=3, years=(2021, 2022)) as running:
        yield running


def check_list(sandbox: Sandbox) -> None:
    """Every file is in the list with its hash."""
    command = ["sha256sum", "-c", "--quiet", "SHA256SUMS"]
    done = subprocess.run(command, cwd=sandbox.library, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    listed = {line[66:] for line in (sandbox.library / "SHA256SUMS").read_bytes().splitlines()}
    assert {os.fsencode(path.relative_to(sandbox.library)) for path in [*sandbox.files(), *sandbox.made()]} <= listed


def record_state(sandbox: Sandbox, state: str) -> None:
    with closing(sqlite3.connect(sandbox.library / ".photosync" / "catalog.db")) as catalog, catalog:
        catalog.execute("UPDATE sums SET state = ?", (state,))


def test_a_list_of_the_user_is_added_to(sandbox: Sandbox) -> None:
    mine = b"# my own list\n%s *old/mine.jpg\r\n" % (b"b" * 64)
    sandbox.library.mkdir()
    (sandbox.library / "SHA256SUMS").write_bytes(mine)
    sandbox.run("pull", "amazon", "--year", "2021")
    once = (sandbox.library / "SHA256SUMS").read_bytes()
    assert once.startswith(mine)
    assert once.count(b"\n") == mine.count(b"\n") + len(sandbox.files()) + len(sandbox.made())
    added = once.replace(b"\n", b"\n# added later\n", 4)
    (sandbox.library / "SHA256SUMS").write_bytes(added)
    sandbox.run("pull", "amazon")
    twice = (sandbox.library / "SHA256SUMS").read_bytes()
    assert twice.startswith(added)
    assert twice.count(b"\n") == mine.count(b"\n") + 4 + len(sandbox.files()) + len(sandbox.made())
    sandbox.run("fix", str(sandbox.library), "--set", "artist=Ada")
    sandbox.run("fix", str(sandbox.library), "--undo")
    assert (sandbox.library / "SHA256SUMS").read_bytes() == twice


def test_a_list_of_the_user_in_the_folder_of_a_frame_is_added_to(tmp_path: Path) -> None:
    with AuraSimulator(items=2, gaps=False) as service:
        sandbox = Sandbox(tmp_path)
        settings, frame = service.account_settings(), tmp_path / "frame"
        sandbox.configure({"aura": settings})
        (frame / "old").mkdir(parents=True)
        (frame / "SHA256SUMS").write_bytes(MINE)
        id_ = str(sandbox.run("collections", "aura").objects[0]["id"])
        sandbox.configure({"aura": settings | {"frames": {"g": {"id": id_, "path": str(frame)}}}})
        assert sandbox.run("pull", "aura").exit == 0
        listed = (frame / "SHA256SUMS").read_bytes()
    assert listed.startswith(MINE + b"\n")
    assert listed.count(b"\n") == 5


@pytest.mark.parametrize("state", ["", "as the version before left it"])
@pytest.mark.parametrize("lines", [0, 5])
@pytest.mark.parametrize("command", ["pull", "fix"])
def test_a_list_that_lacks_files_is_completed_by_the_next_run(
    sandbox: Sandbox, state: str, lines: int, command: str
) -> None:
    sandbox.run("pull", "amazon", "--year", "2021")
    path = sandbox.library / "SHA256SUMS"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:lines]))
    if not lines:
        path.unlink()
    elif state:
        state = f"{path.stat().st_size}:{path.stat().st_mtime_ns}"
    record_state(sandbox, state)
    assert sandbox.run(command, *(["amazon"] if command == "pull" else [str(sandbox.library)])).exit == 0
    check_list(sandbox)


@pytest.mark.slow  # a batch of the catalog takes two seconds
def test_killed_between_the_catalog_and_the_first_list(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    def is_recorded() -> bool:
        catalog = sandbox.library / ".photosync" / "catalog.db"
        if not catalog.exists():
            return False
        with closing(sqlite3.connect(catalog)) as connection:
            tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'items'").fetchone()
            return bool(tables[0]) and connection.execute("SELECT count(*) FROM items").fetchone()[0] > 0

    simulator.faults.hold = Fault(on="content", after=20)
    try:
        process = sandbox.start("pull", "amazon")
        assert simulator.wait_for(is_recorded)
        process.kill()
        process.communicate()
    finally:
        simulator.faults.clear()
    assert not (sandbox.library / "SHA256SUMS").exists()
    assert sandbox.run("pull", "amazon").exit == 0
    check_list(sandbox)


def test_a_link_is_not_written_through(sandbox: Sandbox, tmp_path: Path) -> None:
    (target := tmp_path / "target").write_bytes(MINE)
    sandbox.library.mkdir()
    (sandbox.library / "SHA256SUMS").symlink_to(target)
    assert sandbox.run("pull", "amazon").exit == 0
    assert target.read_bytes() == MINE
    check_list(sandbox)
    (kept,) = (sandbox.library / ".photosync" / "trash").rglob("SHA256SUMS")
    assert kept.readlink() == target


def test_a_second_name_of_the_list_is_not_written_to(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.run("pull", "amazon", "--year", "2021")
    os.link(sandbox.library / "SHA256SUMS", tmp_path / "backup")
    before = (tmp_path / "backup").read_bytes()
    sandbox.run("pull", "amazon")
    assert (tmp_path / "backup").read_bytes() == before
    check_list(sandbox)


@pytest.mark.parametrize("name", ["SHA256SUMS", "sha256sums"])
def test_no_photo_gets_the_name_of_the_list(tmp_path: Path, name: str) -> None:
    library = Library(tmp_path / "library", tmp_path / "state")
    chooser = LocationChooser("aura", Catalog.empty(), library, Layout("{name}"), None)
    location = next(chooser.free(Item("i1", name, Kind.PHOTO), str(tmp_path / "frame"), None))
    assert location.key != "sha256sums"
