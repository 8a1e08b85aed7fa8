"""What can be checked: a part of a library, a folder outside it, an old backup, a library that cannot be written."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.model import Kind
from photosync.testing.command import Sandbox
from photosync.testing.disk_faults import DiskFault, DiskFaults
from photosync_aura.simulator import KITCHEN, AuraSimulator
from tests.jobs.verify.test_damage import found, one_byte, relative, snapshot
from tests.jobs.verify.test_readings import verified_runs


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """A folder with a list and without a catalog."""
    folder = tmp_path / "backup"
    (folder / "sub").mkdir(parents=True)
    lines = []
    for name in ("a.jpg", "sub/b c.jpg", "new\nline.jpg", "back\\slash.jpg", "bsd (1).jpg", "UPPER.JPG"):
        (folder / name).write_bytes(name.encode())
        digest = hashlib.sha256(name.encode()).hexdigest()
        escaped = name.replace("\\", "\\\\").replace("\n", "\\n")
        mark = "\\" if escaped != name else ""
        if name.startswith("bsd"):
            lines.append(f"SHA256 ({name}) = {digest}")
        elif name == "UPPER.JPG":
            lines.append(f"{digest.upper()} *{name}\r")
        else:
            lines.append(f"{mark}{digest}  {escaped}")
    (folder / "SHA256SUMS").write_bytes(("# mine\n" + "\n".join(lines)).encode())
    return folder


@pytest.fixture
def nobody(tmp_path: Path) -> Sandbox:
    """A user without accounts or a library."""
    made = Sandbox(tmp_path / "nobody")
    made.folder.mkdir()
    made.configure({})
    return made


def test_a_library_of_somebody_else_and_its_parts(nobody: Sandbox, sandbox: Sandbox) -> None:
    damaged, other, *_ = sandbox.files()
    one_byte(damaged)
    wrong = {(relative(sandbox, damaged), "damaged", "other_content")}
    for path, findings in ((sandbox.library, wrong), (damaged.parent, wrong), (damaged, wrong), (other, set())):
        assert found(nobody.run("verify", str(path))) == findings
    assert nobody.run("verify", "--library", str(sandbox.library)).exit == Exit.DAMAGE
    linked = nobody.folder / "link"
    linked.symlink_to(sandbox.library)
    assert found(nobody.run("verify", str(linked))) == wrong
    assert found(nobody.run("verify", str(linked / damaged.relative_to(sandbox.library)))) == wrong


def test_an_old_backup(nobody: Sandbox, backup: Path) -> None:
    before = snapshot(backup)
    result = nobody.run("verify", str(backup))
    assert (result.exit, result.number("files"), result.number("read")) == (Exit.OK, 7, 6), result
    assert snapshot(backup) == before


def test_damage_in_an_old_backup(nobody: Sandbox, backup: Path) -> None:
    one_byte(backup / "a.jpg")
    (backup / "sub" / "b c.jpg").rename(backup / "sub" / "d.jpg")
    (backup / "bsd (1).jpg").unlink()
    (backup / "UPPER.JPG").write_bytes(b"")
    (backup / "new.jpg").write_bytes(b"new")
    (backup / "thumbs.db").write_bytes(b"left out")
    result = nobody.run("verify", str(backup))
    assert (result.exit, found(result)) == (
        Exit.DAMAGE,
        {
            ("a.jpg", "damaged", "other_content"),
            ("sub/b c.jpg", "missing", "moved"),
            ("bsd (1).jpg", "missing", "absent"),
            ("UPPER.JPG", "damaged", "empty"),
            ("new.jpg", "unknown", "not_recorded"),
        },
    ), result
    assert found(nobody.run("verify", str(backup / "sub"))) == {("sub/b c.jpg", "missing", "moved")}
    assert found(nobody.run("verify", str(backup / "a.jpg"))) == {("a.jpg", "damaged", "other_content")}
    assert nobody.run("verify", str(backup / "back\\slash.jpg")).number("read") == 1
    assert found(nobody.run("verify", str(backup), "--quick")) == {
        ("sub/b c.jpg", "missing", "absent"),
        ("sub/d.jpg", "unknown", "not_recorded"),
        ("bsd (1).jpg", "missing", "absent"),
        ("new.jpg", "unknown", "not_recorded"),
    }


def test_a_folder_of_the_library_that_is_a_link_to_another_disk(sandbox: Sandbox) -> None:
    damaged = sandbox.files()[1]
    one_byte(damaged)
    folder, disk = damaged.parent, sandbox.folder / "disk"
    folder.rename(disk)
    folder.symlink_to(disk)
    wrong = {(relative(sandbox, damaged), "damaged", "other_content")}
    for options in ([], [str(folder)], [str(damaged)]):
        assert found(sandbox.run("verify", *options)) == wrong


def test_a_name_that_is_not_utf_8(nobody: Sandbox, sandbox: Sandbox, backup: Path) -> None:
    name = os.fsdecode(b"caf\xe9.jpg")
    (sandbox.library / "amazon" / name).write_bytes(b"")
    assert found(sandbox.run("verify")) == {(f"amazon/{name}", "unknown", "not_recorded")}
    assert sandbox.run("verify", str(sandbox.library / "amazon" / name)).exit == Exit.OK
    (backup / name).write_bytes(b"cafe")
    line = os.fsencode(f"\n{hashlib.sha256(b'cafe').hexdigest()}  {name}\n")
    (backup / "SHA256SUMS").write_bytes((backup / "SHA256SUMS").read_bytes() + line)
    assert found(nobody.run("verify", str(backup))) == set()
    (backup / name).unlink()
    assert found(nobody.run("verify", str(backup))) == {(name, "missing", "absent")}


def test_names_as_other_programs_write_them(nobody: Sandbox, backup: Path) -> None:
    names = {name: hashlib.sha256(name.encode()).hexdigest() for name in ("a.jpg", "UPPER.JPG", "sub/b c.jpg")}
    lines = [f"{names['a.jpg']}  ./a.jpg", f"{names['UPPER.JPG']}  {backup}/UPPER.JPG"]
    (backup / "SHA256SUMS").write_text("\n".join([*lines, f"{names['sub/b c.jpg']}  .//sub/./b c.jpg", ""]))
    unknown = {(name, "unknown", "not_recorded") for name in ("new\nline.jpg", "back\\slash.jpg", "bsd (1).jpg")}
    for path in (backup, backup / "SHA256SUMS"):
        result = nobody.run("verify", str(path))
        assert (result.exit, result.number("read"), found(result)) == (Exit.OK, 3, unknown)
    assert nobody.run("verify", str(backup / "a.jpg")).number("read") == 1


def test_a_pipe_among_the_files_does_not_stop_the_check(sandbox: Sandbox) -> None:
    for name in ("pipe", ".photosyncignore"):
        os.mkfifo(sandbox.library / name)
    result = sandbox.run("verify")
    assert (result.exit, found(result)) == (Exit.OK, set())
    assert ".photosyncignore cannot be read: it is no regular file" in result.stderr


def test_a_list_that_names_nothing_proves_nothing(nobody: Sandbox, backup: Path) -> None:
    path = backup / "SHA256SUMS"
    content = path.read_bytes()
    for wrong, finding, reason in (
        (b"", "damaged", "empty"),
        (b"# mine\n\n", "damaged", "empty"),
        (b"d41d8cd98f00b204e9800998ecf8427e  a.jpg\n", "damaged", "lines"),
        (content.decode().encode("utf-16"), "damaged", "lines"),
    ):
        path.write_bytes(wrong)
        for each in (backup, backup / "a.jpg"):
            result = nobody.run("verify", str(each))
            assert (result.exit, ("SHA256SUMS", finding, reason) in found(result)) == (Exit.DAMAGE, True), result
            assert result.number("ok") == 0
    for replace_it, reason in ((Path.mkdir, "folder"), (os.mkfifo, "special_file"), (dangling_link, "link")):
        path.unlink()
        replace_it(path)
        assert ("SHA256SUMS", "missing", reason) in found(nobody.run("verify", str(backup)))
        path.rename(backup.parent / reason)
        path.write_bytes(content)
    assert nobody.run("verify", str(backup)).exit == Exit.OK


def dangling_link(path: Path) -> None:
    path.symlink_to("nowhere")


def test_lines_by_which_no_file_can_be_checked(nobody: Sandbox, backup: Path) -> None:
    secret = backup.parent / "secret"
    secret.write_bytes(b"secret")
    digest = hashlib.sha256(b"secret").hexdigest()
    content = (backup / "SHA256SUMS").read_text()
    for line in (f"{digest}  ../secret", f"{digest}  sub/../../secret", f"{digest}  {secret}", digest[:40], "rubbish"):
        (backup / "SHA256SUMS").write_text(f"{content}\n{line}\n")
        result = nobody.run("verify", str(backup))
        assert (result.exit, found(result)) == (Exit.DAMAGE, {("SHA256SUMS", "damaged", "lines")}), result
        assert result.number("read") == 6
        assert nobody.run("verify", str(backup / "a.jpg")).exit == Exit.OK


def test_a_sample_of_an_old_backup_is_wrong_usage(nobody: Sandbox, backup: Path) -> None:
    result = nobody.run("verify", str(backup), "--sample", "5%")
    assert (result.exit, result.stdout) == (Exit.USAGE, "")


def test_a_path_that_nothing_is_known_of_is_wrong_usage(
    nobody: Sandbox, sandbox: Sandbox, backup: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    for user, path in (
        (nobody, tmp_path / "elsewhere"),
        (nobody, tmp_path / "nothing"),
        (nobody, backup / "nothing.jpg"),
        (sandbox, sandbox.library / "amazon" / "nothing.jpg"),
        (sandbox, sandbox.library / ".photosync" / "nothing.jpg"),
        (sandbox, sandbox.library / ".photosync"),
        (sandbox, sandbox.library / ".photosync" / "undo"),
    ):
        result = user.run("verify", str(path))
        assert (result.exit, result.stdout) == (Exit.USAGE, ""), result
        assert str(path) in result.stderr
    assert nobody.run("verify").exit == Exit.USAGE  # its library does not exist


def test_a_library_whose_catalog_is_lost_is_checked_by_its_list(sandbox: Sandbox) -> None:
    (sandbox.library / ".photosync" / "catalog.db").unlink()
    damaged = sandbox.files()[1]
    one_byte(damaged)
    result = sandbox.run("verify", str(sandbox.library))
    assert found(result) == {(relative(sandbox, damaged), "damaged", "other_content")}


def test_files_that_nobody_knows(sandbox: Sandbox) -> None:
    photo = sandbox.files()[1]
    for name in ("mine.jpg", "other/mine.txt", f"{photo.stem}.aae", f"{photo.name}.pp3", ".hidden", "Thumbs.db"):
        path = photo.parent / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"mine")
    (photo.parent / "@eaDir").mkdir()
    (photo.parent / "@eaDir" / "thumb.jpg").write_bytes(b"")
    (photo.parent / "lonely.xmp").write_bytes(b"")
    result = sandbox.run("verify")
    folder = relative(sandbox, photo.parent)
    unknown = {f"{folder}/mine.jpg", f"{folder}/other/mine.txt", f"{folder}/lonely.xmp"}
    assert (result.exit, found(result)) == (Exit.OK, {(path, "unknown", "not_recorded") for path in unknown})
    assert result.number("unknown") == 3
    (photo.parent / ".photosyncignore").write_text("mine.*\n")
    assert {path for path, _, _ in found(sandbox.run("verify"))} == {f"{folder}/lonely.xmp"}


def test_lines_of_the_user_in_the_list(sandbox: Sandbox) -> None:
    mine, lost = sandbox.library / "mine.txt", sandbox.library / "lost.txt"
    mine.write_bytes(b"mine")
    own = f"{hashlib.sha256(b'mine').hexdigest()}  mine.txt\n"
    path = sandbox.library / "SHA256SUMS"
    path.write_text(own + path.read_text() + f"# a comment\n{'0' * 64}  lost.txt\n")
    result = sandbox.run("verify")
    assert found(result) == {(lost.name, "missing", "absent")}
    (finding,) = (each for each in result.objects if "finding" in each)
    assert (finding["account"], finding["id"]) == (None, None)
    assert "is not photosync's" in str(finding["error"])
    one_byte(mine)
    assert ("mine.txt", "damaged", "other_content") in found(sandbox.run("verify"))


def test_another_run_has_the_lock(sandbox: Sandbox) -> None:
    import fcntl  # noqa: PLC0415 - not on every system

    with (sandbox.library / ".photosync" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = sandbox.run("verify")
        assert (result.exit, result.stdout) == (Exit.LOCKED, "")
        assert sandbox.run("verify", "--quick").exit == Exit.OK


def test_a_library_that_cannot_be_written_is_read(sandbox: Sandbox) -> None:
    damaged = sandbox.files()[1]
    one_byte(damaged)
    faults = DiskFaults([DiskFault("*/library/*", errno.EROFS)])
    result = replace(sandbox, disk=faults).run("verify")
    assert found(result) >= {(relative(sandbox, damaged), "damaged", "other_content")}
    assert "not remembered" in result.stderr
    assert set(verified_runs(sandbox).values()) == {None}


def test_a_library_that_is_not_mounted_is_exit_6(sandbox: Sandbox) -> None:
    assert sandbox.run("pull", "amazon").exit == Exit.OK  # it is remembered where the library is
    shutil.rmtree(sandbox.library)
    sandbox.library.mkdir()
    for options in ([], ["--quick"], [str(sandbox.library)]):
        result = sandbox.run("verify", *options)
        assert (result.exit, "Is the disk mounted?" in result.stderr) == (Exit.DESTINATION, True), result
        assert not [each for each in result.objects if "finding" in each]


def test_a_damaged_catalog_is_exit_6(sandbox: Sandbox) -> None:
    (sandbox.library / ".photosync" / "catalog.db").write_bytes(b"rubbish" * 1000)
    result = sandbox.run("verify")
    assert (result.exit, found_any(result.stdout)) == (Exit.DESTINATION, False)


def found_any(text: str) -> bool:
    return '"finding"' in text


@pytest.fixture(scope="module")
def aura() -> Iterator[AuraSimulator]:
    with AuraSimulator(items=0) as running:
        running.library.add(8, kind=Kind.PHOTO, frame=KITCHEN)
        yield running


@pytest.fixture
def framed(tmp_path: Path, aura: AuraSimulator) -> Sandbox:
    """A user whose frame's photos lie outside the library."""
    made = Sandbox(tmp_path)
    frames = {"home": {"id": KITCHEN, "path": str(tmp_path / "frame")}}
    made.configure({"aura": {**aura.account_settings(), "frames": frames}})
    assert made.run("pull", "aura").exit == Exit.OK
    return made


