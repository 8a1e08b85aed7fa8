"""A pull on file systems that refuse something: one file's trouble is its own, a failing disk ends the run."""

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing.command import Result, Sandbox
from photosync.testing.disk_faults import DiskFault, DiskFaults
from photosync.testing.receiving import Upload
from photosync.testing.user import ACCOUNT, User
from photosync_amazon.simulator import AmazonSimulator

LONG = "A" * 150
MINE = f"{'b' * 64}  old/mine.jpg\n"
FEBRUARY = f"{ACCOUNT}/2021/02"


@pytest.fixture
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=0) as simulator:
        for month in (1, 2, 3):
            simulator.library.add(1, name=f"IMG_{month}.jpg", taken=datetime(2021, month, 1, 10, 11, 12))
        yield simulator


@pytest.fixture
def user(tmp_path: Path, simulator: AmazonSimulator) -> User:
    sandbox = Sandbox(tmp_path)
    sandbox.configure({ACCOUNT: simulator.account_settings()})
    return User(simulator, sandbox)


def on_disk(user: User, *faults: DiskFault, largest_file_bytes: int | None = None) -> User:
    """The same user, while the disk has these faults."""
    return replace(user, sandbox=replace(user.sandbox, disk=DiskFaults(faults, largest_file_bytes)))


def check_one_failed(result: Result) -> None:
    assert result.exit == Exit.PARTIAL, result
    assert result.reasons == ["unwritable"]
    assert (result.number("saved") + result.number("unchanged"), result.number("failed")) == (2, 1)
    assert "Traceback" not in result.stderr


def a_file(path: Path) -> None:
    path.write_text("the user's")


def a_dead_link(path: Path) -> None:
    path.symlink_to("/nowhere/at/all")


