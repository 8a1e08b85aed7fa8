"""What lies in a photo's place and is no photo, and first runs that start together."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator


@pytest.fixture(scope="module")
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=12, seed=3, years=(2021,)) as running:
        yield running


def dangling(path: Path) -> None:
    path.symlink_to("/nowhere/IMG.JPG")


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def folder_with_a_file(path: Path) -> None:
    path.mkdir()
    (path / "mine").write_bytes(b"mine")


@pytest.mark.parametrize("put", [Path.mkdir, folder_with_a_file, dangling, loop, os.mkfifo])
def test_what_is_no_photo_stays_and_the_photo_comes_again(
    sandbox: Sandbox, put: Callable[[Path], None], simulator: AmazonSimulator
) -> None:
    assert sandbox.run("pull", "amazon").exit == 0
    path, wanted = sandbox.files()[3], sandbox.hashes()
    path.unlink()
    put(path)
    kind, again = path.lstat().st_mode, sandbox.run("pull", "amazon")
    assert (again.exit, again.number("saved")) == (0, 1)
    assert path.lstat().st_mode == kind
    assert not wanted - sandbox.hashes()
    listed = (sandbox.library / "SHA256SUMS").read_text().splitlines()
    assert len(listed) == wanted.total() + len(sandbox.made())
    assert str(path.relative_to(sandbox.library)) not in {line[66:] for line in listed}
    assert sandbox.run("pull", "amazon").number("saved") == 0


def test_a_photo_that_the_user_moved_and_linked_is_there(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.run("pull", "amazon")
    path = sandbox.files()[3]
    path.rename(tmp_path / "moved.jpg")
    path.symlink_to(tmp_path / "moved.jpg")
    assert sandbox.run("pull", "amazon").number("saved") == 0


def test_the_files_of_a_folder_and_of_those_in_it_are_looked_for(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    with AmazonSimulator(items=40, seed=3, years=(2021,)) as simulator:
        sandbox.configure({"amazon": simulator.account_settings()})
        sandbox.run("pull", "amazon", "--limit", "20", "--layout", "{year}/{name}")
        sandbox.run("pull", "amazon", "--layout", "{year}/{day}/{name}")
        wanted, files = sandbox.hashes(), sandbox.files()
        assert {len(path.relative_to(sandbox.library).parts) for path in files} == {3, 4}
        for path in files[::3]:
            path.unlink()
        shutil.rmtree(max(files, key=lambda path: len(path.parts)).parent)
        missing = wanted - sandbox.hashes()
        assert sandbox.run("pull", "amazon").number("saved") == missing.total() > 13
        assert sandbox.hashes() == wanted
        assert sandbox.run("pull", "amazon").number("saved") == 0


def test_of_first_runs_that_start_together_one_goes_on(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    simulator.faults.hold = Fault()
    try:
        runs = [sandbox.start("pull", "amazon") for _ in range(6)]
        assert simulator.wait_for(lambda: sum(run.poll() is not None for run in runs) == len(runs) - 1)
        ended = [run for run in runs if run.poll() is not None]
    finally:
        simulator.faults.clear()
    for run in runs:
        run.communicate(timeout=60)
    assert [run.returncode for run in ended] == [7] * len(ended)
    assert min(run.returncode for run in runs) == 0
    assert sandbox.run("pull", "amazon").exit == 0


@pytest.mark.parametrize("items", [12, 250])
def test_a_missing_file_of_an_item_that_has_changed(tmp_path: Path, items: int) -> None:
    """An incremental listing may end before it: the whole one is read then, in the same run."""
    sandbox = Sandbox(tmp_path)
    with AmazonSimulator(items=items, gaps=False) as simulator:
        sandbox.configure({"amazon": simulator.account_settings()})
        assert sandbox.run("pull", "amazon").exit == 0
        rows = sandbox.run("list", "amazon", "--saved").objects
        paths = {row["id"]: sandbox.library / str(row["path"]) for row in rows}
        changed, removed, *_ = (item.id for item in simulator.library.expected())
        for each in (changed, removed):
            paths[each].unlink()
        simulator.library.change(changed)
        simulator.library.remove(removed)
        result = sandbox.run("pull", "amazon")
        result.check_totals()
        assert (result.exit, result.number("saved"), result.number("gone")) == (0, 1, 1), result
        assert paths[changed].read_bytes() == simulator.library.content_of(changed)
        assert sandbox.run("pull", "amazon").number("saved") == 0


def test_an_item_that_is_damaged_at_the_service_costs_the_whole_listing_once(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    with AmazonSimulator(items=250, gaps=False) as simulator:
        sandbox.configure({"amazon": simulator.account_settings()})
        assert sandbox.run("pull", "amazon").exit == 0
        damaged = next(iter(simulator.library.expected())).id
        simulator.faults.wrong_bytes = Fault(items=damaged)
        (row,) = (row for row in sandbox.run("list", "amazon", "--saved").objects if row["id"] == damaged)
        (sandbox.library / str(row["path"])).unlink()
        pages = []
        for _ in range(3):
            simulator.forget()
            result = sandbox.run("pull", "amazon")
            assert (result.exit, result.reasons) == (3, ["hash_mismatch"]), result
            pages.append(simulator.counts["list"])
        assert pages[0] > pages[1] == pages[2]
