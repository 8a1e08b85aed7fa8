"""`photosync evict` removes only what was asked for, and only what two verified copies have."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.file_systems import Lock
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.copies.evict_runs import (
    ALL,
    FIRST,
    SECOND,
    THIRD,
    configure_copies,
    duplicate,
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
from tests.jobs.killed_runs import check_lists


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory, pulled: Sandbox, simulator: AmazonSimulator) -> Sandbox:
    made = Sandbox(tmp_path_factory.mktemp("prepared") / "user")
    made.configure({"amazon": simulator.account_settings()}, exif="fix")
    shutil.copytree(pulled.library, made.library)
    with_copies(made, FIRST, SECOND)
    return made


@pytest.fixture
def sandbox(tmp_path: Path, prepared: Sandbox, simulator: AmazonSimulator) -> Sandbox:
    """A user with a library, and two copies that were verified."""
    made = duplicate(prepared, tmp_path)
    made.configure({"amazon": simulator.account_settings()}, exif="fix")
    configure_copies(made, **{name: str(place(made, name)) for name in (FIRST, SECOND)})
    return made


def dated(sandbox: Sandbox) -> set[str]:
    """The paths of the photos with a capture time: what `ALL` asks for."""
    return set(listed(sandbox, "--since", "1990"))


def test_what_two_copies_have_is_removed_and_a_pull_does_not_bring_it_back(
    sandbox: Sandbox, simulator: AmazonSimulator
) -> None:
    before, wanted = photos(sandbox), dated(sandbox)
    assert wanted
    assert wanted < set(before), "some photos have no capture time"
    simulator.forget()
    result = evict(sandbox, *ALL)
    assert result.exit == 0, result
    assert simulator.requests == [], "no service is asked"
    assert set(outcomes(result).values()) == {"changed"}
    size = sum(len(before[path]) for path in wanted)
    assert (result.number("changed"), result.number("bytes")) == (len(wanted), size)
    assert photos(sandbox) == {path: content for path, content in before.items() if path not in wanted}
    check_lists(sandbox)
    assert listed(sandbox, "--state", "offsite") == dict.fromkeys(wanted, "offsite")
    for options in ((), ("--full",)):
        pulled = sandbox.run("pull", "amazon", *options)
        assert (pulled.exit, pulled.number("saved"), pulled.number("failed")) == (0, 0, 0), pulled
    assert set(photos(sandbox)) == set(before) - wanted
    assert sandbox.run("verify").exit == 0
    assert sandbox.run("audit", "amazon").exit == 0
    for name in (FIRST, SECOND):
        assert sandbox.run("copy", name).exit == 0
        verify(sandbox, name)
        assert all((place(sandbox, name) / path).read_bytes() == before[path] for path in wanted)
    again = evict(sandbox, *ALL)
    assert (again.exit, again.number("selected")) == (0, 0), "nothing is left to do"


def test_a_dry_run_says_what_would_be_removed(sandbox: Sandbox) -> None:
    before, wanted = photos(sandbox), dated(sandbox)
    result = evict(sandbox, "--since", "1990", "--dry-run")
    assert (result.exit, result.number("changed")) == (0, len(wanted))
    assert set(outcomes(result).values()) == {"would_change"}
    assert photos(sandbox) == before
    assert listed(sandbox, "--state", "offsite") == {}


def test_older_than_is_about_the_capture_time(sandbox: Sandbox, tmp_path: Path) -> None:
    before = photos(sandbox)
    assert evict(sandbox, "--older-than", "90y", "--yes").number("selected") == 0
    assert photos(sandbox) == before
    result = evict(sandbox, "--older-than", "0d", "--yes")
    assert result.exit == 0
    assert set(before) - set(photos(sandbox)) == set(listed(sandbox, "--state", "offsite"))
    assert photos(sandbox), "what has no capture time stays"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--yes",), "--older-than"),
        (("--older-than", "5"), "--older-than"),
        (("--older-than", "2019"), "--older-than"),
        (("--older-than", "5y", "--max-age", "0d"), "--max-age"),
        (("--older-than", "5y"), "--yes"),
        (("--year", "2019", "--kind", "pony", "--yes"), "--kind"),
        (("nobody", "--older-than", "5y", "--yes"), "nobody"),
    ],
)
def test_wrong_usage(sandbox: Sandbox, options: tuple[str, ...], said: str) -> None:
    before = photos(sandbox)
    result = evict(sandbox, *options)
    assert result.exit == Exit.USAGE, result
    assert said in result.stderr
    assert photos(sandbox) == before


def test_single_items(sandbox: Sandbox) -> None:
    before = photos(sandbox)
    rows = [each for each in sandbox.run("list", "amazon", "--saved").objects if each["path"] in before]
    ids = [str(each["id"]) for each in rows]
    result = evict(sandbox, "amazon", "--id", ids[0], "--id", ids[1], "--id", "unknown", "--yes")
    assert result.exit == Exit.PARTIAL
    assert (result.number("changed"), result.reasons) == (2, ["not_found"])
    assert set(before) - set(photos(sandbox)) == {rows[0]["path"], rows[1]["path"]}
    again = sandbox.run("evict", "--id", "-", "--yes", stdin=f"{ids[1]}\n".encode())
    assert (again.exit, again.number("unchanged")) == (0, 1)


def test_another_account_keeps_its_files(sandbox: Sandbox) -> None:
    content = sandbox.config.read_text(encoding="utf-8")
    sandbox.config.write_text(
        content.replace("accounts:\n", "accounts:\n  other: {provider: amazon}\n"), encoding="utf-8"
    )
    before = photos(sandbox)
    assert evict(sandbox, "other", *ALL).exit == 0
    assert photos(sandbox) == before


# What is not proved


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
