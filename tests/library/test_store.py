"""The library's folder: its identity, its lock, and what becomes of partial files."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from photosync.errors import DestinationError, LockedError
from photosync.library import Library, PartialFile, digest_of
from photosync.model import Location


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def test_an_empty_mount_point_is_no_new_library(tmp_path: Path, state: Path) -> None:
    library = Library(tmp_path / "disk", state)
    library.create()
    (tmp_path / "disk").rename(tmp_path / "unmounted")
    (tmp_path / "disk").mkdir()
    with pytest.raises(DestinationError, match="mounted"):
        library.create()
    assert list((tmp_path / "disk").iterdir()) == []


def test_another_disk_in_its_place_is_refused(tmp_path: Path, state: Path) -> None:
    library = Library(tmp_path / "disk", state)
    library.create()
    (tmp_path / "disk").rename(tmp_path / "first")
    Library(tmp_path / "disk", tmp_path / "somebody else's state").create()
    with pytest.raises(DestinationError, match="another library"):
        library.create()


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{}", b"\xff", b"[" * 100_000])
def test_an_identity_that_cannot_be_read_is_an_error_of_the_disk(tmp_path: Path, state: Path, content: bytes) -> None:
    library = Library(tmp_path / "disk", state)
    library.create()
    (tmp_path / "disk" / ".photosync" / "library.json").write_bytes(content)
    with pytest.raises(DestinationError, match="put it back from a backup"):
        library.create()


def test_what_the_message_advises_helps(tmp_path: Path, state: Path) -> None:
    library = Library(tmp_path / "disk", state)
    library.create()
    (tmp_path / "disk").rename(tmp_path / "unmounted")
    with pytest.raises(DestinationError) as raised:
        library.create()
    remembered = next(word for word in str(raised.value).split() if word.startswith(str(state)))
    Path(remembered).unlink()
    library.create()
    assert library.exists


def test_two_runs_never_meet(tmp_path: Path, state: Path) -> None:
    library = Library(tmp_path / "disk", state)
    library.create()
    with library.lock(), pytest.raises(LockedError, match="another run"), Library(tmp_path / "disk", state).lock():
        pass
    with library.lock():
        pass


def test_of_first_runs_that_start_together_one_goes_on(tmp_path: Path, state: Path) -> None:
    count = 8
    together, all_tried = Barrier(count), Barrier(count)

    def run(root: Path) -> str:
        together.wait()
        try:
            with Library(root, state).created():
                all_tried.wait()
                return "went on"
        except (LockedError, DestinationError) as error:
            all_tried.wait()
            return type(error).__name__

    with ThreadPoolExecutor(count) as threads:
        for root in (tmp_path / str(number) for number in range(20)):
            assert sorted(threads.map(run, [root] * count)) == ["LockedError"] * (count - 1) + ["went on"]
            assert Library(root, state).exists


def test_a_library_that_cannot_be_made_says_why(tmp_path: Path, state: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(DestinationError, match="cannot write"):
        Library(tmp_path / "file" / "library", state).create()


def test_a_partial_file_goes_on_where_it_ended_and_proves_the_whole(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    first = PartialFile(tmp_path / "p" / "x.part", provable=True)
    first.begin(0, 10, None)
    first.write(b"01234")
    first.finish()
    first.close()

    second = PartialFile(tmp_path / "p" / "x.part", provable=True)
    assert second.offset == 5
    second.begin(5, 10, None)
    second.write(b"56789")
    digest = second.finish()
    second.close()
    assert digest == digest_of(tmp_path / "p" / "x.part")
    assert second.md5 == digest.md5
    assert (tmp_path / "p" / "x.part").read_bytes() == b"0123456789"
    assert second.head == b"0123456789"


def test_a_partial_file_that_starts_over_forgets_what_was_there(tmp_path: Path) -> None:
    partial = PartialFile(tmp_path / "x.part", provable=True)
    partial.begin(0, None, None)
    partial.write(b"old")
    partial.begin(0, None, None)
    partial.write(b"new!")
    assert partial.finish().size_bytes == 4
    partial.close()
    assert (tmp_path / "x.part").read_bytes() == b"new!"


def test_an_empty_partial_file_leaves_nothing(tmp_path: Path) -> None:
    PartialFile(tmp_path / "x.part", provable=True).abandon()
    assert list(tmp_path.iterdir()) == []


def test_old_content_goes_to_the_trash_before_new_content_takes_its_name(tmp_path: Path, state: Path) -> None:
    library = Library(tmp_path / "disk", state)
    library.create()
    for content in (b"first", b"second", b"third"):
        new = library.program_folder / "new"
        new.write_bytes(content)
        location = Location("", "amazon/2019/x.jpg")
        if library.file(location).exists():
            library.to_trash(location)
        library.move_in(new, location)
    assert (library.root / "amazon/2019/x.jpg").read_bytes() == b"third"
    kept = sorted(file.read_bytes() for file in (library.program_folder / "trash").rglob("x.jpg*"))
    assert kept == [b"first", b"second"]


def test_nothing_is_moved_or_made_where_the_disk_was(tmp_path: Path, state: Path) -> None:
    library = Library(tmp_path / "disk", state)
    library.create()
    with library.lock():
        new = library.workspace("", "amazon") / "new"
        new.write_bytes(b"content")
        (tmp_path / "disk").rename(tmp_path / "unmounted")
        (tmp_path / "disk").mkdir()
        with pytest.raises(DestinationError, match="unmounted"):
            library.move_in(new, Location("", "amazon/2019/x.jpg"))
        with pytest.raises(DestinationError, match="unmounted"):
            library.workspace("", "amazon")
        assert list((tmp_path / "disk").iterdir()) == []


def test_a_link_in_place_of_a_workspace_is_not_followed(tmp_path: Path, state: Path) -> None:
    library = Library(tmp_path / "disk", state)
    library.create()
    workspace = library.workspace("", "amazon")
    workspace.rmdir()
    workspace.symlink_to(tmp_path)
    with pytest.raises(DestinationError, match="symbolic link"):
        library.workspace("", "amazon")


def test_partials_are_cleared_but_for_those_to_be_resumed(tmp_path: Path, state: Path) -> None:
    library = Library(tmp_path / "disk", state)
    library.create()
    for key in ("keep", "drop"):
        partial = library.partial("", "amazon", key, provable=True)
        partial.begin(0, None, None)
        partial.write(key.encode())
        partial.close()
    library.clear_partials("", "amazon", keep=["keep"])
    assert [file.read_bytes() for file in library.workspace("", "amazon").iterdir()] == [b"keep"]
    library.clear_partials("", "amazon")
    assert not (library.program_folder / "partial" / "amazon").exists()


def test_what_a_killed_first_run_left_is_removed(tmp_path: Path) -> None:
    left = tmp_path / "library" / ".photosync" / f".{'0' * 32}.new"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"{")
    with Library(tmp_path / "library", tmp_path / "state").created():
        assert not left.exists()
