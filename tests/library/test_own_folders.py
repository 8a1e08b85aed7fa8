"""Links that somebody planted among the program's folders, and what killed runs left."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from photosync.errors import DestinationError
from photosync.library import Library
from photosync.library.own_folders import fix_workspace, remove_workspaces
from photosync.model import Location

MINE = b"somebody's file"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library(tmp_path / "library", tmp_path / "state")
    library.create()
    return library


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "elsewhere").mkdir()
    path = tmp_path / "elsewhere" / "mine"
    path.write_bytes(MINE)
    return path


def write(library: Library) -> Path:
    partial = library.partial("", "amazon", "key", provable=True)
    assert partial.offset == 0
    partial.begin(0, None, None)
    partial.write(b"content")
    partial.finish()
    partial.close()
    return partial.path


@pytest.mark.parametrize("plant", [Path.symlink_to, Path.hardlink_to])
def test_a_link_in_place_of_a_partial_file_is_replaced(
    library: Library, target: Path, plant: Callable[[Path, Path], None]
) -> None:
    path = write(library)
    path.unlink()
    plant(path, target)
    assert write(library).read_bytes() == b"content"
    assert target.read_bytes() == MINE


def test_a_dangling_link_or_a_pipe_in_place_of_a_partial_file_is_replaced(library: Library, target: Path) -> None:
    path = write(library)
    path.unlink()
    path.symlink_to(target.with_name("new"))
    write(library)
    assert not target.with_name("new").exists()
    path.unlink()
    os.mkfifo(path)
    assert write(library).read_bytes() == b"content"


@pytest.mark.parametrize("planted", ["partial", "partial/amazon"])
def test_a_link_in_place_of_the_folder_of_partial_files_is_refused(
    library: Library, target: Path, planted: str
) -> None:
    link = library.program_folder / planted
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(target.parent)
    with pytest.raises(DestinationError, match="symbolic link"):
        write(library)
    library.clear_partials("", "amazon")
    library.remove_temporary_files([])
    assert [path.read_bytes() for path in target.parent.iterdir()] == [MINE]


@pytest.mark.parametrize("planted", ["undo", "undo/ab"])
def test_a_link_in_place_of_the_folder_of_undo_records_is_refused(library: Library, target: Path, planted: str) -> None:
    link = library.program_folder / planted
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(target.parent)
    with pytest.raises(DestinationError, match="symbolic link"):
        library.undo.keep("ab" * 32, "cd" * 32, b"{}")
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("planted", ["partial", "partial/amazon"])
def test_a_link_to_the_folder_of_partial_files_is_refused_if_the_run_has_used_the_folder(
    library: Library, target: Path, planted: str
) -> None:
    write(library)
    moved = target.with_name("moved")
    (library.program_folder / planted).rename(moved)
    (library.program_folder / planted).symlink_to(moved)
    with pytest.raises(DestinationError, match="symbolic link"):
        write(library)


@pytest.mark.parametrize("planted", ["undo", "undo/ab"])
def test_a_link_to_the_folder_of_undo_records_is_refused_if_the_run_has_used_the_folder(
    library: Library, target: Path, planted: str
) -> None:
    library.undo.keep("ab" * 32, "cd" * 32, b"{}")
    moved = target.with_name("moved")
    (library.program_folder / planted).rename(moved)
    (library.program_folder / planted).symlink_to(moved)
    before = sorted(moved.rglob("*"))
    for sha256 in ("ab" * 32, "ab" + "ef" * 31):
        with pytest.raises(DestinationError, match="symbolic link"):
            library.undo.keep(sha256, "cd" * 32, b"{}")
    assert sorted(moved.rglob("*")) == before


def test_a_link_in_place_of_the_trash_is_refused(library: Library, target: Path) -> None:
    (library.root / "x.jpg").write_bytes(b"old")
    (library.program_folder / "trash").symlink_to(target.parent)
    with pytest.raises(DestinationError, match="symbolic link"):
        library.to_trash(Location("", "x.jpg"))
    assert list(target.parent.iterdir()) == [target]
    assert (library.root / "x.jpg").exists()


def test_a_link_in_place_of_the_lock_is_refused(library: Library, target: Path) -> None:
    (library.program_folder / "lock").symlink_to(target)
    with pytest.raises(DestinationError, match="lock"), library.lock():
        pass
    assert target.read_bytes() == MINE


def test_temporary_files_of_a_killed_run_are_removed(library: Library) -> None:
    write(library).rename(unfinished := library.workspace("", "amazon") / f"{'0' * 32}.part")
    library.undo.keep("ab" * 32, "cd" * 32, b"{}")
    kept = set(library.program_folder.rglob("*"))
    fix = library.workspace("") / ".photosync-fix-ab_12cd3"
    fix.mkdir()
    for folder in (library.program_folder, library.program_folder / "undo" / "ab", unfinished.parent, fix):
        (folder / f".{'0a' * 16}.new").write_bytes(b"")
        (folder / "fixed-ab_12cd3.partial").write_bytes(b"")
        (folder / "mended-ab_12cd3.partial").write_bytes(b"")
    library.remove_temporary_files([])
    assert set(library.program_folder.rglob("*")) == kept


def test_an_unfinished_copy_on_another_disk_is_removed(library: Library, target: Path) -> None:
    copy = target.with_name(f".photosync-{'0a' * 16}.new")
    copy.write_bytes(b"half")
    records = [library.workspace("", "amazon") / f".{name * 16}.copy" for name in ("0a", "0b", "0c")]
    no_path = target.parent / f"\0/.photosync-{'0c' * 16}.new"
    for record, path in zip(records, (copy, target, no_path), strict=True):  # somebody planted the others
        record.write_bytes(os.fsencode(path))
    library.remove_temporary_files([])
    assert list(target.parent.iterdir()) == [target]
    assert not any(record.exists() for record in records)


def test_a_workspace_is_removed_unless_it_is_used_or_holds_a_file_of_the_user(tmp_path: Path, target: Path) -> None:
    left, mine, link = (tmp_path / f".photosync-fix-{name}" for name in ("left____", "mine____", "link____"))
    left.mkdir()
    (left / "mended-ab_12cd3.partial").write_bytes(b"")
    mine.mkdir()
    (mine / "IMG_1.jpg").write_bytes(MINE)
    link.symlink_to(target.parent)
    (target.parent / "mended-ab_12cd3.partial").write_bytes(MINE)
    with fix_workspace(tmp_path) as used:
        (used / "fixed-ab_12cd3.partial").write_bytes(b"")
        remove_workspaces(tmp_path)
        assert {path.name for path in used.iterdir()} == {"fixed-ab_12cd3.partial"}
    remove_workspaces(tmp_path)
    assert set(tmp_path.glob(".photosync-fix-*")) == {mine, link}
    assert (mine / "IMG_1.jpg").read_bytes() == (target.parent / "mended-ab_12cd3.partial").read_bytes() == MINE
