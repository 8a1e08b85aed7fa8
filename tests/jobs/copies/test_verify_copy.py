"""`verify --copy` names each file of a copy that is not right, and `--repair` brings it back."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import cycle
from pathlib import Path

import pytest

from photosync.copies import CopyRecord
from photosync.errors import Exit
from photosync.testing.command import Result, Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.copies.places import NAME, OTHER, Place, copied, copied_each, serving


def one_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"more")


def removed(path: Path) -> None:
    path.unlink()


DAMAGES: dict[Callable[[Path], None], tuple[str, str]] = {
    one_byte: ("damaged", "other_content"),
    cut: ("damaged", "shorter"),
    emptied: ("damaged", "empty"),
    longer: ("damaged", "longer"),
    removed: ("missing", "absent"),
}


def found(result: Result) -> set[tuple[object, object, object]]:
    return {(each["path"], each["finding"], each["reason"]) for each in result.objects if "finding" in each}


def damage(sandbox: Sandbox, place: Place) -> set[tuple[object, object, object]]:
    """Damage a photo in each way, and say what has to be found."""
    photos = [path.relative_to(sandbox.library).as_posix() for path in sandbox.files()]
    expected: set[tuple[object, object, object]] = set()
    for name, (do, words) in zip(photos, DAMAGES.items(), strict=False):
        do(place.folder / name)
        expected.add((name, *words))
    assert len(expected) == len(DAMAGES)
    return expected


def verified(sandbox: Sandbox) -> dict[str, float | None]:
    """When each file of the copy was read and was right."""
    with CopyRecord(sandbox.library / ".photosync/copies" / f"{NAME}.db") as record:
        return {each.path: each.verified_at for each in record.files()}


def test_a_copy_that_is_right(sandbox: Sandbox, place: Place) -> None:
    files = copied(sandbox).number("saved")
    assert len(place.files()) == files
    result = sandbox.run("verify", "--copy", NAME)
    assert (result.exit, found(result)) == (0, set()), result
    assert result.number("files") == result.number("ok") == result.number("read") == files


@pytest.mark.slow
def test_twenty_objects_damaged_at_the_store(tmp_path: Path, pulled: Sandbox, simulator: AmazonSimulator) -> None:
    """Each is named, by the listing or by reading, and repaired."""
    simulator.library.add(20)
    sandbox, root = Sandbox(tmp_path / "user"), tmp_path / "s3"
    root.mkdir()
    sandbox.configure({"amazon": simulator.account_settings()}, exif="fix")
    shutil.copytree(pulled.library, sandbox.library)
    assert sandbox.run("pull", "amazon").exit == 0
    with serving(root) as server:
        place = server.place("damaged")
        place.configure(sandbox)
        assert copied(sandbox).exit == 0
    expected: set[tuple[object, object, object]] = set()
    photos = [path.relative_to(sandbox.library).as_posix() for path in sandbox.files()][:20]
    for name, (do, words) in zip(photos, cycle(DAMAGES.items()), strict=False):
        do(place.folder / name)
        expected.add((name, *words))
    assert len(expected) == 20
    with serving(root) as server:  # another one: it remembers what it has seen
        server.place("damaged").configure(sandbox)
        quick = sandbox.run("verify", "--copy", NAME, "--quick")
        assert (quick.exit, found(quick)) == (Exit.DAMAGE, expected), "the store lists the checksums"
        repaired = sandbox.run("verify", "--copy", NAME, "--repair")
        assert (repaired.exit, found(repaired), repaired.number("repaired")) == (0, expected, 20), repaired
        assert sandbox.run("verify", "--copy", NAME).exit == 0
    place.check_list()


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_each_damage_is_named_and_repaired(sandbox: Sandbox, place: Place) -> None:
    copied(sandbox)
    expected = damage(sandbox, place)
    result = sandbox.run("verify", "--copy", NAME)
    assert result.exit == Exit.DAMAGE
    assert found(result) == expected
    repaired = sandbox.run("verify", "--copy", NAME, "--repair")
    assert repaired.exit == 0, repaired
    assert found(repaired) == expected
    assert repaired.number("repaired") == len(expected)
    place.check_list()
    assert sandbox.run("verify", "--copy", NAME).exit == 0
    kept = [path for path in place.files() if path.startswith(".photosync/damaged/")]
    assert len(kept) == len(expected) - 1  # what was removed cannot be kept


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_a_record_that_is_damaged_here_too_does_not_repair_a_copy(sandbox: Sandbox, place: Place, other: Place) -> None:
    """The catalog has no hash of an undo record; what was sent to the copy tells it."""
    copied_each(sandbox)
    record = next((sandbox.library / ".photosync/undo").rglob("*.json"))
    name, wanted = record.relative_to(sandbox.library).as_posix(), record.read_bytes()
    record.write_bytes(b"{")
    one_byte(place.folder / name)
    result = sandbox.run("verify", "--copy", NAME, "--repair")
    assert {each["repaired_from"] for each in result.objects if "finding" in each} == {f"copy: {OTHER}"}, result
    assert (result.exit, place.files()[name]) == (0, wanted)
    one_byte(place.folder / name)
    one_byte(other.folder / name)
    result = sandbox.run("verify", "--copy", NAME, "--repair")
    assert (result.exit, found(result)) == (Exit.DAMAGE, {(name, "damaged", "other_content")})


@pytest.mark.parametrize("place", ["folder"], indirect=True)
@pytest.mark.parametrize(("options", "expected"), [((), 0), (("--quick",), 1)])
def test_what_was_right_earlier_and_is_not_now_does_not_count_as_verified(
    sandbox: Sandbox, place: Place, options: tuple[str, ...], expected: int
) -> None:
    """`--quick` cannot see another content of the same size; but all that it finds counts."""
    copied(sandbox)
    assert sandbox.run("verify", "--copy", NAME).exit == 0
    assert None not in verified(sandbox).values()
    wrong = {path for path, *_ in damage(sandbox, place)}
    assert sandbox.run("verify", "--copy", NAME, *options).exit == Exit.DAMAGE
    not_verified = {path for path, at in verified(sandbox).items() if at is None}
    assert not_verified <= wrong
    assert len(wrong - not_verified) == expected


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_what_was_found_wrong_is_brought_again_by_the_next_copy(sandbox: Sandbox, place: Place) -> None:
    """No listing shows it: a file with a bad sector has its size and its time."""
    copied(sandbox)
    photo = sandbox.files()[0]
    there = place.folder / photo.relative_to(sandbox.library)
    before = there.stat()
    one_byte(there)
    damaged = there.read_bytes()
    os.utime(there, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert copied(sandbox).number("saved") == 0
    assert sandbox.run("verify", "--copy", NAME).exit == Exit.DAMAGE
    assert copied(sandbox, "--dry-run").number("saved") == 1
    result = copied(sandbox)
    assert (result.exit, result.number("saved")) == (0, 1), result
    assert there.read_bytes() == photo.read_bytes()
    assert ["/damaged/" in name for name, content in place.files().items() if content == damaged] == [True]
    assert sandbox.run("verify", "--copy", NAME).exit == 0
    assert copied(sandbox).number("saved") == 0


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_quick_compares_sizes_alone(sandbox: Sandbox, place: Place) -> None:
    copied(sandbox)
    expected = {each for each in damage(sandbox, place) if each[2] != "other_content"}
    result = sandbox.run("verify", "--copy", NAME, "--quick")
    assert (result.exit, found(result), result.number("read")) == (Exit.DAMAGE, expected, 0)


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_samples_reach_every_file(sandbox: Sandbox, place: Place) -> None:
    files = copied(sandbox).number("saved")
    assert sandbox.run("verify", "--copy", NAME, "--sample", "50%").number("read") == -(-files // 2)
    one_byte(place.folder / sandbox.files()[0].relative_to(sandbox.library))
    sampled = [sandbox.run("verify", "--copy", NAME, "--sample", "50%") for _ in range(2)]
    assert Exit.DAMAGE in {each.exit for each in sampled}


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_a_copy_that_has_nothing_is_not_right(sandbox: Sandbox) -> None:
    result = sandbox.run("verify", "--copy", NAME)
    assert result.exit == Exit.USAGE
    assert f"photosync copy {NAME}" in result.stderr


def test_the_library_is_repaired_from_a_copy(sandbox: Sandbox, place: Place, simulator: AmazonSimulator) -> None:
    """Photos and an undo record; the service is not asked."""
    copied(sandbox)
    first, second, *_ = sandbox.files()
    before = {path: path.read_bytes() for path in (first, second)}
    one_byte(first)
    second.unlink()
    record = next((sandbox.library / ".photosync/undo").rglob("*.json"))
    wanted = record.read_bytes()
    record.write_bytes(b"{")
    simulator.forget()
    result = sandbox.run("verify", "--repair", "--from", NAME)
    assert result.exit == 0, result
    assert {path: path.read_bytes() for path in before} == before
    assert record.read_bytes() == wanted
    sources = {str(each["repaired_from"]) for each in result.objects if "finding" in each}
    assert len(sources) == 3
    assert all(NAME in each or str(place.folder) in each for each in sources), sources
    assert simulator.requests == []
    assert sandbox.leftovers() == []


def test_a_copy_that_is_not_configured_is_no_source(sandbox: Sandbox) -> None:
    result = sandbox.run("verify", "--repair", "--from", "nowhere")
    assert result.exit == Exit.USAGE
    assert "nowhere" in result.stderr


@pytest.mark.parametrize("place", [pytest.param("s3", marks=pytest.mark.slow)], indirect=True)
def test_another_checksum_of_the_same_content_is_no_damage(sandbox: Sandbox, place: Place) -> None:
    """A bucket that was moved or encrypted lists others. What is not read is not believed."""
    files = copied(sandbox).number("saved")
    with closing(sqlite3.connect(sandbox.library / ".photosync/copies" / f"{NAME}.db", isolation_level=None)) as record:
        record.execute("UPDATE files SET tag = 'another', md5 = 'another'")
    quick = sandbox.run("verify", "--copy", NAME, "--quick")
    assert (quick.exit, quick.number("damaged")) == (Exit.DAMAGE, files)
    before = place.files()
    result = sandbox.run("verify", "--copy", NAME, "--sample", "1%", "--repair")
    assert (result.exit, result.number("read"), result.number("ok")) == (0, files, files), result
    assert place.files() == before
    assert None not in verified(sandbox).values()
    assert sandbox.run("verify", "--copy", NAME, "--quick").exit == 0
