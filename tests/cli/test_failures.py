"""What failed: `failures`, `list --state`, `why`, and how often a pull says it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from photosync.errors import Exit, Reason
from photosync.jobs.failures import ADVICE
from photosync.testing.command import Sandbox
from photosync.testing.faults import Fault
from photosync.testing.forked_command import start
from photosync_amazon.simulator import AmazonSimulator


@pytest.fixture
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=3) as running:
        yield running


@pytest.fixture
def sandbox(tmp_path: Path, simulator: AmazonSimulator) -> Sandbox:
    """A user who has pulled; the content of one item is not found."""
    sandbox = Sandbox(tmp_path)
    sandbox.configure({"amazon": simulator.account_settings()})
    simulator.faults.not_found = Fault(items=failing(simulator))
    assert sandbox.run("pull", "amazon").exit == Exit.PARTIAL
    return sandbox


def failing(simulator: AmazonSimulator) -> str:
    return next(iter(simulator.library.expected())).id


def say(sandbox: Sandbox, *arguments: str) -> tuple[str, str]:
    """Standard output and error of a command that is not asked for JSON."""
    options = ("--config", str(sandbox.config))
    process = start((*arguments, *options), folder=sandbox.folder, environment=sandbox.environment())
    return process.communicate(timeout=60)


def told_ago(sandbox: Sandbox, age: timedelta) -> None:
    with closing(sqlite3.connect(sandbox.library / ".photosync/catalog.db")) as catalog, catalog:
        told = (datetime.now(UTC) - age).isoformat(timespec="seconds")
        catalog.execute("UPDATE items SET told_at = ? WHERE told_at IS NOT NULL", (told,))


def test_failures_say_what_why_since_when_how_often_and_what_to_do(
    sandbox: Sandbox, simulator: AmazonSimulator
) -> None:
    sandbox.run("pull", "amazon")
    (failure,) = sandbox.run("failures").objects
    assert tuple(failure) == (
        *("account", "id", "name", "reason", "error", "since", "last", "tries", "advice", "path"),
    )
    assert (failure["account"], failure["id"], failure["reason"]) == ("amazon", failing(simulator), "not_found")
    assert (failure["tries"], failure["advice"], failure["path"]) == (2, ADVICE[Reason.NOT_FOUND], None)
    assert sandbox.run("failures", "amazon").objects == [failure]
    assert sandbox.run("failures", "nobody").exit == Exit.USAGE
    text = sandbox.text("failures")
    assert "not_found" in text
    assert ADVICE[Reason.NOT_FOUND] in text


def test_what_came_in_the_end_is_no_failure(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    simulator.faults.clear()
    assert sandbox.run("pull", "amazon").exit == Exit.OK
    assert sandbox.run("failures").objects == []
    assert sandbox.text("failures") == "nothing failed\n"
    assert sandbox.run("list", "amazon", "--state", "failed").objects == []


def test_list_by_state(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    def ids(*options: str) -> set[object]:
        return {each["id"] for each in sandbox.run("list", "amazon", *options).objects}

    expected = [each.id for each in simulator.library.expected()]
    lost, gone, changed = expected
    simulator.library.remove(gone)
    sandbox.run("pull", "amazon", "--full")
    simulator.library.change(changed)
    (new,) = simulator.library.add(1)
    before = simulator.counts["total"]
    (row,) = sandbox.run("list", "amazon", "--state", "failed").objects
    assert (row["id"], row["state"], row["reason"], row["path"]) == (lost, "failed", "not_found", None)
    assert ids("--state", "gone") == {gone}
    assert simulator.counts["total"] == before, "the catalog knows what failed, and what is gone"
    assert ids("--state", "new") == {new}
    assert ids("--state", "changed") == {changed}
    assert ids("--state", "new", "--state", "failed") == {new, lost}
    assert {each["state"] for each in sandbox.run("list", "amazon").objects} >= {"new", "failed"}
    assert sandbox.run("list", "amazon", "--state", "lost").exit == Exit.USAGE
    assert sandbox.run("list", "amazon", "--saved", "--state", "new").exit == Exit.USAGE


def test_a_limit_counts_items_in_the_wanted_states(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    (new,) = simulator.library.add(1)
    simulator.library.add(1)
    sandbox.run("pull", "amazon", "--limit", "1")
    states = ("--state", "new", "--state", "failed")
    assert [each["id"] for each in sandbox.run("list", "amazon", "--state", "new", "--limit", "1").objects] == [new]
    assert len(sandbox.run("list", "amazon", *states).objects) == 2
    assert len(sandbox.run("list", "amazon", *states, "--limit", "1").objects) == 1


def test_each_reason_has_its_advice(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    damaged, cut = (each.id for each in list(simulator.library.expected())[1:])
    simulator.library.change(damaged)
    simulator.library.change(cut)
    simulator.faults.wrong_bytes = Fault(items=damaged)
    simulator.faults.half = Fault(items=cut)
    sandbox.run("pull", "amazon", "--full")
    text = sandbox.text("failures")
    reasons = {str(each["reason"]) for each in sandbox.run("failures").objects}
    assert len(reasons) == 3
    assert all(f"\n{reason}: " in text for reason in reasons), text


def test_an_account_that_the_configuration_has_no_longer(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    sandbox.configure({"other": simulator.account_settings()})
    (failure,) = sandbox.run("failures", "amazon").objects
    assert failure["id"] == failing(simulator)
    assert sandbox.run("failures", "other").objects == []


def test_why_tells_about_a_failure(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    (answer,) = sandbox.run("why", failing(simulator)).objects
    assert (answer["reason"], answer["tries"], answer["advice"]) == ("not_found", 1, ADVICE[Reason.NOT_FOUND])
    assert ADVICE[Reason.NOT_FOUND] in sandbox.text("why", failing(simulator))


def test_a_failure_that_repeats_is_said_once_a_day(sandbox: Sandbox) -> None:
    _, second = say(sandbox, "pull", "amazon", "-q")
    assert "failed:" in second
    assert say(sandbox, "pull", "amazon", "-q") == ("", ""), "the third time, of which the user knows"
    summary = sandbox.run("pull", "amazon", "-q").summary
    assert (summary["exit"], summary["failed"], summary["known_failures"]) == (Exit.PARTIAL, 1, 1)
    _, loud = say(sandbox, "pull", "amazon")
    assert "photosync failures amazon" in loud
    told_ago(sandbox, timedelta(days=1))
    assert "failed:" in say(sandbox, "pull", "amazon", "-q")[1], "the next day"
    assert say(sandbox, "pull", "amazon", "-q") == ("", "")


def test_a_daily_run_says_it_daily(sandbox: Sandbox) -> None:
    for _ in range(3):
        sandbox.run("pull", "amazon")
    told_ago(sandbox, timedelta(hours=23))
    assert say(sandbox, "pull", "amazon", "-q") == ("", "")
    told_ago(sandbox, timedelta(hours=23, minutes=55))
    assert "failed:" in say(sandbox, "pull", "amazon", "-q")[1], "it began some minutes earlier than yesterday"


def test_a_clock_that_was_ahead_silences_nothing(sandbox: Sandbox) -> None:
    for _ in range(2):
        sandbox.run("pull", "amazon")
    told_ago(sandbox, -timedelta(days=400))
    assert "failed:" in say(sandbox, "pull", "amazon", "-q")[1]


def test_another_failure_is_said_at_once(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    for _ in range(3):
        sandbox.run("pull", "amazon")
    simulator.faults.clear()
    simulator.faults.wrong_bytes = Fault(items=failing(simulator))
    output, messages = say(sandbox, "pull", "amazon", "-q")
    assert "failed:" in messages
    assert "1 failed" in output
    (failure,) = sandbox.run("failures").objects
    assert (failure["reason"], failure["tries"]) == ("hash_mismatch", 1)
