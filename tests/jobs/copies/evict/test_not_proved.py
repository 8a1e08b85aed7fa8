"""`photosync evict` keeps each file that is not proved to be in two copies at different places."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.file_systems import Lock
from photosync.testing.command import Sandbox
from tests.jobs.copies.evict.runs import (
    ALL,
    FIRST,
    SECOND,
    THIRD,
    configure_copies,
    dated,
    evict,
    listed,
    one_byte,
    outcomes,
    photos,
    place,
    set_verified,
    verify,
    with_copies,
)
from tests.jobs.copies.places import serving


@pytest.mark.parametrize("change", ["NULL", "verified_at - 31 * 86400", "verified_at + 3 * 86400"])
def test_a_copy_that_was_not_verified_lately_does_not_count(sandbox: Sandbox, change: str) -> None:
    """Never, too long ago, or by a clock that was ahead."""
    before = photos(sandbox)
    set_verified(sandbox, SECOND, change)
    result = evict(sandbox, *ALL)
    assert result.exit == Exit.PARTIAL
    assert set(outcomes(result).values()) == {"not_verified"}
    assert f"photosync verify --copy {SECOND}" in result.stderr
    assert result.stderr.count(f"copy '{SECOND}'") == 1 + ("on one disk" in result.stderr), "a line for the copy"
    assert photos(sandbox) == before
    verify(sandbox, SECOND)
    assert evict(sandbox, *ALL).exit == 0


def test_max_age(sandbox: Sandbox) -> None:
    set_verified(sandbox, FIRST, "verified_at - 2 * 86400")
    assert evict(sandbox, *ALL, "--max-age", "1d").exit == Exit.PARTIAL
    assert evict(sandbox, *ALL, "--max-age", "3000000d", "--dry-run").exit == 0, "before all calendars"
    assert evict(sandbox, *ALL, "--max-age", "3d").exit == 0


def test_a_copy_that_was_never_made_does_not_count(sandbox: Sandbox) -> None:
    before = photos(sandbox)
    place(sandbox, THIRD).mkdir()
    configure_copies(sandbox, first=str(place(sandbox, FIRST)), third=str(place(sandbox, THIRD)))
    result = evict(sandbox, *ALL)
    assert (result.exit, set(outcomes(result).values())) == (Exit.PARTIAL, {"not_verified"})
    assert "photosync copy third" in result.stderr
    assert photos(sandbox) == before


def test_a_file_that_a_copy_has_as_it_was_earlier_does_not_count(sandbox: Sandbox) -> None:
    path = min(dated(sandbox))
    assert sandbox.run("fix", str(sandbox.library / path), "--set", "artist=Ada Lovelace").exit == 0
    assert sandbox.run("copy", FIRST).exit == 0
    verify(sandbox, FIRST)
    result = evict(sandbox, *ALL)
    assert (result.exit, result.reasons) == (Exit.PARTIAL, ["not_verified"])
    assert (sandbox.library / path).exists()
    assert sandbox.run("copy", SECOND).exit == 0
    assert evict(sandbox, *ALL).reasons == ["not_verified"]
    verify(sandbox, SECOND)
    assert evict(sandbox, *ALL).exit == 0
    assert not (sandbox.library / path).exists()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def other_order(path: Path) -> None:
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[::-1])


@pytest.mark.parametrize("damage", [one_byte, cut, longer, emptied, other_order])
@pytest.mark.parametrize("name", [FIRST, SECOND])
def test_nothing_is_removed_if_a_file_differs_in_a_copy(
    sandbox: Sandbox, damage: Callable[[Path], None], name: str
) -> None:
    before, path = photos(sandbox), max(dated(sandbox))
    damage(place(sandbox, name) / path)
    for options in (("--since", "1990", "--dry-run"), ALL):
        result = evict(sandbox, *options)
        assert result.exit == Exit.DAMAGE, result
        assert (result.reasons, result.number("changed")) == (["damaged"], 0)
        assert f"photosync verify --copy {name} --repair" in result.errors[0]["error"]
        assert photos(sandbox) == before
    assert sandbox.run("verify", "--copy", name, "--repair").exit == 0
    verify(sandbox, name)
    assert evict(sandbox, *ALL).exit == 0


def test_what_verify_found_wrong_and_nobody_repaired(sandbox: Sandbox) -> None:
    """Also if it looks right again."""
    path = place(sandbox, FIRST) / min(dated(sandbox))
    one_byte(path)
    assert sandbox.run("verify", "--copy", FIRST).exit == Exit.DAMAGE
    one_byte(path)
    assert evict(sandbox, *ALL).exit == Exit.DAMAGE
    verify(sandbox, FIRST)
    assert evict(sandbox, *ALL).exit == 0


def test_what_is_missing_in_a_copy_stays_and_the_others_go(sandbox: Sandbox) -> None:
    wanted = sorted(dated(sandbox))
    (place(sandbox, SECOND) / wanted[0]).unlink()
    result = evict(sandbox, *ALL)
    assert (result.exit, result.reasons, result.number("changed")) == (Exit.PARTIAL, ["not_verified"], len(wanted) - 1)
    assert set(photos(sandbox)).intersection(wanted) == {wanted[0]}


def test_a_copy_without_its_catalog_does_not_count(sandbox: Sandbox) -> None:
    (place(sandbox, SECOND) / ".photosync/catalog-copy.db").unlink()
    assert set(outcomes(evict(sandbox, *ALL)).values()) == {"not_verified"}


@pytest.mark.parametrize("damage", [one_byte, cut, Path.unlink])
def test_a_file_that_is_not_as_it_was_saved_stays(sandbox: Sandbox, damage: Callable[[Path], None]) -> None:
    wanted = sorted(dated(sandbox))
    damage(sandbox.library / wanted[0])
    result = evict(sandbox, *ALL)
    assert (result.exit, result.reasons) == (Exit.PARTIAL, ["damaged"])
    assert set(photos(sandbox)).intersection(wanted) <= {wanted[0]}
    assert listed(sandbox, "--state", "offsite").keys() == set(wanted[1:])
    assert sandbox.run("verify").exit == Exit.DAMAGE


def test_a_link_in_the_place_of_a_file_stays(sandbox: Sandbox, tmp_path: Path) -> None:
    path = sandbox.library / min(dated(sandbox))
    path.rename(tmp_path / "elsewhere.jpg")
    path.symlink_to(tmp_path / "elsewhere.jpg")
    assert evict(sandbox, *ALL).reasons == ["damaged"]
    assert path.is_symlink()


# Three copies


@pytest.fixture
def third(sandbox: Sandbox) -> Path:
    with_copies(sandbox, FIRST, SECOND, THIRD)
    return place(sandbox, THIRD)


def test_two_of_three_copies_are_enough(sandbox: Sandbox, third: Path) -> None:
    wanted = sorted(dated(sandbox))
    (third / wanted[0]).unlink()
    (third / wanted[1]).unlink()
    set_verified(sandbox, THIRD, "NULL")
    result = evict(sandbox, *ALL)
    assert (result.exit, result.number("changed")) == (0, len(wanted)), result


def test_a_third_copy_that_cannot_be_reached(sandbox: Sandbox, third: Path) -> None:
    third.rename(third.with_name("away"))
    result = evict(sandbox, *ALL)
    assert result.exit == 0, result
    assert str(third) in result.stderr


def test_a_third_copy_that_differs(sandbox: Sandbox, third: Path) -> None:
    """Also if it was not verified."""
    before = photos(sandbox)
    one_byte(third / min(dated(sandbox)))
    set_verified(sandbox, THIRD, "NULL")
    assert evict(sandbox, *ALL).exit == Exit.DAMAGE
    assert photos(sandbox) == before


# Copies that are no second ones


def test_fewer_than_two_copies(sandbox: Sandbox) -> None:
    configure_copies(sandbox, first=str(place(sandbox, FIRST)))
    result = evict(sandbox, *ALL)
    assert result.exit == Exit.USAGE
    assert "two copies" in result.stderr


@pytest.mark.parametrize("kind", ["link", "inside", "library", "in_library"])
def test_two_names_of_one_place(sandbox: Sandbox, kind: str) -> None:
    """The same folder by another name, one in it, the library itself, and one in it."""
    before, link = photos(sandbox), sandbox.folder.with_name("link")
    link.symlink_to(place(sandbox, FIRST))
    (place(sandbox, FIRST) / "second").mkdir()
    (sandbox.library / "copy").mkdir()
    places = {
        "link": link,
        "inside": place(sandbox, FIRST) / "second",
        "library": sandbox.library,
        "in_library": sandbox.library / "copy",
    }
    configure_copies(sandbox, first=str(place(sandbox, FIRST)), second=str(places[kind]))
    assert evict(sandbox, *ALL).exit == Exit.USAGE
    assert photos(sandbox) == before


def test_a_clone_of_a_copy_counts_only_when_it_has_a_mark_of_its_own(sandbox: Sandbox) -> None:
    """Two copies with the same mark may be one folder that is mounted twice. The message says what to do if not."""
    before, second = photos(sandbox), place(sandbox, SECOND)
    shutil.rmtree(second)
    shutil.copytree(place(sandbox, FIRST), second)
    assert sandbox.run("copy", SECOND).exit == 0
    verify(sandbox, SECOND)
    result = evict(sandbox, *ALL)
    assert result.exit == Exit.USAGE, result
    assert "in one place" in result.stderr
    assert photos(sandbox) == before
    (mark,) = second.glob(".photosync/copy-*.json")
    assert f"{mark.relative_to(second)}" in result.stderr
    assert f"copies/{SECOND}.db" in result.stderr
    mark.unlink()
    (sandbox.library / f".photosync/copies/{SECOND}.db").unlink()
    assert sandbox.run("copy", SECOND).exit == 0
    verify(sandbox, SECOND)
    assert evict(sandbox, *ALL).exit == 0


def test_a_copy_in_the_place_of_two_others_is_left_out(sandbox: Sandbox) -> None:
    """Two of three are enough."""
    third = place(sandbox, THIRD)
    shutil.copytree(place(sandbox, FIRST), third)
    with_copies(sandbox, FIRST, SECOND, THIRD)
    result = evict(sandbox, *ALL)
    assert result.exit == 0, result
    assert "in one place" in result.stderr


def test_a_mark_of_a_copy_in_the_library(sandbox: Sandbox) -> None:
    """As if a store served the library's own folder."""
    before = photos(sandbox)
    (mark,) = place(sandbox, FIRST).glob(".photosync/copy-*.json")
    there = sandbox.library / ".photosync" / mark.name
    shutil.copy(mark, there)
    result = evict(sandbox, *ALL)
    assert result.exit == Exit.USAGE, result
    assert mark.name in result.stderr
    assert photos(sandbox) == before
    there.unlink()
    assert evict(sandbox, *ALL).exit == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", [FIRST, "library"])
