"""The copy of the catalog: when it is made, and how it restores a lost catalog."""

from __future__ import annotations

import errno
import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing.command import Sandbox
from photosync.testing.disk_faults import DiskFault, DiskFaults
from photosync_amazon.simulator import AmazonSimulator

ITEMS = 20


@pytest.fixture
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=ITEMS) as running:
        yield running


@pytest.fixture
def sandbox(tmp_path: Path, simulator: AmazonSimulator) -> Sandbox:
    made = Sandbox(tmp_path)
    made.configure({"account": simulator.account_settings()}, exif="fix")
    assert made.run("pull", "account").exit == Exit.OK
    simulator.forget()
    return made


def catalog_of(sandbox: Sandbox) -> Path:
    return sandbox.library / ".photosync" / "catalog.db"


def copy_of(sandbox: Sandbox) -> Path:
    return sandbox.library / ".photosync" / "catalog-copy.db"


def saved(sandbox: Sandbox) -> list[str]:
    return sorted(sandbox.run("list", "account", "--saved").stdout.splitlines())


def test_an_unchanged_run_makes_none_and_a_changed_one_does(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    first = copy_of(sandbox).stat()
    assert sandbox.run("pull", "account").number("saved") == 0
    assert sandbox.run("verify", "--quick").exit == Exit.OK
    assert copy_of(sandbox).stat().st_ino == first.st_ino
    simulator.library.add()
    assert sandbox.run("pull", "account").number("saved") == 1
    second = copy_of(sandbox).stat()
    assert second.st_ino != first.st_ino
    assert sandbox.run("fix", str(sandbox.library), "--set", "artist=Ada").exit == Exit.OK
    assert copy_of(sandbox).stat().st_ino != second.st_ino
    with closing(sqlite3.connect(copy_of(sandbox))) as copy:
        assert copy.execute("SELECT count(path) FROM items").fetchone() == (ITEMS + 1,)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_the_copy_knows_when_files_were_read(sandbox: Sandbox) -> None:
    assert sandbox.run("verify").exit == Exit.OK
    before = [each["last_verified"] for each in sandbox.run("status").objects]
    assert all(before)
    catalog_of(sandbox).unlink()
    assert sandbox.run("rebuild").exit == Exit.OK
    assert [each["last_verified"] for each in sandbox.run("status").objects] == before
    assert sandbox.run("verify", "--sample", "10%").number("read") == ITEMS // 10


@pytest.mark.parametrize("commit", range(1, 6))
def test_the_change_of_a_killed_fix_is_in_the_next_copy(sandbox: Sandbox, commit: int) -> None:
    path = sandbox.files()[0]
    fix = ("fix", str(path), "--set", "artist=Grace")
    replace(sandbox, crash_at=f"commit:{commit}").run(*fix)
    assert sandbox.run("rebuild").exit == Exit.OK
    assert sandbox.run(*fix).exit == Exit.OK
    with closing(sqlite3.connect(copy_of(sandbox))) as copy:
        relative = path.relative_to(sandbox.library).as_posix()
        (sha256,) = copy.execute("SELECT stored_sha256 FROM items WHERE path = ?", (relative,)).fetchone()
    assert sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_deleted_catalog_is_restored_by_a_run_that_writes(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    before = saved(sandbox)
    catalog_of(sandbox).unlink()
    assert saved(sandbox) == before
    assert not catalog_of(sandbox).exists()
    result = sandbox.run("pull", "account")
    assert (result.exit, result.number("saved"), simulator.counts["content"]) == (0, 0, 0)
    assert "restored from its copy" in result.stderr
    assert saved(sandbox) == before


def test_what_came_after_the_copy_is_adopted(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    old = copy_of(sandbox).read_bytes()
    simulator.library.add()
    assert sandbox.run("pull", "account").number("saved") == 1
    assert sandbox.run("fix", str(sandbox.library), "--set", "artist=Ada").exit == Exit.OK
    before, sums = saved(sandbox), sorted((sandbox.library / "SHA256SUMS").read_bytes().splitlines())
    simulator.forget()
    copy_of(sandbox).write_bytes(old)
    catalog_of(sandbox).unlink()
    result = sandbox.run("pull", "account")
    assert (result.exit, result.number("saved"), simulator.counts["content"]) == (0, 0, 0)
    assert saved(sandbox) == before
    assert sorted((sandbox.library / "SHA256SUMS").read_bytes().splitlines()) == sums
    assert sandbox.run("verify").exit == Exit.OK


def test_a_file_that_is_damaged_too_stays_known(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    """The same disk may lose the catalog and spoil photos."""
    before, path = saved(sandbox), sandbox.files()[3]
    path.write_bytes(path.read_bytes()[:100])
    catalog_of(sandbox).write_bytes(b"rubbish")
    assert sandbox.run("rebuild").exit == Exit.OK
    assert saved(sandbox) == before
    found = [each for each in sandbox.run("verify").objects if "finding" in each]
    assert [(each["path"], each["finding"]) for each in found] == [
        (path.relative_to(sandbox.library).as_posix(), "damaged")
    ]
    assert sandbox.run("verify", "--repair").exit == Exit.OK


def test_the_log_of_a_deleted_catalog_is_not_applied_to_another(sandbox: Sandbox) -> None:
    before = saved(sandbox)
    with closing(sqlite3.connect(catalog_of(sandbox))) as catalog:
        catalog.execute("DELETE FROM items")
        catalog.commit()
        log = catalog_of(sandbox).with_name("catalog.db-wal").read_bytes()
    assert log
    catalog_of(sandbox).unlink()
    catalog_of(sandbox).with_name("catalog.db-wal").write_bytes(log)
    assert sandbox.run("pull", "account").exit == Exit.OK
    assert saved(sandbox) == before


def test_a_copy_that_cannot_be_used_stops_no_run(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    copy_of(sandbox).write_bytes(b"rubbish")
    catalog_of(sandbox).unlink()
    result = sandbox.run("pull", "account")
    assert (result.exit, result.number("listed")) == (0, ITEMS)
    assert [each.read_bytes() for each in (sandbox.library / ".photosync" / "damaged").rglob("*.db")] == [b"rubbish"]
    assert len(saved(sandbox)) == ITEMS


def test_a_pipe_in_place_of_the_copy_is_replaced(sandbox: Sandbox) -> None:
    copy_of(sandbox).unlink()
    os.mkfifo(copy_of(sandbox))
    assert sandbox.run("pull", "account").exit == Exit.OK
    assert copy_of(sandbox).is_file()


def test_a_copy_that_cannot_be_written_is_a_note(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    before = copy_of(sandbox).read_bytes()
    simulator.library.add()
    fault = DiskFault("*catalog-copy.db", errno.ENOSPC, ("rename",))
    result = replace(sandbox, disk=DiskFaults((fault,))).run("pull", "account")
    assert (result.exit, result.number("saved")) == (0, 1)
    assert "the copy of the catalog cannot be written" in result.stderr
    assert copy_of(sandbox).read_bytes() == before
    assert not list((sandbox.library / ".photosync").glob(".*.new*"))
