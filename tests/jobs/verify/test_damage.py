"""Each way in which a file can be damaged: `verify` names the file and no other, and changes nothing."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing.command import Result, Sandbox
from photosync.testing.disk_faults import DiskFault, DiskFaults


def found(result: Result) -> set[tuple[object, object, object]]:
    """Each finding's path, kind and reason; the totals must add up."""
    summary = result.summary
    parts = ("ok", "missing", "different", "damaged")
    assert summary["files"] == sum(map(result.number, parts)), result
    assert summary["exit"] == result.exit, result
    return {(each["path"], each["finding"], each["reason"]) for each in result.objects if "finding" in each}


def snapshot(folder: Path) -> dict[str, object]:
    """Everything in a library but the records of the catalog."""
    found: dict[str, object] = {}
    for path in folder.rglob("*"):
        state = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else None
        if not path.name.startswith(("catalog", "lock")):
            found[str(path)] = (state.st_mode, state.st_mtime_ns if content is not None else 0, content)
    return found


def relative(sandbox: Sandbox, path: Path) -> str:
    return path.relative_to(sandbox.library).as_posix()


def one_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def one_byte_with_the_time_restored(path: Path) -> None:
    before = path.stat()
    one_byte(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def grown(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def zero_block(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:512] + bytes(512) + content[1024:])


def sparse(path: Path) -> None:
    size = path.stat().st_size
    path.write_bytes(b"")
    os.truncate(path, size)


def swapped_with_another_content(path: Path) -> None:
    path.write_bytes(b"another photo")


def renamed(path: Path) -> None:
    path.rename(path.with_name("renamed.jpg"))


def renamed_sidecar(path: Path) -> None:
    path.rename(path.with_name("renamed.xmp"))


def case_renamed(path: Path) -> None:
    path.rename(path.with_name(path.name.swapcase()))


def moved(path: Path) -> None:
    folder = path.parents[2] / "elsewhere"
    folder.mkdir()
    path.rename(folder / path.name)


def deleted(path: Path) -> None:
    path.unlink()


def folder_deleted(path: Path) -> None:
    shutil.rmtree(path.parent)


def folder_replaced_by_a_file(path: Path) -> None:
    shutil.rmtree(path.parent)
    path.parent.write_bytes(b"")


def replaced_by_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def replaced_by_a_link_to_a_good_copy(path: Path) -> None:
    copy = path.parents[4] / "copy.jpg"
    path.rename(copy)
    path.symlink_to(copy)


def replaced_by_a_dangling_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/nowhere/photo.jpg")


def replaced_by_a_loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def replaced_by_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


WAYS: dict[Callable[[Path], None], tuple[str, str]] = {
    one_byte: ("damaged", "other_content"),
    one_byte_with_the_time_restored: ("damaged", "other_content"),
    truncated: ("damaged", "shorter"),
    emptied: ("damaged", "empty"),
    grown: ("damaged", "longer"),
    zero_block: ("damaged", "other_content"),
    sparse: ("damaged", "other_content"),
    swapped_with_another_content: ("damaged", "shorter"),
    renamed: ("missing", "moved"),
    case_renamed: ("missing", "moved"),
    moved: ("missing", "moved"),
    deleted: ("missing", "absent"),
    replaced_by_a_folder: ("missing", "folder"),
    replaced_by_a_link_to_a_good_copy: ("missing", "link"),
    replaced_by_a_dangling_link: ("missing", "link"),
    replaced_by_a_loop: ("missing", "link"),
    replaced_by_a_pipe: ("missing", "special_file"),
}


@pytest.mark.parametrize("damage", WAYS, ids=lambda way: way.__name__)
def test_a_damaged_photo_is_named_and_no_other(sandbox: Sandbox, damage: Callable[[Path], None]) -> None:
    path = sandbox.files()[3]
    damage(path)
    before = snapshot(sandbox.library)
    expected = {(relative(sandbox, path), *WAYS[damage])}
    result = sandbox.run("verify")
    assert (result.exit, found(result)) == (Exit.DAMAGE, expected), result
    (finding,) = (each for each in result.objects if "finding" in each)
    assert (finding["account"], bool(finding["id"]), finding["repaired_from"]) == ("amazon", True, None)
    assert found(sandbox.run("verify", str(path))) <= {(relative(sandbox, path), *WAYS[damage])} | {
        (relative(sandbox, path), "missing", "absent")  # where it is now is found among all files
    }
    assert snapshot(sandbox.library) == before


def test_a_deleted_folder(sandbox: Sandbox) -> None:
    path = sandbox.files()[3]
    lost = {(relative(sandbox, each), "missing", "absent") for each in path.parent.iterdir()}
    folder_deleted(path)
    result = sandbox.run("verify")
    assert (result.exit, found(result)) == (Exit.DAMAGE, lost)


def test_a_folder_replaced_by_a_file(sandbox: Sandbox) -> None:
    path = sandbox.files()[3]
    lost = {(relative(sandbox, each), "missing", "absent") for each in path.parent.iterdir()}
    folder_replaced_by_a_file(path)
    unknown = {(relative(sandbox, path.parent), "unknown", "not_recorded")}
    assert found(sandbox.run("verify")) == lost | unknown


def test_two_exchanged_files(sandbox: Sandbox) -> None:
    first, second, *_ = sandbox.files()
    both = [first.read_bytes(), second.read_bytes()]
    first.write_bytes(both[1])
    second.write_bytes(both[0])
    result = sandbox.run("verify")
    assert result.exit == Exit.DAMAGE
    assert {(path, finding) for path, finding, _ in found(result)} == {
        (relative(sandbox, path), "damaged") for path in (first, second)
    }


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO])
def test_what_cannot_be_read_is_not_proved_and_concerns_no_other_file(sandbox: Sandbox, number: int) -> None:
    path = sandbox.files()[3]
    faults = DiskFaults([DiskFault(f"*/{path.name}", number, ["read"])])
    result = replace(sandbox, disk=faults).run("verify")
    assert (result.exit, found(result)) == (Exit.DAMAGE, {(relative(sandbox, path), "damaged", "unreadable")})
    assert os.strerror(number) in result.stdout
    assert sandbox.run("verify").exit == Exit.OK