def test_a_bucket_that_is_a_folder(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    """A storage device often offers the same folder as a share and as a bucket. Needs a server of its own."""
    before = photos(sandbox)
    root = tmp_path if name == FIRST else sandbox.folder
    with serving(root) as server:
        configure_copies(sandbox, first=str(place(sandbox, FIRST)), store=server.settings(name))
        assert sandbox.run("copy").exit == 0
        for each in (FIRST, "store"):
            verify(sandbox, each)
        result = evict(sandbox, *ALL)
    assert result.exit == Exit.USAGE, result
    assert ("in one place" if name == FIRST else "library's own folder") in result.stderr
    assert photos(sandbox) == before


def test_a_file_under_two_names_is_one_file(sandbox: Sandbox) -> None:
    """A copy that somebody made with hard links is not another copy: neither of the library nor of a copy."""
    before, path = photos(sandbox), min(dated(sandbox))
    for source in (sandbox.library / path, place(sandbox, FIRST) / path):
        there = place(sandbox, SECOND) / path
        there.unlink()
        there.hardlink_to(source)
        assert evict(sandbox, *ALL, "--dry-run").reasons == ["not_verified"]
    assert photos(sandbox) == before


def test_exchanged_copies(sandbox: Sandbox) -> None:
    """Nothing is known of what is there now."""
    before = photos(sandbox)
    set_verified(sandbox, SECOND, "NULL")
    configure_copies(sandbox, first=str(place(sandbox, SECOND)), second=str(place(sandbox, FIRST)))
    assert evict(sandbox, *ALL).exit == Exit.DESTINATION
    assert photos(sandbox) == before


def test_a_copy_that_is_not_mounted(sandbox: Sandbox) -> None:
    before = photos(sandbox)
    place(sandbox, SECOND).rename(place(sandbox, "away"))
    result = evict(sandbox, *ALL)
    assert (result.exit, result.number("left")) == (Exit.DESTINATION, len(dated(sandbox)))
    assert str(place(sandbox, SECOND)) in result.stderr
    place(sandbox, SECOND).mkdir()  # the mount point
    assert evict(sandbox, *ALL).exit == Exit.DESTINATION
    assert photos(sandbox) == before


@pytest.mark.parametrize("lock", ["lock", f"copies/{FIRST}.lock"])
def test_other_runs(sandbox: Sandbox, lock: str) -> None:
    before = photos(sandbox)
    with Lock(sandbox.library / ".photosync" / lock, timeout_s=5).held():
        assert evict(sandbox, *ALL).exit == Exit.LOCKED
    assert photos(sandbox) == before
