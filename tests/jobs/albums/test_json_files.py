"""`albums.json` and `people.json`, with the real command."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync.testing.disk_faults import DiskFault, DiskFaults
from photosync_amazon.simulator import AmazonSimulator
from photosync_amazon.simulator.nodes import ALBUMS
from photosync_aura.simulator import GRANDMA, KITCHEN, AuraSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from tests.jobs.albums.album_owner import (
    FAMILY,
    GARDEN,
    HOLIDAY,
    SHARED,
    AlbumOwner,
    by_name,
    check_sums,
    items_of,
)
from tests.photosync_clouddrive.conftest import configure as configure_drive
from tests.photosync_google.google_user import GoogleUser


def test_every_album_with_every_member(owner: AlbumOwner) -> None:
    owner.pull()
    albums, saved = owner.albums(), owner.saved()
    assert set(albums) == set(ALBUMS)
    for index, name in enumerate(ALBUMS):
        album = albums[name]
        assert (album["account"], album["id"], album["kind"]) == ("amazon", owner.album(index), "album")
        assert items_of(album) == {id_: saved[id_] for id_ in owner.members(index)}
        assert len(items_of(album)) == 3
    people = by_name(owner.library, "people")
    assert people
    assert all("items" not in each and each["count"] for each in people.values())
    listed = owner.sandbox.run("list", "amazon", "--saved", "--album", "Garden").objects
    assert {each["id"] for each in listed} == owner.members(GARDEN)


def test_people_with_their_items(owner: AlbumOwner) -> None:
    owner.configure(people="members")
    owner.pull()
    people, saved = by_name(owner.library, "people"), owner.saved()
    assert people
    for each in people.values():
        assert items_of(each)
        assert items_of(each) == {id_: saved[id_] for id_ in items_of(each)}


def test_requests(tmp_path: Path) -> None:
    """No more than one for each album and three."""
    with AmazonSimulator(items=2000) as simulator:
        sandbox = Sandbox(tmp_path)
        sandbox.configure({"amazon": simulator.account_settings()})
        first = sandbox.run("pull", "amazon")
        assert first.number("saved") == 2000
        photos = simulator.counts["content"] * 2 + simulator.counts["list"]
        of_photos = [each for each in simulator.requests if "/search?" in each.path and "type%3A%28PHOTOS" in each.path]
        assert len(of_photos) == 10
        assert first.number("requests") <= 2 * 2000 + 10 + 5 + 3, photos
        albums = {name: items_of(each) for name, each in by_name(sandbox.library, "albums").items()}
        assert sum(map(len, albums.values())) == 5 * 50
        again = sandbox.run("pull", "amazon")
        assert again.number("requests") <= 3
        simulator.account.tree.rename_album(simulator.account.album(GARDEN), "Yard")
        renamed = sandbox.run("pull", "amazon")
        assert renamed.number("requests") <= 1 + 3
        assert items_of(by_name(sandbox.library, "albums")["Yard"]) == albums["Garden"]


def test_an_unchanged_run_leaves_the_files_alone(owner: AlbumOwner) -> None:
    owner.pull()
    paths = [owner.library / "albums.json", owner.library / "people.json", owner.library / "SHA256SUMS"]
    before = [(path.stat().st_ino, path.stat().st_mtime_ns) for path in paths]
    owner.pull()
    owner.pull("--full")
    assert [(path.stat().st_ino, path.stat().st_mtime_ns) for path in paths] == before


def test_an_album_changes(owner: AlbumOwner) -> None:
    owner.pull()
    before, tree = owner.albums(), owner.simulator.account.tree
    tree.rename_album(owner.album(HOLIDAY), "Sømmer ☀")
    tree.take_out(owner.album(GARDEN), range(120))
    tree.delete_album(owner.album(FAMILY))
    tree.join(owner.album(SHARED), [7])
    owner.pull()
    albums = owner.albums()
    assert set(albums) == {"Sømmer ☀", "Garden", "Family", "Birthday", "Shared with me"}
    assert items_of(albums["Sømmer ☀"]) == items_of(before["Holiday"])
    assert items_of(albums["Garden"]) == {}
    assert albums["Family"] == {**before["Family"], "gone": True}, "what was in it is still known"
    assert items_of(albums["Shared with me"]).keys() == owner.members(SHARED)
    assert len(owner.members(SHARED)) == 4
    assert "Sømmer ☀" in (owner.library / "albums.json").read_text(encoding="utf-8")


def test_photos_that_the_service_has_no_more_stay_in_their_albums(owner: AlbumOwner) -> None:
    owner.pull()
    before = owner.albums()["Garden"]
    owner.simulator.library.remove(next(iter(owner.members(GARDEN))))
    owner.pull("--full")
    assert items_of(owner.albums()["Garden"]) == items_of(before)


def test_a_photo_without_a_file_has_no_path(owner: AlbumOwner) -> None:
    lacking = min(owner.members(GARDEN))
    owner.simulator.faults.not_found = Fault(items=[lacking], on="content")
    assert owner.sandbox.run("pull", "amazon").exit == Exit.PARTIAL
    assert items_of(owner.albums()["Garden"])[lacking] is None
    check_sums(owner.library)
    owner.simulator.faults.clear()
    owner.pull()
    assert items_of(owner.albums()["Garden"])[lacking] == owner.saved()[lacking]


@pytest.mark.parametrize("fault", ["not_found", "server_error"])
def test_an_album_that_cannot_be_read_comes_with_the_next_run(owner: AlbumOwner, fault: str) -> None:
    owner.configure(retry_budget="1s")
    setattr(owner.simulator.faults, fault, Fault(on="GET /drive/v1/nodes/{id}/children", items=[owner.album(GARDEN)]))
    result = owner.pull()
    assert "could not be read" in result.stderr
    owner.simulator.faults.clear()
    owner.pull()
    assert {name: len(items_of(each)) for name, each in owner.albums().items()} == dict.fromkeys(ALBUMS, 3)


def _gone(owner: AlbumOwner) -> set[str]:
    return {name for name, each in owner.albums().items() if each.get("gone")}


def test_a_listing_without_albums_is_not_believed_for_a_day(owner: AlbumOwner) -> None:
    owner.configure(albums="link")
    owner.pull()
    folders = sorted(path.name for path in (owner.library / "Albums" / "amazon").iterdir())
    owner.simulator.faults.shrunk = Fault(on="GET /drive/v1/nodes")
    for _ in range(2):
        assert "0 albums, and had 5" in owner.pull().stderr
        assert _gone(owner) == set()
        assert sorted(path.name for path in (owner.library / "Albums" / "amazon").iterdir()) == folders
    yesterday = (datetime.now(UTC) - timedelta(hours=25)).isoformat()
    with closing(sqlite3.connect(owner.library / ".photosync" / "catalog.db")) as database, database:
        database.execute("UPDATE listings SET completed_at = ? WHERE selection = 'shrunk'", (yesterday,))
    assert "albums, and had" not in owner.pull().stderr
    assert _gone(owner) == set(ALBUMS)
    owner.simulator.faults.clear()
    owner.pull()
    assert _gone(owner) == set()
    owner.simulator.faults.shrunk = Fault(on="GET /drive/v1/nodes", times=1)
    assert "0 albums" in owner.pull().stderr
    owner.pull()  # all are there: the day begins anew
    owner.simulator.faults.shrunk = Fault(on="GET /drive/v1/nodes")
    assert "0 albums" in owner.pull().stderr
    owner.pull("--accept-shrink")
    assert _gone(owner) == set(ALBUMS)


def test_the_last_album_that_the_user_deleted_is_gone_at_once(owner: AlbumOwner) -> None:
    owner.pull()
    owner.simulator.account.tree.deleted.update(owner.album(index) for index in range(1, 5))
    owner.pull()
    assert _gone(owner) == set(ALBUMS[1:])
    assert owner.sandbox.run("album", "delete", "amazon", "Holiday", "--yes").exit == Exit.OK
    assert "albums, and had" not in owner.pull().stderr
    assert _gone(owner) == set(ALBUMS)


def test_a_run_that_was_killed_is_caught_up(owner: AlbumOwner) -> None:
    owner.pull()
    owner.simulator.account.tree.rename_album(owner.album(GARDEN), "Yard")
    assert replace(owner.sandbox, crash_at="rename:1").run("pull", "amazon").exit < 0
    assert "Yard" not in owner.albums()
    owner.sandbox.run("pull", "amazon", "--year", "1990")
    assert set(owner.albums()) == {"Holiday", "Family", "Yard", "Birthday", "Shared with me"}
    check_sums(owner.library)
    assert not (owner.library / ".photosync" / "trash").exists()


@pytest.mark.slow  # a run for each step
@pytest.mark.parametrize("kind", ["rename", "commit", "fsync", "write", "remove"])
def test_a_kill_before_each_step(owner: AlbumOwner, kind: str) -> None:
    owner.pull()
    tree = owner.simulator.account.tree
    for number in range(1, 100):
        name = f"Garden {number}"
        tree.rename_album(owner.album(GARDEN), name)
        exit_ = replace(owner.sandbox, crash_at=f"{kind}:{number}").run("pull", "amazon").exit
        assert not [each for each in owner.sandbox.run("verify").objects if each.get("path") != "SHA256SUMS"][:-1]
        owner.pull()
        assert name in owner.albums()
        assert not (owner.library / ".photosync" / "trash").exists()
        if exit_ == 0:
            assert number > 1
            return
    raise AssertionError("it never ended")


DAMAGE: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: path.unlink(),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-3]),
    "other": lambda path: path.write_bytes(path.read_bytes().replace(b"Garden", b"Gardem")),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_verify_finds_damage_and_repairs_it(owner: AlbumOwner, damage: str) -> None:
    owner.pull()
    path = owner.library / "albums.json"
    content = path.read_bytes()
    assert owner.sandbox.run("verify").exit == 0
    DAMAGE[damage](path)
    found = owner.sandbox.run("verify")
    (finding,) = found.objects[:-1]
    assert (found.exit, finding["path"]) == (Exit.DAMAGE, "albums.json")
    assert finding["finding"] == ("missing" if damage == "missing" else "damaged")
    repaired = owner.sandbox.run("verify", "--repair")
    assert (repaired.exit, repaired.objects[0]["repaired_from"]) == (0, "the catalog")
    assert path.read_bytes() == content
    check_sums(owner.library)
    assert owner.sandbox.run("verify").exit == 0
    assert owner.sandbox.run("audit", "amazon").exit == 0


@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_a_pull_makes_what_is_missing_or_cut(owner: AlbumOwner, damage: str) -> None:
    owner.pull()
    path = owner.library / "albums.json"
    content = path.read_bytes()
    DAMAGE[damage](path)
    owner.pull()
    assert path.read_bytes() == content


@pytest.mark.parametrize("mine", ["file", "folder", "link"])
def test_what_is_not_ours_is_kept(owner: AlbumOwner, mine: str) -> None:
    owner.library.mkdir()
    path = owner.library / "albums.json"
    if mine == "file":
        path.write_text("[1, 2]")
    elif mine == "folder":
        path.mkdir()
        (path / "x.txt").write_text("[1, 2]")
    else:
        (owner.library.parent / "mine.json").write_text("[1, 2]")
        path.symlink_to(owner.library.parent / "mine.json")
    result = owner.pull()
    assert "albums.json" in result.stderr
    assert ".photosync/trash" in result.stderr
    (kept,) = (owner.library / ".photosync" / "trash").rglob("albums.json")
    assert (kept / "x.txt" if mine == "folder" else kept).read_text() == "[1, 2]"
    assert len(owner.albums()) == len(ALBUMS)


def test_a_list_that_cannot_be_written_stops_no_photo(owner: AlbumOwner) -> None:
    disk = DiskFaults([DiskFault("*/albums.json", errno.EACCES, ["rename"])])
    result = replace(owner.sandbox, disk=disk).run("pull", "amazon")
    assert result.exit == Exit.DESTINATION
    assert "albums.json" in result.stderr
    assert len(owner.sandbox.files()) == 120
    owner.pull()
    assert len(owner.albums()) == len(ALBUMS)


def test_push_does_not_upload_them(owner: AlbumOwner) -> None:
    owner.pull()
    (owner.library / "amazon" / "albums.json").write_text("{}")
    result = owner.sandbox.run("push", "amazon", str(owner.library), "--all-files", "--dry-run")
    assert result.exit == 0, result
    assert (result.number("listed"), result.number("saved")) == (121, 1), "a file of the user is one all the same"


@pytest.mark.parametrize("way", ["pull", "rebuild"])
def test_a_lost_catalog(owner: AlbumOwner, way: str) -> None:
    owner.pull()
    before = owner.albums()
    for path in (owner.library / ".photosync").glob("catalog*"):
        path.unlink()
    if way == "rebuild":
        assert owner.sandbox.run("rebuild").exit == 0
        check_sums(owner.library)
        assert owner.albums() == before
    owner.pull()
    assert owner.albums() == before
    assert owner.sandbox.run("verify").exit == 0


def test_frames(tmp_path: Path) -> None:
    """The library has all; a folder outside what is there."""
    with AuraSimulator(items=40, gaps=False) as simulator:
        sandbox, outside = Sandbox(tmp_path / "user"), tmp_path / "grandma"
        simulator.library.add(5, frame=GRANDMA)
        frames = {"kitchen": KITCHEN, "grandma": {"id": GRANDMA, "path": str(outside)}}
        sandbox.folder.mkdir()
        sandbox.configure({"aura": {**simulator.account_settings(), "frames": frames}})
        assert sandbox.run("pull", "aura").exit == 0
        check_sums(sandbox.library)
        check_sums(outside)
        (there,) = by_name(outside, "albums").values()
        assert (there["id"], there["kind"]) == (GRANDMA, "frame")
        for path in items_of(there).values():
            assert (outside / str(path)).is_file()
        whole = {str(each["id"]): items_of(each) for each in by_name(sandbox.library, "albums").values()}
        assert whole[GRANDMA].items() >= {id_: f"{outside}/{path}" for id_, path in items_of(there).items()}.items()
        assert sum(map(len, whole.values())) >= 40
        assert all((sandbox.library / str(path)).is_file() for each in whole.values() for path in each.values())
        assert sandbox.run("verify").exit == 0
        before = (outside / "albums.json").stat().st_mtime_ns
        assert sandbox.run("pull", "aura").exit == 0
        assert (outside / "albums.json").stat().st_mtime_ns == before
        shutil.rmtree(outside)
        assert sandbox.run("pull", "aura").exit == Exit.DESTINATION
        assert not outside.exists(), "its disk is not mounted"


def test_folders(tmp_path: Path) -> None:
    with CloudDriveSimulator(items=20, gaps=False) as simulator:
        sandbox = Sandbox(tmp_path)
        configure_drive(sandbox, simulator)
        assert sandbox.run("pull", "drive").exit == 0
        check_sums(sandbox.library)
        folders = by_name(sandbox.library, "albums")
        assert {each["kind"] for each in folders.values()} == {"folder"}
        paths = {str(path) for each in folders.values() for path in items_of(each).values()}
        assert paths == {str(path.relative_to(sandbox.library)) for path in sandbox.files()}


def test_picks(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 5) as someone:
        assert someone.pick().exit == 0
        check_sums(someone.sandbox.library)
        (pick,) = by_name(someone.sandbox.library, "albums").values()
        paths = {str(path.relative_to(someone.sandbox.library)) for path in someone.sandbox.files()}
        assert set(items_of(pick).values()) == paths


def test_without_people_there_is_no_file_for_them(tmp_path: Path) -> None:
    with AuraSimulator(items=0) as simulator:
        sandbox = Sandbox(tmp_path)
        sandbox.configure({"aura": simulator.account_settings()})
        assert sandbox.run("pull", "aura").exit == 0
        assert not (sandbox.library / "people.json").exists()
