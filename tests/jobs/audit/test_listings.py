"""Listings that cannot be believed, and runs that work at the same time."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync.testing.disk_faults import DiskFaults
from photosync_amazon.simulator import AmazonSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from tests.jobs.audit.auditor import Auditor
from tests.jobs.audit.test_providers import user_of

ITEMS = 260
"""More than a page."""


@pytest.fixture
def pulled(tmp_path: Path) -> Iterator[Auditor]:
    with AmazonSimulator(items=ITEMS, seed=3, gaps=False) as simulator:
        sandbox = Sandbox(tmp_path)
        sandbox.configure({"amazon": simulator.account_settings()}, retry_budget="50s")
        user = Auditor(simulator, sandbox, "amazon")
        assert user.pull().exit == Exit.OK
        yield user


@pytest.mark.parametrize("left", [0, 30])
@pytest.mark.parametrize("has_earlier_listing", [True, False])
def test_a_listing_that_lost_most_is_not_believed(pulled: Auditor, left: int, has_earlier_listing: bool) -> None:
    options = () if has_earlier_listing else ("--since", "2016", "--until", "2025")
    for item in pulled.items()[left:]:
        pulled.simulator.library.remove(item.id)
    audited = pulled.audit(*options)
    assert (audited.exit, audited.found("gone")) == (Exit.SUSPICIOUS, [])
    assert audited.result.summary["complete"] is False
    assert audited.numbers("listed", "saved") == (left, left)
    assert "--accept-shrink" in str(audited.result.summary["message"])
    assert "what else is missing or gone is not known" in audited.verdict
    audited = pulled.audit(*options, "--accept-shrink")
    assert (audited.exit, len(audited.found("gone"))) == (Exit.OK, ITEMS - left)


def test_another_account_is_not_believed(pulled: Auditor, tmp_path: Path) -> None:
    """As after the cookies of somebody else."""
    with AmazonSimulator(items=ITEMS, seed=4, gaps=False) as other:
        pulled.sandbox.configure({"amazon": other.account_settings()})
        audited = Auditor(other, pulled.sandbox, "amazon").audit()
    assert (audited.exit, audited.numbers("missing", "gone")) == (Exit.SUSPICIOUS, (ITEMS, 0))


def test_suspicion_comes_before_damage(pulled: Auditor) -> None:
    pulled.file(pulled.items()[0].id).unlink()
    for item in pulled.items()[30:]:
        pulled.simulator.library.remove(item.id)
    audited = pulled.audit()
    assert (audited.exit, audited.numbers("missing")) == (Exit.SUSPICIOUS, (1,))


def test_an_item_twice_is_one_item(pulled: Auditor) -> None:
    pulled.simulator.faults.item_twice = Fault(after=1)
    audited = pulled.audit()
    assert (audited.exit, audited.numbers("listed", "saved")) == (Exit.OK, (ITEMS, ITEMS))


def test_a_listing_that_is_short_is_not_believed(pulled: Auditor) -> None:
    pulled.simulator.faults.item_twice = Fault()  # it moves the next page by one item
    audited = pulled.audit()
    assert (audited.exit, audited.found("gone"), audited.numbers("listed")) == (Exit.SUSPICIOUS, [], (ITEMS - 1,))
    assert audited.result.summary["complete"] is False
    assert "counts more items than it listed" in str(audited.result.summary["message"])


def test_entries_without_data_are_not_taken_for_an_empty_account(tmp_path: Path) -> None:
    with user_of(CloudDriveSimulator(items=3), tmp_path) as user:
        user.simulator.faults.bare_items = Fault(times=1)
        audited = user.audit()
        assert (audited.exit, audited.result.summary["complete"]) == (Exit.SUSPICIOUS, False)
        assert "is in doubt" in audited.verdict
        user.simulator.faults.bare_items = Fault(times=1)
        pulled = user.pull()
        assert (pulled.exit, pulled.number("saved"), pulled.summary["complete"]) == (Exit.OK, 0, False)
        assert user.pull().number("saved") == 3, "the next run asks for them again"


def test_a_listing_that_changes_while_it_is_read_is_read_again(pulled: Auditor) -> None:
    leaving = [item.id for item in pulled.items()[-10:]]
    pulled.simulator.forget()
    pulled.simulator.faults.hold = Fault(after=1, on="list")
    process = pulled.sandbox.start("audit", "amazon")
    try:
        assert pulled.simulator.wait_for(lambda: pulled.simulator.counts["list"] >= 1)
        for item in leaving:
            pulled.simulator.library.remove(item)
    finally:
        pulled.simulator.faults.clear()
        stdout, stderr = process.communicate(timeout=60)
    assert "reading it once more" in stderr
    assert process.returncode in (Exit.OK, Exit.SUSPICIOUS), stdout
    assert pulled.audit().found("gone") == sorted(leaving)


def test_a_pull_works_at_the_same_time(pulled: Auditor) -> None:
    """The audit needs no lock, and the catalog that it compares is not older than its listing."""
    new = pulled.simulator.library.add(5)
    held = pulled.simulator.faults.hold = Fault(items=new[0], on="content")
    running = pulled.sandbox.start("pull", "amazon", "--jobs", "1")
    assert pulled.simulator.wait_for(lambda: held.fired >= 1)
    audited = pulled.audit(changes_nothing=False)
    assert (audited.exit, new[0] in audited.found("missing")) == (Exit.DAMAGE, True)
    assert audited.found("extra") == [], "what the pull has brought and not recorded yet belongs to it"
    assert "a run of this account is working" in audited.result.stderr
    pulled.simulator.faults.clear()
    _, stderr = running.communicate(timeout=60)
    assert running.returncode == Exit.OK, stderr
    audited = pulled.audit()
    assert (audited.exit, audited.numbers("saved")) == (Exit.OK, (ITEMS + 5,))
    assert "a run of this account" not in audited.result.stderr


def test_what_a_killed_pull_left_is_not_extra(pulled: Auditor) -> None:
    """The next pull records it."""
    pulled.simulator.library.add(5)
    replace(pulled.sandbox, crash_at="commit:2").run("pull", "amazon")
    assert ITEMS < len(pulled.sandbox.files()) <= ITEMS + 5, "files are in their places, and not recorded"
    audited = pulled.audit()
    assert (audited.exit, audited.found("extra"), audited.numbers("missing")) == (Exit.DAMAGE, [], (5,))
    assert "was killed" in audited.result.stderr
    assert pulled.pull().exit == Exit.OK
    assert pulled.audit().numbers("saved", "extra") == (ITEMS + 5, 0)


def test_a_pull_that_ends_while_the_listing_is_read(pulled: Auditor) -> None:
    pulled.simulator.library.add(5)
    pulled.simulator.forget()
    pulled.simulator.faults.hold = Fault(times=1, on="list")
    process = pulled.sandbox.start("audit", "amazon")
    try:
        assert pulled.simulator.wait_for(lambda: pulled.simulator.faults.hold.fired >= 1)  # type: ignore[union-attr]
        assert pulled.pull().number("saved") == 5
    finally:
        pulled.simulator.faults.clear()
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == Exit.OK, stdout + stderr
    assert f"{ITEMS + 5} proved by md5" in stdout


def test_no_room_for_temporary_files(pulled: Auditor) -> None:
    full = replace(pulled.sandbox, disk=DiskFaults(largest_file_bytes=20_000))
    result = full.run("audit", "amazon")
    assert (result.exit, result.summary["exit"]) == (Exit.DESTINATION, Exit.DESTINATION)
    assert "Temporary files need room too" in str(result.summary["message"])


def test_ctrl_c(pulled: Auditor) -> None:
    pulled.simulator.forget()
    pulled.simulator.faults.hold = Fault(on="list")
    process = pulled.sandbox.start("audit", "amazon")
    try:
        assert pulled.simulator.wait_for(lambda: pulled.simulator.faults.hold.fired >= 1)  # type: ignore[union-attr]
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    finally:
        pulled.simulator.faults.clear()
    assert process.returncode == Exit.INTERRUPTED, stdout + stderr
    assert '"exit": 130' in stdout
    assert '"finding"' not in stdout
