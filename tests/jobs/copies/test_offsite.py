"""Files that were removed from the library: its copies keep them, and give them to each other and back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing.command import Sandbox
from tests.jobs.copies.evicting import evicted
from tests.jobs.copies.places import NAME, OTHER, Place, check_list, copied, copied_each
from tests.jobs.copies.test_restore_library import on_another_machine
from tests.jobs.copies.test_verify_copy import found, one_byte

_CATALOG = ".photosync/catalog-copy.db"
_KEPT = ".photosync/replaced/"


def names(sandbox: Sandbox, *files: Path) -> list[str]:
    return [path.relative_to(sandbox.library).as_posix() for path in files]


def test_a_copy_keeps_what_was_removed_from_the_library(sandbox: Sandbox, place: Place) -> None:
    copied(sandbox)
    gone = sandbox.files()[:2]
    wanted = {name: path.read_bytes() for name, path in zip(names(sandbox, *gone), gone, strict=True)}
    evicted(sandbox, *gone)
    check_list(sandbox.library)
    result = copied(sandbox)
    assert (result.exit, result.number("failed")) == (0, 0)
    assert copied(sandbox).number("saved") == 0
    assert {name: place.files()[name] for name in wanted} == wanted
    place.check_list()
    lines = {line[66:] for line in (place.folder / "SHA256SUMS").read_text().splitlines()}
    assert set(wanted) <= lines
    result = sandbox.run("verify", "--copy", NAME)
    assert (result.exit, found(result)) == (0, set())


def test_they_are_known_again_when_the_record_is_lost(sandbox: Sandbox, place: Place) -> None:
    copied(sandbox)
    evicted(sandbox, *sandbox.files()[:2])
    copied(sandbox)
    shutil.rmtree(sandbox.library / ".photosync/copies")
    assert copied(sandbox).number("saved") == 0
    result = sandbox.run("verify", "--copy", NAME)
    assert (result.exit, result.number("read")) == (0, len(place.files()))


def test_a_catalog_that_was_begun_anew_does_not_replace_the_earlier_one(sandbox: Sandbox, place: Place) -> None:
    """Only the earlier one knows what was removed."""
    copied(sandbox)
    gone = sandbox.files()[:2]
    evicted(sandbox, *gone)
    copied(sandbox)
    known = place.files()[_CATALOG]
    for name in ("catalog.db", "catalog-copy.db"):
        (sandbox.library / ".photosync" / name).unlink()
    assert sandbox.run("pull", "amazon").exit == 0
    result = copied(sandbox)
    assert (result.exit, ".photosync/replaced" in result.stderr) == (0, True)
    (kept,) = [content for path, content in place.files().items() if path.startswith(_KEPT) and path.endswith(_CATALOG)]
    assert kept == known
    assert sandbox.run("pull", "--full").exit == 0
    assert copied(sandbox).stderr == ""
    assert len([path for path in place.files() if path.startswith(_KEPT) and path.endswith(_CATALOG)]) == 1


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_a_new_copy_gets_them_from_another_one(sandbox: Sandbox, place: Place, other: Place) -> None:
    assert sandbox.run("copy", NAME).exit == 0
    gone = sandbox.files()[:2]
    wanted = {name: path.read_bytes() for name, path in zip(names(sandbox, *gone), gone, strict=True)}
    evicted(sandbox, *gone)
    copied_each(sandbox)
    assert {name: other.files()[name] for name in wanted} == wanted
    times = [(each.folder / name).stat().st_mtime_ns for name in wanted for each in (place, other)]
    assert times[::2] == times[1::2]
    other.check_list()
    assert sandbox.run("copy", OTHER).number("saved") == 0
    assert list((sandbox.library / ".photosync/copies" / f"{OTHER}.files").glob(".*")) == []


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_a_new_copy_says_what_it_lacks(sandbox: Sandbox, place: Place, other: Place) -> None:
    """Nobody has it any more; the list of the copy names only what it has."""
    assert sandbox.run("copy", NAME).exit == 0
    gone = sandbox.files()[0]
    (name,) = names(sandbox, gone)
    evicted(sandbox, gone)
    one_byte(place.folder / name)
    result = sandbox.run("copy", OTHER)
    assert (result.exit, result.reasons) == (Exit.PARTIAL, ["hash_mismatch"]), result
    assert f"the copy '{NAME}'" in result.errors[0]["error"]
    assert name not in other.files()
    other.check_list()
    place.folder.rename(place.folder.with_name("unplugged"))
    result = sandbox.run("copy", OTHER)
    assert (result.exit, result.reasons) == (Exit.PARTIAL, ["unreachable"]), result


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_a_damaged_one_is_repaired_from_another_copy(sandbox: Sandbox, place: Place, other: Place) -> None:
    copied_each(sandbox)
    gone = sandbox.files()[:2]
    evicted(sandbox, *gone)
    copied_each(sandbox)
    damaged, missing = names(sandbox, *gone)
    one_byte(place.folder / damaged)
    (place.folder / missing).unlink()
    expected = {(damaged, "damaged", "other_content"), (missing, "missing", "absent")}
    result = sandbox.run("verify", "--copy", NAME)
    assert (result.exit, found(result)) == (Exit.DAMAGE, expected)
    result = sandbox.run("verify", "--copy", NAME, "--repair")
    assert (result.exit, found(result)) == (0, expected), result
    assert {each["repaired_from"] for each in result.objects if "finding" in each} == {f"copy: {OTHER}"}
    place.check_list()
    assert sandbox.run("verify", "--copy", NAME).exit == 0


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_a_damaged_one_that_nobody_else_has_is_named(sandbox: Sandbox, place: Place) -> None:
    copied(sandbox)
    gone = sandbox.files()[0]
    (name,) = names(sandbox, gone)
    evicted(sandbox, gone)
    one_byte(place.folder / name)
    result = sandbox.run("verify", "--copy", NAME, "--repair")
    assert (result.exit, found(result)) == (Exit.DAMAGE, {(name, "damaged", "other_content")})
    (error,) = (str(each["error"]) for each in result.objects if "finding" in each)
    assert "no other copy" in error


def test_a_library_out_of_a_copy_has_them(sandbox: Sandbox, place: Place, tmp_path: Path) -> None:
    assert sandbox.run("pull", "amazon").exit == 0  # another test may have added an item
    copied(sandbox)
    before = {
        name: path.read_bytes() for name, path in zip(names(sandbox, *sandbox.files()), sandbox.files(), strict=True)
    }
    evicted(sandbox, *sandbox.files()[::2])
    copied(sandbox)
    other = on_another_machine(sandbox, tmp_path)
    shutil.rmtree(sandbox.library)
    result = other.run("restore", "--from", NAME, "--to", str(other.library))
    result.check_totals()
    assert result.exit == 0, result
    assert {name: (other.library / name).read_bytes() for name in before} == before
    check_list(other.library)
    assert {path.name for path in other.files()} == {Path(name).name for name in before}
    assert other.run("verify").exit == 0
    assert other.run("audit", "amazon").exit == 0
    assert other.run("list", "amazon", "--state", "offsite").objects == []
    again = other.run("pull", "amazon", "--full")
    assert (again.exit, again.number("saved")) == (0, 0), again
    again = other.run("restore", "--from", NAME, "--to", str(other.library))
    assert (again.exit, again.number("saved")) == (0, 0), again


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_the_list_of_a_copy_does_not_name_what_was_lost_there(sandbox: Sandbox, place: Place, other: Place) -> None:
    copied_each(sandbox)
    gone = sandbox.files()[0]
    (name,) = names(sandbox, gone)
    evicted(sandbox, gone)
    copied_each(sandbox)
    for each in (place, other):
        (each.folder / name).unlink()
    result = sandbox.run("copy", NAME)
    assert (result.exit, result.reasons) == (Exit.PARTIAL, ["not_found"])
    place.check_list()
    assert sandbox.run("verify", "--copy", NAME).exit == Exit.DAMAGE, "it is not forgotten"


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_a_library_without_them(sandbox: Sandbox, place: Place, tmp_path: Path) -> None:
    """For a disk that has no room for all."""
    assert sandbox.run("pull", "amazon").exit == 0  # another test may have added an item
    copied(sandbox)
    evicted(sandbox, *sandbox.files()[::2])
    copied(sandbox)
    before = {
        name: path.read_bytes() for name, path in zip(names(sandbox, *sandbox.files()), sandbox.files(), strict=True)
    }
    other = on_another_machine(sandbox, tmp_path)
    for _ in range(2):
        result = other.run("restore", "--from", NAME, "--to", str(other.library), "--without-offsite")
        assert result.exit == 0, result
        assert {name: (other.library / name).read_bytes() for name in before} == before
        assert len(other.files()) == len(before)
        check_list(other.library)
        assert other.run("verify").exit == 0
        assert other.run("audit", "amazon").exit == 0
    result = other.run("restore", "--offsite")
    assert (result.exit, result.number("saved") > 0) == (0, True), result
    assert {path.name for path in other.files()} > {Path(name).name for name in before}
    check_list(other.library)
    assert other.run("restore", "--offsite", "--without-offsite").exit == Exit.USAGE
