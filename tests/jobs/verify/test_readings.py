"""What was read is remembered, and a sample takes what was not read for longest."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.verify.test_damage import one_byte, relative


def verified_runs(sandbox: Sandbox) -> dict[str, int | None]:
    with closing(sqlite3.connect(sandbox.library / ".photosync" / "catalog.db")) as catalog:
        tables = ("items", "sidecars")
        return {path: run for each in tables for path, run in catalog.execute(f"SELECT path, verified_run FROM {each}")}


def test_what_was_read_and_right_is_remembered(sandbox: Sandbox) -> None:
    path = sandbox.files()[2]
    one_byte(path)
    assert sandbox.run("verify").exit == Exit.DAMAGE
    runs = verified_runs(sandbox)
    assert runs.pop(relative(sandbox, path)) is None
    assert len(set(runs.values())) == 1
    assert None not in runs.values()


def test_quick_remembers_nothing_and_reads_nothing(sandbox: Sandbox) -> None:
    one_byte(sandbox.files()[2])
    result = sandbox.run("verify", "--quick")
    assert (result.exit, result.number("read"), result.number("bytes")) == (Exit.OK, 0, 0)
    assert set(verified_runs(sandbox).values()) == {None}


def test_status_and_why_tell_when_files_were_read(sandbox: Sandbox) -> None:
    path = sandbox.files()[2]
    before = sandbox.run("status").objects[0]
    assert sandbox.run("why", str(path)).objects[0]["verified_at"] is None
    assert before["last_verified"] is None
    assert sandbox.run("verify").exit == Exit.OK
    after = sandbox.run("status").objects[0]
    assert after["last_verified"] == after["oldest_reading"] == sandbox.run("why", str(path)).objects[0]["verified_at"]
    assert after["last_verified"] > before["oldest_reading"]  # type: ignore[operator]
    assert "verified last on 20" in sandbox.text("status")
    assert "read again on 20" in sandbox.text("why", str(path))
    assert after["last_run"] == before["last_run"]  # that of the account


def test_a_file_that_is_saved_again_was_not_read_since(sandbox: Sandbox) -> None:
    path = sandbox.files()[2]
    assert sandbox.run("verify").exit == Exit.OK
    path.unlink()
    assert sandbox.run("pull", "amazon").number("saved") == 1
    assert verified_runs(sandbox)[relative(sandbox, path)] is None


def test_samples_read_each_file_before_any_is_read_again(sandbox: Sandbox) -> None:
    files = len(verified_runs(sandbox))
    for number in range(files):
        result = sandbox.run("verify", "--sample", "1%")
        assert (result.exit, result.number("read"), result.number("files")) == (Exit.OK, 1, files + 3)
        assert sum(run is not None for run in verified_runs(sandbox).values()) == number + 1
    first = min(verified_runs(sandbox).values())  # type: ignore[type-var]
    assert sandbox.run("verify", "--sample", "0.1%").number("read") == 1
    assert min(verified_runs(sandbox).values()) > first  # type: ignore[type-var, operator]


@pytest.mark.parametrize(("sample", "read"), [("5%", 1), ("10%", 2), ("34.5%", 4), ("50", 6), ("100%", 13)])
def test_a_sample_is_rounded_up(sandbox: Sandbox, sample: str, read: int) -> None:
    assert len(verified_runs(sandbox)) == 11  # albums.json and people.json are read with all others only
    assert sandbox.run("verify", "--sample", sample).number("read") == read


def test_damaged_files_do_not_keep_others_out_of_samples(sandbox: Sandbox) -> None:
    damaged = sandbox.files()[:3]
    for path in damaged:
        one_byte(path)
    right = len(verified_runs(sandbox)) - len(damaged)
    for _ in range(right):
        assert sandbox.run("verify", "--sample", "1%").exit in (Exit.OK, Exit.DAMAGE)
    runs = verified_runs(sandbox)
    assert {path for path, run in runs.items() if run is None} == {relative(sandbox, path) for path in damaged}
    assert sandbox.run("verify", "--sample", "1%").number("damaged") == 3


def test_a_sample_checks_names_and_sizes_of_all_files(sandbox: Sandbox) -> None:
    lost, cut, *_ = sandbox.files()
    lost.unlink()
    cut.write_bytes(b"")
    result = sandbox.run("verify", "--sample", "1%")
    assert (result.exit, result.number("missing"), result.number("damaged"), result.number("read")) == (10, 1, 1, 1)


@pytest.mark.slow  # a hundred runs
def test_a_hundred_samples_of_one_percent_read_every_file(tmp_path: Path) -> None:
    with AmazonSimulator(items=250, seed=4, years=(2023,)) as simulator:
        sandbox = Sandbox(tmp_path)
        sandbox.configure({"amazon": simulator.account_settings()})
        assert sandbox.run("pull", "amazon").exit == Exit.OK
        first = set(verified_runs(sandbox))
        for number in range(100):
            if number % 20 == 10:
                simulator.library.add(7)
                assert sandbox.run("pull", "amazon").number("saved") == 7
            result = sandbox.run("verify", "--sample", "1%")
            assert (result.exit, result.number("read")) == (Exit.OK, 3)
    runs = verified_runs(sandbox)
    assert len(runs) == 285
    assert not {path for path in first if runs[path] is None}


@pytest.mark.parametrize("sample", ["0%", "101%", "-5%", "some", "", "1/0"])
def test_a_sample_that_is_no_part_is_wrong_usage(sandbox: Sandbox, sample: str) -> None:
    result = sandbox.run("verify", "--sample", sample)
    assert (result.exit, result.stdout) == (Exit.USAGE, "")
    assert "expected a percentage such as 5%" in result.stderr


def test_quick_and_sample_do_not_go_together(sandbox: Sandbox) -> None:
    assert sandbox.run("verify", "--quick", "--sample", "5%").exit == Exit.USAGE
