"""How many downloads a pull has at a time, seen from the service."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync.testing.faults import Fault
from photosync_amazon.simulator import AmazonSimulator

START = 8
LISTING = 1
"""A page of the listing may be asked for meanwhile."""
FEW = 20
"""Items for which a run of the usual number of workers is over before it could try another."""


@pytest.fixture
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=FEW, gaps=False) as running:
        running.faults.latency = Fault(value=0.1, on="content")
        yield running


def state_file(sandbox: Sandbox) -> Path:
    return sandbox.home / ".local" / "state" / "photosync" / "accounts" / "amazon" / "speed.json"


def remember(
    sandbox: Sandbox,
    *,
    workers: object = 40,
    was_refused: object = False,
    limits_per_s: object = (None,),
    age_days: float = 1,
) -> None:
    at = (datetime.now(UTC) - timedelta(days=age_days)).isoformat(timespec="seconds")
    path = state_file(sandbox)
    path.parent.mkdir(parents=True)
    content = {"at": at, "was_refused": was_refused, "workers": workers, "limits_per_s": limits_per_s}
    path.write_text(json.dumps(content))


def most_at_a_time(sandbox: Sandbox, simulator: AmazonSimulator, *options: str) -> int:
    result = sandbox.run("pull", "amazon", *options)
    result.check_complete()
    assert result.number("saved") == sum(1 for _ in simulator.library.expected())
    return simulator.max_in_flight


@pytest.mark.parametrize("is_option", [True, False])
def test_a_fixed_number_is_never_exceeded(sandbox: Sandbox, simulator: AmazonSimulator, is_option: bool) -> None:
    simulator.faults.latency = Fault(value=0.03, on="content")
    simulator.library.add(40)
    if not is_option:
        sandbox.configure({"amazon": simulator.account_settings()}, jobs=3)
    assert most_at_a_time(sandbox, simulator, *(("--jobs", "3") if is_option else ())) <= 3 + LISTING
    assert not state_file(sandbox).exists()


def test_a_distant_service_gets_more_workers_than_at_first_and_the_next_run_begins_so(
    sandbox: Sandbox, simulator: AmazonSimulator
) -> None:
    simulator.faults.latency = Fault(value=0.05, on="content")
    simulator.library.add(60)
    assert most_at_a_time(sandbox, simulator) > START + LISTING
    kept = json.loads(state_file(sandbox).read_bytes())
    assert START <= kept["workers"] <= 48
    assert kept["was_refused"] is False
    assert stat.S_IMODE(state_file(sandbox).stat().st_mode) == 0o600


def test_a_run_begins_with_a_half_of_what_was_good_last(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    remember(sandbox, workers=40)
    assert START + LISTING < most_at_a_time(sandbox, simulator) <= 20 + LISTING


def test_a_run_after_refusals_begins_with_what_was_accepted(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    remember(sandbox, workers=2, was_refused=True)
    assert most_at_a_time(sandbox, simulator) <= 3 + LISTING


def test_a_run_begins_at_the_pace_that_was_accepted_last(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    per_s = 2
    simulator.library.add(10)
    remember(sandbox, limits_per_s=[per_s])
    most_at_a_time(sandbox, simulator)
    arrived = [each.at for each in simulator.requests]
    assert max(arrived) - min(arrived) >= 0.9 * (FEW + 10) / per_s  # redirects are followed at once
    assert json.loads(state_file(sandbox).read_bytes())["limits_per_s"] == [per_s]


@pytest.mark.parametrize(
    "content",
    [
        {"age_days": 31},
        {"age_days": -31},
        {"workers": 10**6},
        {"workers": 0},
        {"workers": True},
        {"workers": "40"},
        {"was_refused": None},
        {"limits_per_s": 5},
        {"limits_per_s": ["fast"]},
        {"limits_per_s": [float("nan")]},
        {"limits_per_s": [0]},
        {"limits_per_s": [10**400]},
    ],
    ids=lambda content: str(content)[:40],
)
def test_a_file_that_is_old_or_wrong_is_not_used(
    sandbox: Sandbox, simulator: AmazonSimulator, content: dict[str, float]
) -> None:
    remember(sandbox, **content)
    assert most_at_a_time(sandbox, simulator) <= START + LISTING


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\0", b"[" * 5000, b"1" * 9000], ids=len)
def test_a_damaged_file_is_not_used(sandbox: Sandbox, simulator: AmazonSimulator, content: bytes) -> None:
    state_file(sandbox).parent.mkdir(parents=True)
    state_file(sandbox).write_bytes(content)
    assert most_at_a_time(sandbox, simulator) <= START + LISTING


def test_a_file_that_cannot_be_written_or_read_fails_no_run(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    simulator.library.add(40)
    state_file(sandbox).mkdir(parents=True)
    assert most_at_a_time(sandbox, simulator) >= START


def test_a_service_that_refuses_gets_fewer_workers(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    simulator.faults.throttle = Fault(value=1, on="content", times=12)
    simulator.library.add(20)
    assert most_at_a_time(sandbox, simulator) <= START + LISTING
    kept = json.loads(state_file(sandbox).read_bytes())
    assert kept["was_refused"] is True
    assert kept["workers"] < START
