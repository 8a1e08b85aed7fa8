"""`status` as a health page, and `status --check` for monitoring."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from photosync.testing import Fault
from photosync.testing.command import Result, Sandbox
from photosync.testing.forked_command import start
from photosync_amazon.simulator import AmazonSimulator
from photosync_google.simulator import GoogleSimulator


@pytest.fixture
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=2) as running:
        yield running


@pytest.fixture
def sandbox(tmp_path: Path, simulator: AmazonSimulator) -> Sandbox:
    """With one good run of one account."""
    made = Sandbox(tmp_path)
    made.configure({"amazon": simulator.account_settings()}, retry_budget="1s")
    made.run("pull", "amazon").check_complete()
    return made


def pass_time(sandbox: Sandbox, **span: float) -> None:
    """Move all runs into the past."""
    with closing(sqlite3.connect(sandbox.library / ".photosync" / "catalog.db")) as catalog, catalog:
        for run, *times in catalog.execute("SELECT run, started_at, ended_at FROM runs").fetchall():
            moved = [(datetime.fromisoformat(each) - timedelta(**span)).isoformat() for each in times if each]
            catalog.execute("UPDATE runs SET started_at = ?, ended_at = ? WHERE run = ?", (*moved, run))


def shown(sandbox: Sandbox, *arguments: str) -> Result:
    """What a person sees of the command."""
    process = start(
        (*arguments, "--config", str(sandbox.config)), folder=sandbox.folder, environment=sandbox.environment()
    )
    stdout, stderr = process.communicate(timeout=60)
    return Result(arguments, process.returncode, stdout, stderr)


def test_a_good_run_is_good_until_it_is_too_old(sandbox: Sandbox) -> None:
    assert sandbox.run("status", "--check", "1h").objects[0]["exit"] == 0
    assert shown(sandbox, "status", "--check", "1h", "-q") == Result(("status", "--check", "1h", "-q"), 0, "", "")
    pass_time(sandbox, hours=49)
    assert shown(sandbox, "status", "--check", "50h", "-q").exit == 0
    stale = shown(sandbox, "status", "--check", "2d", "-q")
    assert (stale.exit, stale.stdout) == (5, "")
    said = (
        "photosync: amazon: temporary, exit 5: the last good run was 2 days ago; the last pull ended with ok, exit 0\n"
    )
    assert stale.stderr == said
    assert "  2 days ago  " in sandbox.text("status")
    assert sandbox.run("status").exit == 0


def test_a_run_that_failed_since_is_no_alarm_and_names_itself_when_it_is_one(
    sandbox: Sandbox, simulator: AmazonSimulator
) -> None:
    simulator.faults.expired = Fault()
    assert sandbox.run("pull", "amazon").exit == 4
    status = sandbox.run("status", "--check", "1h")
    assert (status.exit, status.objects[0]["last_exit"], status.objects[0]["exit"]) == (0, 4, 0)
    pass_time(sandbox, days=3)
    status = sandbox.run("status", "--check", "2d")
    assert (status.exit, status.objects[0]["exit"]) == (4, 4)
    page = sandbox.text("status")
    assert "amazon: the last pull ended with auth, exit 4: " in page
    assert "photosync login amazon" in page


def test_a_failure_is_told_with_the_next_step(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    simulator.faults.not_found = Fault(items=set(simulator.library.add()))
    assert sandbox.run("pull", "amazon").exit == 3
    (amazon,) = sandbox.run("status").objects
    assert amazon["failed"] == [
        {
            "reason": "not_found",
            "count": 1,
            "advice": "The service lists it without a content. If it does not open there, delete it.",
        }
    ]
    line = "amazon: 1 failed: not_found. The service lists it without a content. If it does not open there, delete it."
    assert line in sandbox.text("status").splitlines()
    pass_time(sandbox, days=2)
    assert sandbox.run("status", "--check", "1d").exit == 3


def test_the_worst_account_decides(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    settings = simulator.account_settings()
    accounts: dict[str, object] = {"amazon": settings, "second": {**settings, "provider": "amazon"}}
    sandbox.configure(accounts)
    never = shown(sandbox, "status", "--check", "1d", "-q")
    assert never.exit == 5
    assert never.stderr == "photosync: second: temporary, exit 5: there was no good run; nothing has run yet\n"
    sandbox.configure({**accounts, "broken": {"provider": "nobody"}})
    assert sandbox.run("status", "--check", "1d").exit == 2


def test_where_a_person_picks_the_age_says_nothing(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    with GoogleSimulator(items=2) as simulator:
        sandbox.configure({"google": simulator.account_settings()})
        status = sandbox.run("status", "--check", "1d")
    assert status.exit == 0
    assert status.objects[0]["pending_picks"] == 0


def test_a_push_counts_where_nothing_is_ever_brought(tmp_path: Path, simulator: AmazonSimulator) -> None:
    sandbox = Sandbox(tmp_path)
    sandbox.configure({"amazon": simulator.account_settings()})
    (sandbox.folder / "mine").mkdir()
    assert sandbox.run("push", "amazon", str(sandbox.folder / "mine")).exit == 0
    assert sandbox.run("status", "--check", "1d").exit == 0
    simulator.faults.server_error = Fault()
    sandbox.configure({"amazon": simulator.account_settings()}, retry_budget="1s")
    sandbox.run("pull", "amazon")
    simulator.faults.clear()
    assert sandbox.run("status", "--check", "1d").exit != 0


@pytest.mark.parametrize("text", ["0", "soon", "-1d", ""])
def test_an_age_that_cannot_be_is_refused(sandbox: Sandbox, text: str) -> None:
    result = sandbox.run("status", "--check", text)
    assert (result.exit, result.stdout) == (2, "")
    assert "--check: expected " in result.stderr


def test_a_clock_that_was_ahead_does_not_make_a_run_good_for_years(sandbox: Sandbox) -> None:
    pass_time(sandbox, days=-400)
    assert sandbox.run("status", "--check", "1d").exit == 5


def test_the_expected_end_of_the_sign_in_is_told(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    simulator.forget()
    (amazon,) = sandbox.run("status").objects
    assert amazon["last_command"] == "pull"
    assert datetime.fromisoformat(str(amazon["last_good"])) <= datetime.now(UTC)
    assert simulator.requests == []