def a_loop(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.parametrize("obstacle", [a_file, a_dead_link, a_loop])
def test_what_lies_where_a_folder_must_be_fails_its_items_alone(user: User, obstacle: Callable[[Path], None]) -> None:
    february = user.sandbox.library / FEBRUARY
    february.parent.mkdir(parents=True)
    obstacle(february)
    for _ in range(2):
        result = user.pull()
        check_one_failed(result)
        assert f"{february} is no folder" in result.errors[0]["error"]
    assert os.path.lexists(february)
    february.unlink()
    user.pull_all()


@pytest.mark.parametrize(
    "fault",
    [
        DiskFault(f"*/{FEBRUARY}", errno.EACCES, ["mkdir"]),
        DiskFault(f"*/{FEBRUARY}/*", errno.EACCES, ["rename"]),
        DiskFault(f"*/{FEBRUARY}/*", errno.EPERM, ["rename"]),
        DiskFault(f"*/{FEBRUARY}/*", errno.EINVAL, ["rename"]),
        DiskFault(f"*/{FEBRUARY}/*", errno.EILSEQ, ["rename"]),
        DiskFault(f"*/{FEBRUARY}/*", errno.ENAMETOOLONG, ["rename"]),
    ],
    ids=lambda fault: f"{fault.calls[0]}-{errno.errorcode[fault.errno]}",
)
def test_a_folder_that_takes_nothing_fails_its_items_alone(user: User, fault: DiskFault) -> None:
    for _ in range(2):
        check_one_failed(on_disk(user, fault).pull())
    assert user.sandbox.leftovers() == []
    user.pull_all()


def test_a_file_that_is_too_large_for_the_file_system_fails_alone(user: User, tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    path.write_bytes(b"\xff\xd8" + bytes(1_000_000) + b"\xff\xd9")
    content = path.read_bytes()
    large = Upload(path, len(content), hashlib.md5(content).hexdigest(), hashlib.sha256(content).hexdigest())
    user.simulator.library.receive(large, name="large.jpg")
    for saved in (3, 0):
        result = on_disk(user, largest_file_bytes=600_000).pull()
        assert (result.exit, result.number("saved"), result.reasons) == (Exit.PARTIAL, saved, ["unwritable"]), result
    user.pull_all()


def test_names_that_are_too_long_for_the_file_system_are_shortened_by_rule(
    user: User, simulator: AmazonSimulator
) -> None:
    for name in (f"{LONG}1.jpg", f"{LONG}2.jpg"):
        simulator.library.add(1, name=name, taken=datetime(2021, 2, 1, 10, 11, 12))
    encrypted = on_disk(user, DiskFault("*", errno.ENAMETOOLONG, ["write", "mkdir", "rename"], name_bytes=144))
    encrypted.pull_all()
    names = sorted(path.name for path in user.sandbox.files() if "AAA" in path.name)
    assert [len(name) for name in names] == [143, 143]
    assert all(name.endswith(".jpg") for name in names)
    assert encrypted.pull("--full").number("unchanged") == 5
    (user.sandbox.library / FEBRUARY / names[0]).unlink()
    encrypted.pull_all()
    assert sorted(path.name for path in user.sandbox.files() if "AAA" in path.name) == names


def test_a_folder_on_another_disk_gets_its_files(user: User, simulator: AmazonSimulator) -> None:
    other_disk = on_disk(user, DiskFault(f"*/{FEBRUARY}/*", errno.EXDEV, ["rename"]))
    other_disk.pull_all()
    (photo,) = (user.sandbox.library / FEBRUARY).iterdir()
    simulator.library.change(next(item.id for item in user.expected() if item.name == "IMG_2.jpg"))
    before = photo.read_bytes()
    other_disk.pull_all("--full")
    assert list(photo.parent.iterdir()) == [photo], "the second file is gone"
    assert [path.read_bytes() for path in user.sandbox.library.glob(".photosync/trash/*/**/*.jpg")] == [before]


def test_another_disk_that_is_read_only_leaves_no_record_of_a_copy(user: User) -> None:
    other_disk = DiskFault(f"*/{FEBRUARY}/*", errno.EXDEV, ["rename"])
    read_only = DiskFault(f"*/{FEBRUARY}/*", errno.EROFS, ["write", "remove"])
    assert on_disk(user, other_disk, read_only).pull().exit == Exit.DESTINATION
    assert not list(user.sandbox.library.rglob("*.copy"))
    user.pull_all()


def test_a_fixed_file_and_a_sidecar_reach_another_disk_with_their_times(user: User, simulator: AmazonSimulator) -> None:
    user.sandbox.configure({ACCOUNT: simulator.account_settings()}, exif="sidecar")
    simulator.library.add(1, name="IMG_4.jpg", taken=datetime(2021, 2, 1, 10, 11, 12))
    other_disk = on_disk(user, DiskFault(f"*/{FEBRUARY}/*", errno.EXDEV, ["rename"]))
    result = other_disk.pull()
    assert (result.exit, result.number("saved")) == (Exit.OK, 4), result
    here = user.pull()
    assert here.number("unchanged") == 4
    months = {path.name: path.stat().st_mtime for path in user.sandbox.library.rglob("IMG_?.jpg")}
    assert all(datetime.fromtimestamp(time).year == 2021 for time in months.values()), months  # noqa: DTZ006 - as shown


def test_a_folder_that_cannot_be_read_is_not_taken_for_empty(user: User) -> None:
    user.pull_all()
    hidden = on_disk(user, DiskFault(f"*/{FEBRUARY}", errno.EACCES, ["list"]))
    assert hidden.pull("--full").number("unchanged") == 3


def test_an_undo_record_that_cannot_be_written_concerns_its_photo_alone(user: User, simulator: AmazonSimulator) -> None:
    user.sandbox.configure({ACCOUNT: simulator.account_settings()}, exif="fix", artist="Ada")
    user.pull()
    (record, *_) = user.sandbox.library.glob(".photosync/undo/*/*.json")
    shutil.rmtree(user.sandbox.library)
    shutil.rmtree(user.sandbox.home)
    another_users = DiskFault(f"*/undo/{record.name[:2]}/*", errno.EACCES, ["write"])
    check_one_failed(on_disk(user, another_users).pull())
    assert user.pull().number("saved") == 1


OBSTACLES = {
    "protected": DiskFault("*/SHA256SUMS", errno.EPERM, ["rename"]),
    "another user's": DiskFault("*/SHA256SUMS", errno.EACCES, ["read", "write"]),
    "folder": None,
}


@pytest.mark.parametrize("obstacle", OBSTACLES.values(), ids=OBSTACLES)
def test_photos_come_where_their_list_cannot_be_written(
    user: User, simulator: AmazonSimulator, obstacle: DiskFault | None
) -> None:
    sums = user.sandbox.library / "SHA256SUMS"
    user.sandbox.library.mkdir()
    if obstacle is None:
        sums.mkdir()
    else:
        sums.write_text(MINE)
    disk = on_disk(user, *filter(None, [obstacle]))
    for saved in (3, 1, 0):
        result = disk.pull("--full")
        assert (result.exit, result.number("saved"), result.number("failed")) == (Exit.DESTINATION, saved, 0), result
        assert result.summary["complete"] is True
        assert f"cannot write the list {sums}" in str(result.summary["message"])
        if saved == 3:
            simulator.library.add(1)
    fixed = disk.sandbox.run("fix", str(user.sandbox.library), "--set", "artist=Ada")
    assert (fixed.exit, fixed.number("fixed")) == (Exit.DESTINATION, 4), fixed
    if obstacle is None:
        sums.rmdir()
    assert user.pull().exit == Exit.OK
    made = len(user.sandbox.made())
    assert len(sums.read_text().removeprefix(MINE).splitlines()) == 4 + made


MOMENTS = {
    "partial file": DiskFault("*/partial/*.part", errno.ENOSPC, ["write"]),
    "folder of partial files": DiskFault("*/partial/account", errno.ENOSPC, ["mkdir"]),
    "folder": DiskFault(f"*/{FEBRUARY}", errno.ENOSPC, ["mkdir"]),
    "rename": DiskFault(f"*/{FEBRUARY}/*", errno.ENOSPC, ["rename"]),
    "quota": DiskFault(f"*/{FEBRUARY}/*", errno.EDQUOT, ["rename"]),
    "read-only": DiskFault(f"*/{FEBRUARY}/*", errno.EROFS, ["rename"]),
    "damaged": DiskFault(f"*/{FEBRUARY}/*", errno.EIO, ["rename"]),
    "removed": DiskFault(f"*/{FEBRUARY}/*", errno.ENODEV, ["rename"]),
    "list of sums": DiskFault("*/SHA256SUMS*", errno.ENOSPC, ["write", "rename"]),
    "undo record": DiskFault("*/undo/*", errno.ENOSPC, ["write"]),
    "folder of undo records": DiskFault("*/undo/*", errno.ENOSPC, ["mkdir"]),
    "record of the library": DiskFault("*/libraries/*", errno.ENOSPC, ["write"]),
    "identity of the library": DiskFault("*/.photosync/*.new", errno.EACCES, ["rename"]),
    "program folder": DiskFault("*/library/.photosync", errno.EROFS, ["mkdir"]),
    "lock": DiskFault("*/.photosync/lock", errno.EACCES, ["write"]),
    "sidecar": DiskFault("*.xmp", errno.ENOSPC, ["rename"]),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_failing_disk_ends_the_run_whenever_it_is_met(user: User, simulator: AmazonSimulator, moment: str) -> None:
    user.sandbox.configure(
        {ACCOUNT: simulator.account_settings()}, exif="sidecar" if moment == "sidecar" else "fix", artist="A. Person"
    )
    fault = MOMENTS[moment]
    for _ in range(2):
        result = on_disk(user, fault).pull()
        assert result.exit == Exit.DESTINATION, result
        assert "Traceback" not in result.stderr
        assert os.strerror(fault.errno) in str(result.summary["message"])
        assert str(user.sandbox.folder) in str(result.summary["message"])
    assert user.sandbox.run("status").objects[0]["last_exit"] in (Exit.DESTINATION, None)
    result = user.pull()
    assert result.exit == Exit.OK, result
    assert len(list(user.sandbox.library.rglob("IMG_?.jpg"))) == 3
    user.check_order()


@pytest.mark.parametrize("limit", [8_000, 30_000, 60_000])
def test_a_catalog_that_cannot_be_written_ends_the_run_in_plain_words(user: User, limit: int) -> None:
    user.simulator.library.add(300)
    full = on_disk(user, largest_file_bytes=limit)
    for _ in range(2):
        result = full.sandbox.run("pull", ACCOUNT)
        assert result.exit == Exit.DESTINATION, result
        assert "Traceback" not in result.stderr
        assert "cannot" in result.stderr
        for summary in result.summaries:
            assert summary["exit"] == Exit.DESTINATION
            result.check_totals()
    user.pull_all()