@pytest.mark.parametrize(
    ("damage", "finding", "reason"),
    [
        (one_byte, "damaged", "other_content"),
        (emptied, "damaged", "empty"),
        (truncated, "damaged", "other_content"),
        (deleted, "missing", "absent"),
        (replaced_by_a_folder, "missing", "folder"),
        (replaced_by_a_pipe, "missing", "special_file"),
        (renamed_sidecar, "missing", "moved"),
    ],
)
def test_a_sidecar(sandbox: Sandbox, damage: Callable[[Path], None], finding: str, reason: str) -> None:
    (path,) = sandbox.library.rglob("*.xmp")
    damage(path)
    result = sandbox.run("verify")
    assert (result.exit, found(result)) == (Exit.DAMAGE, {(relative(sandbox, path), finding, reason)}), result


def test_a_sidecar_that_another_program_has_written(sandbox: Sandbox) -> None:
    (path,) = sandbox.library.rglob("*.xmp")
    path.write_text(path.read_text().replace("photosync", "XMP Core 6.0.0"))
    assert found(sandbox.run("verify")) == {(relative(sandbox, path), "different", "edited")}


@pytest.mark.parametrize(
    ("damage", "finding", "reason"),
    [
        (one_byte, "damaged", "other_content"),
        (emptied, "damaged", "other_content"),
        (deleted, "missing", "absent"),
        (replaced_by_a_folder, "damaged", "unreadable"),
        (replaced_by_a_pipe, "damaged", "unreadable"),
    ],
)
def test_an_undo_record(sandbox: Sandbox, damage: Callable[[Path], None], finding: str, reason: str) -> None:
    path = sorted((sandbox.library / ".photosync" / "undo").rglob("*-[0-9a-f]*.json"))[2]
    damage(path)
    result = sandbox.run("verify")
    assert (result.exit, found(result)) == (Exit.DAMAGE, {(relative(sandbox, path), finding, reason)}), result
    (one,) = (each for each in result.objects if "finding" in each)
    assert one["account"] == "amazon"
    assert one["id"]


def test_an_undo_record_that_gives_other_bytes(sandbox: Sandbox) -> None:
    path = min((sandbox.library / ".photosync" / "undo").rglob("*-[0-9a-f]*.json"))
    text = path.read_text()
    path.write_text(text.replace('"back":[[', '"back":[[1'))
    assert found(sandbox.run("verify")) == {(relative(sandbox, path), "damaged", "other_content")}


def hash_changed(lines: list[str]) -> None:
    lines[2] = ("0" if lines[2][0] != "0" else "1") + lines[2][1:]


def name_changed(lines: list[str]) -> None:
    lines[2] = lines[2][:-6] + "X" + lines[2][-5:]


def line_deleted(lines: list[str]) -> None:
    del lines[2]


def line_cut(lines: list[str]) -> None:
    lines[-1] = lines[-1][:-2]


def line_cut_in_its_hash(lines: list[str]) -> None:
    lines[2] = lines[2][:40]


@pytest.mark.parametrize("change", [hash_changed, name_changed, line_deleted, line_cut, line_cut_in_its_hash])
def test_a_line_of_the_list(sandbox: Sandbox, change: Callable[[list[str]], None]) -> None:
    path = sandbox.library / "SHA256SUMS"
    lines = path.read_text().splitlines()
    concerned = (lines[-1] if change is line_cut else lines[2])[66:]
    change(lines)
    path.write_text("\n".join(lines))
    result = sandbox.run("verify")
    assert (result.exit, found(result)) == (Exit.DAMAGE, {("SHA256SUMS", "different", "lines")}), result
    assert concerned in result.stdout


@pytest.mark.parametrize(
    ("damage", "finding", "reason"),
    [
        (deleted, "missing", "absent"),
        (emptied, "damaged", "empty"),
        (replaced_by_a_folder, "missing", "folder"),
        (replaced_by_a_dangling_link, "missing", "link"),
        (replaced_by_a_pipe, "missing", "special_file"),
    ],
)
def test_the_list(sandbox: Sandbox, damage: Callable[[Path], None], finding: str, reason: str) -> None:
    damage(sandbox.library / "SHA256SUMS")
    result = sandbox.run("verify")
    assert (result.exit, found(result)) == (Exit.DAMAGE, {("SHA256SUMS", finding, reason)}), result


def test_several_kinds_of_damage_at_once(sandbox: Sandbox) -> None:
    ways = [one_byte, truncated, emptied, grown, deleted, replaced_by_a_folder, replaced_by_a_dangling_link, renamed]
    photos = [path for path in sandbox.files() if path.suffix != ".xmp"]
    for path, damage in zip(photos, ways, strict=False):
        damage(path)
    result = sandbox.run("verify")
    assert {path for path, _, _ in found(result)} == {relative(sandbox, path) for path in photos[: len(ways)]}
    assert result.exit == Exit.DAMAGE
