"""`albums: link` and `albums: copy`, with the real command."""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import replace

import pytest

from photosync.errors import Exit
from photosync.testing.disk_faults import DiskFault, DiskFaults
from photosync_amazon.simulator.nodes import ALBUMS
from tests.jobs.albums.album_owner import BIRTHDAY, FAMILY, GARDEN, HOLIDAY, SHARED, AlbumOwner, execute

NO_SYMLINKS = DiskFaults([DiskFault("*/Albums/*", errno.EPERM, ["symlink"])])
NO_LINKS = DiskFaults([DiskFault("*/Albums/*", errno.EPERM, ["symlink", "link"])])
FORMS: dict[str, tuple[str, DiskFaults | None]] = {
    "symlink": ("link", None),
    "hardlink": ("link", NO_SYMLINKS),
    "copy": ("copy", None),
}
forms = pytest.mark.parametrize("form", FORMS)


def names(owner: AlbumOwner) -> dict[str, list[str]]:
    """The names in each album's folder."""
    folders = (path for path in (owner.library / "Albums" / "amazon").iterdir() if path.is_dir())
    return {folder.name: sorted(path.name for path in folder.iterdir()) for folder in folders}


def contents(owner: AlbumOwner) -> dict[str, set[bytes]]:
    folders = (path for path in (owner.library / "Albums" / "amazon").iterdir() if path.is_dir())
    return {folder.name: {path.read_bytes() for path in folder.iterdir()} for folder in folders}


def wanted_contents(owner: AlbumOwner, *indices: int) -> list[set[bytes]]:
    return [{(owner.library / path).read_bytes() for path in owner.paths(index)} for index in indices]


def test_links(owner: AlbumOwner) -> None:
    owner.configure(albums="link")
    owner.pull()
    assert owner.links() == owner.wanted_links()
    link = next((owner.library / "Albums" / "amazon" / "Holiday").iterdir())
    assert link.is_symlink()
    assert not os.readlink(link).startswith("/"), "the library can be moved"  # noqa: PTH115
    before = link.lstat().st_ino
    assert owner.pull().number("requests") <= 3
    assert link.lstat().st_ino == before
    verified = owner.sandbox.run("verify")
    assert (verified.exit, verified.number("unknown")) == (0, 0)
    assert not owner.sandbox.run("audit", "amazon").objects[:-1]


def test_an_album_is_renamed_emptied_or_deleted(owner: AlbumOwner) -> None:
    owner.configure(albums="link")
    owner.pull()
    photos, wanted, tree = owner.saved(), owner.wanted_links(), owner.simulator.account.tree
    tree.rename_album(owner.album(HOLIDAY), "../Summer/Sun: 1")
    tree.take_out(owner.album(GARDEN), range(120))
    tree.delete_album(owner.album(FAMILY))
    tree.join(owner.album(SHARED), [7])
    owner.pull()
    links = owner.links()
    (renamed,) = set(links) - set(ALBUMS)
    assert "/" not in renamed
    assert links == {
        renamed: wanted["Holiday"],
        "Birthday": wanted["Birthday"],
        "Shared with me": owner.paths(SHARED),
    }
    assert not (owner.library / "Summer").exists()
    assert owner.saved() == photos
    assert all((owner.library / path).is_file() for path in photos.values())


@forms
def test_each_form(owner: AlbumOwner, form: str) -> None:
    option, disk = FORMS[form]
    owner.configure(albums=option)
    assert "file system" not in owner.pull(disk=disk).stderr
    assert [contents(owner)[name] for name in ALBUMS] == wanted_contents(owner, *range(5))
    photo = next(path for path in (owner.library / "Albums").rglob("*.*") if path.name != ".photosync-albums")
    assert photo.is_symlink() == (form == "symlink")
    if form != "symlink":
        assert photo.stat().st_nlink == (2 if form == "hardlink" else 1)
    assert len(owner.sandbox.run("verify").objects) == 1
    fixed = owner.sandbox.run("fix", str(owner.library), "--set", "artist=Ada")
    assert (fixed.exit, fixed.number("files")) == (0, 120), "photos alone"
    owner.pull(disk=disk)
    assert [contents(owner)[name] for name in ALBUMS] == wanted_contents(owner, *range(5))
    pushed = owner.sandbox.run("push", "amazon", str(owner.library), "--dry-run")
    sidecars = list((owner.library / "amazon").rglob("*.xmp"))
    assert pushed.number("listed") == 120 + len(sidecars)
    owner.simulator.account.tree.delete_album(owner.album(GARDEN))
    owner.pull(disk=disk)
    assert set(names(owner)) == set(ALBUMS) - {"Garden"}
    owner.configure()
    owner.pull()
    assert not (owner.library / "Albums").exists()
    assert len(owner.sandbox.files()) == 120 + len(sidecars)
    assert owner.sandbox.run("verify").exit == 0


