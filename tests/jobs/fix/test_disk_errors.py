"""`fix` where the disk refuses something: one file's trouble is its own, and what is said of a file is true."""

import errno
import io
import os
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from photosync.errors import Exit
from photosync.testing.command import Result, Sandbox
from photosync.testing.disk_faults import DiskFault, DiskFaults
from photosync_amazon.simulator import AmazonSimulator

NAMES = ("IMG_20230405_123456.jpg", "IMG_20230406_123456.jpg")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two photos without a date."""
    made = tmp_path / "photos"
    made.mkdir()
    for number, name in enumerate(NAMES):
        Image.new("RGB", (32, 24), (number, 9, 9)).save(made / name, "JPEG")
    return made


def fix(sandbox: Sandbox, folder: Path, *faults: DiskFault, largest_file_bytes: int | None = None) -> Result:
    result = replace(sandbox, disk=DiskFaults(faults, largest_file_bytes)).run("fix", str(folder))
    assert "Traceback" not in result.stderr
    return result


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
@pytest.mark.parametrize("calls", ["mkdir", "write", "rename"])
def test_a_full_or_read_only_disk_is_exit_6_and_the_files_stay(
    sandbox: Sandbox, folder: Path, number: int, calls: str
) -> None:
    before = [(folder / name).read_bytes() for name in NAMES]
    result = fix(sandbox, folder, DiskFault(f"{folder}/*", number, [calls]))
    assert (result.exit, result.number("exit"), result.number("failed")) == (Exit.DESTINATION,) * 2 + (2,), result
    assert os.strerror(number) in result.stderr
    assert [(folder / name).read_bytes() for name in NAMES] == before
    assert sorted(path.name for path in folder.iterdir()) == sorted(NAMES)
    assert fix(sandbox, folder).number("fixed") == 2


def test_what_one_file_may_not_do_is_its_own_failure(sandbox: Sandbox, folder: Path) -> None:
    result = fix(sandbox, folder, DiskFault(f"*/{NAMES[0]}", errno.EACCES, ["rename"]))
    assert (result.exit, result.number("fixed"), result.number("failed")) == (Exit.PARTIAL, 1, 1), result
    assert "the file stays as it was" in result.stderr


def test_a_file_that_vanishes_fails_alone(sandbox: Sandbox, folder: Path) -> None:
    result = fix(sandbox, folder, DiskFault(f"*/{NAMES[0]}", errno.ENOENT, ["read"]))
    assert (result.exit, result.number("fixed"), result.number("failed")) == (Exit.PARTIAL, 1, 1), result


def test_a_loop_of_links_and_a_folder_that_cannot_be_read_are_no_bugs(sandbox: Sandbox, folder: Path) -> None:
    (folder / "loop").symlink_to("loop")
    (folder / "closed").mkdir()
    result = fix(sandbox, folder, DiskFault(f"{folder}/closed", errno.EACCES, ["list"]))
    assert (result.exit, result.number("fixed"), result.number("failed")) == (Exit.PARTIAL, 2, 1), result
    assert fix(sandbox, folder / "loop" / "x").exit == Exit.USAGE


def test_a_file_that_was_replaced_is_not_said_to_be_as_it_was(sandbox: Sandbox, folder: Path) -> None:
    gif = io.BytesIO()
    Image.new("P", (4, 4)).save(gif, "GIF")
    (folder / "20230405_123456.gif").write_bytes(gif.getvalue())
    result = fix(sandbox, folder, DiskFault("*.gif.xmp", errno.EACCES, ["rename"]))
    assert (result.exit, result.number("fixed"), result.number("failed")) == (Exit.PARTIAL, 2, 1), result
    assert "20230405_123456.gif.xmp: Permission denied" in result.stderr


def test_a_library_on_a_full_disk_is_fixed_by_the_next_run(tmp_path: Path) -> None:
    with AmazonSimulator(items=6, seed=5, years=(2023,)) as simulator:
        sandbox = Sandbox(tmp_path)
        sandbox.configure({"account": simulator.account_settings()})
        assert sandbox.run("pull", "account").exit == Exit.OK
    changes = ("--set", "artist=A. Person")
    for fault in (
        DiskFault("*/undo/*", errno.ENOSPC, ["write", "mkdir"]),
        DiskFault("*/SHA256SUMS*", errno.ENOSPC, ["rename"]),
        DiskFault("*/.photosync/lock", errno.EROFS, ["write"]),
    ):
        full = replace(sandbox, disk=DiskFaults([fault]))
        result = full.run("fix", str(sandbox.library), *changes)
        assert (result.exit, result.number("exit")) == (Exit.DESTINATION,) * 2, result
        assert "Traceback" not in result.stderr
    assert sandbox.run("fix", str(sandbox.library), *changes).exit == Exit.OK
