"""A service that allows 20 requests a second, and says so with 429."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from pathlib import Path

from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator

ITEMS = 300
ALLOWED_PER_S = 20


def test_refuses_few_requests_and_none_comes_too_early(tmp_path: Path) -> None:
    with AmazonSimulator(items=ITEMS) as simulator:
        simulator.faults.rate = Fault(value=ALLOWED_PER_S, on="content")
        sandbox = Sandbox(tmp_path)
        sandbox.configure({"amazon": simulator.account_settings()})
        done = sandbox.run("pull", "amazon", "--json")
        contents = [request for request in simulator.requests if request.kind == "content"]
    assert (done.exit, done.number("saved")) == (0, ITEMS)
    refused = [request for request in contents if request.status == 429]
    assert len(refused) < ITEMS / 5
    times = defaultdict(list)
    for request in contents:
        times[request.path].append((request.at, request.status))
    for tries in times.values():
        assert all(later - earlier >= 1 for (earlier, status), (later, _) in pairwise(tries) if status == 429)


def test_is_told_to_the_user(tmp_path: Path) -> None:
    with AmazonSimulator(items=60) as simulator:
        simulator.faults.throttle = Fault(value=3, times=2, on="list")
        sandbox = Sandbox(tmp_path)
        sandbox.configure({"amazon": simulator.account_settings()})
        done = sandbox.run("pull", "amazon")
        assert "amazon: the service asked to wait 2 times (6 s in all)\n" in done.stderr
        simulator.faults.throttle = Fault(value=6, times=1, on="list")
        assert sandbox.run("pull", "amazon", "-q").stderr == ""
        simulator.faults.throttle = Fault(value=2, times=1, on="list")
        assert "asked to wait" not in sandbox.run("pull", "amazon").stderr
        simulator.faults.throttle = None
        simulator.faults.plan = [
            ("throttle", Fault(times=1, on="list")),
            ("throttle", Fault(value=6, after=1, times=1, on="list")),
        ]
        told = sandbox.run("pull", "amazon").stderr
        assert "refused 2 times, because there were too many requests, and asked to wait once (6 s in all)\n" in told