def test_a_folder_outside_the_library(framed: Sandbox) -> None:
    folder = framed.folder / "frame"
    damaged, renamed, *others = sorted(path for path in folder.rglob("*.jp*g"))
    one_byte(damaged)
    renamed.rename(folder / "renamed.jpg")
    (folder / "mine.jpg").write_bytes(b"mine")
    wrong = {(str(damaged), "damaged", "other_content"), (str(renamed), "missing", "moved")}
    unknown = {(str(folder / "mine.jpg"), "unknown", "not_recorded")}
    for options in ([], [str(folder)]):
        result = framed.run("verify", *options)
        assert (result.exit, found(result)) == (Exit.DAMAGE, wrong | unknown), result
    assert found(framed.run("verify", str(damaged))) == {(str(damaged), "damaged", "other_content")}
    assert framed.run("verify", str(others[0])).number("read") == 1
    list_path = folder / "SHA256SUMS"
    list_path.write_text("".join(list_path.read_text().splitlines(keepends=True)[1:]))
    assert (str(list_path), "different", "lines") in found(framed.run("verify"))


def test_a_folder_outside_that_is_not_mounted_is_exit_6_and_the_rest_is_checked(framed: Sandbox) -> None:
    folder = framed.folder / "frame"
    folder.rename(framed.folder / "unmounted")
    folder.mkdir()
    result = framed.run("verify")
    assert (result.exit, found(result)) == (Exit.DESTINATION, set()), result
    assert "Is the disk mounted?" in str(result.summary["message"])
    folder.rmdir()
    assert framed.run("verify", "--quick").exit == Exit.DESTINATION