def test_a_file_system_without_links(owner: AlbumOwner) -> None:
    owner.configure(albums="link")
    for _ in range(2):
        result = owner.pull(disk=NO_LINKS)
        assert result.stderr.count("neither symbolic links nor hard links") == 1
        assert not (owner.library / "Albums").exists()
    assert len(owner.sandbox.files()) == 120
    owner.pull()
    assert owner.links() == owner.wanted_links()


def test_two_albums_and_two_photos_of_one_name(owner: AlbumOwner) -> None:
    owner.configure(albums="link", layout="{id}/{name}")
    tree, library = owner.simulator.account.tree, owner.simulator.library
    tree.rename_album(owner.album(GARDEN), "HOLIDAY")
    for id_, name in zip(sorted(owner.members(FAMILY)), ("IMG.JPG", "img.jpg", "IMG.JPG"), strict=True):
        library.rename(id_, name)
    owner.pull()
    links = owner.links()
    (other,) = (name for name in links if name.startswith("HOLIDAY_"))
    assert (links["Holiday"], links[other]) == (owner.paths(HOLIDAY), owner.paths(GARDEN))
    assert len({name.casefold() for name in names(owner)["Family"]}) == 3
    assert links["Family"] == owner.paths(FAMILY)


@forms
def test_a_file_of_the_user_stays(owner: AlbumOwner, form: str) -> None:
    option, disk = FORMS[form]
    owner.configure(albums=option)
    owner.pull(disk=disk)
    folder = owner.library / "Albums" / "amazon" / "Garden"
    first, *_ = sorted(folder.iterdir())
    first.unlink()
    first.write_text("mine")
    (folder / "notes.txt").write_text("my notes")
    owner.simulator.account.tree.delete_album(owner.album(GARDEN))
    result = owner.pull(disk=disk)
    assert first.name in result.stderr
    assert names(owner)["Garden"] == sorted([first.name, "notes.txt"])
    assert (first.read_text(), (folder / "notes.txt").read_text()) == ("mine", "my notes")


def test_a_folder_of_the_user_is_not_used(owner: AlbumOwner) -> None:
    mine = owner.library / "Albums" / "amazon" / "Holiday" / "mine.jpg"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    owner.configure(albums="link")
    assert "a folder of your own" in owner.pull().stderr
    assert [*mine.parent.iterdir()] == [mine]


def test_a_link_in_place_of_a_folder_is_not_followed(owner: AlbumOwner) -> None:
    owner.configure(albums="link")
    owner.pull()
    elsewhere, folder = owner.library.parent / "elsewhere", owner.library / "Albums" / "amazon" / "Garden"
    shutil.move(folder, elsewhere)
    folder.symlink_to(elsewhere)
    before = sorted(elsewhere.iterdir())
    tree = owner.simulator.account.tree
    tree.take_out(owner.album(GARDEN), [GARDEN])
    tree.rename_album(owner.album(BIRTHDAY), "Garden")
    owner.sandbox.run("pull", "amazon")
    assert sorted(elsewhere.iterdir()) == before


def test_an_account_called_albums(owner: AlbumOwner) -> None:
    settings = {"provider": "amazon", **owner.simulator.account_settings()}
    owner.sandbox.configure({"albums": settings}, albums="link")
    result = owner.sandbox.run("pull")
    assert result.exit == Exit.USAGE
    assert "another name" in result.stderr
    owner.sandbox.configure({"albums": settings})
    assert owner.sandbox.run("pull").exit == 0


def test_an_older_catalog_knows_the_links_that_are_there(owner: AlbumOwner) -> None:
    owner.configure(albums="link")
    owner.pull()
    execute(owner.library, "DELETE FROM album_files")
    execute(owner.library, "DELETE FROM album_folders")
    assert "of your own" not in owner.pull().stderr
    owner.configure()
    owner.pull()
    assert not (owner.library / "Albums").exists()


@pytest.mark.slow  # a run for each step
@pytest.mark.parametrize("kind", ["link", "mkdir", "remove", "commit", "rename"])
@forms
def test_a_kill_before_each_step(owner: AlbumOwner, form: str, kind: str) -> None:
    option, disk = FORMS[form]
    owner.configure(albums=option)
    owner.pull(disk=disk)
    tree = owner.simulator.account.tree
    for number in range(1, 100):
        name = f"Garden {number}"
        tree.rename_album(owner.album(GARDEN), name)
        killed = replace(owner.sandbox, crash_at=f"{kind}:{number}", disk=disk).run("pull", "amazon")
        again = owner.pull(disk=disk)
        assert "your own" not in again.stderr
        assert set(names(owner)) == {*ALBUMS, name} - {"Garden"}
        assert contents(owner)[name] == wanted_contents(owner, GARDEN)[0]
        assert not list((owner.library / "Albums").rglob("*.new"))
        if killed.exit == 0:
            return
    raise AssertionError("it never ended")
