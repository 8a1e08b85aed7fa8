"""A simulator in a process of its own, steered from outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from photosync.testing import SimulatorProcess
from photosync.testing.plugins import simulator_named

SIMULATOR = "photosync_amazon.simulator:AmazonSimulator"


def test_it_serves_and_can_be_steered() -> None:
    with SimulatorProcess(SIMULATOR, "--items", "7", "--seed", "3", "throttle=1:times=1:on=list") as service:
        settings = service.account_settings
        assert settings["provider"] == "amazon"
        items = list(service.expected())
        assert len(items) == 7
        added = service.steer(
            add={"count": 2, "name": "new.jpg", "taken": "2020-01-02T03:04:05", "missing": ["md5"]},
            remove=[items[0].id],
            change=[items[1].id],
            faults={"latency": 0.01, "throttle": None},
        )
        after = {item.id: item for item in service.expected()}
        assert [after[item_id].name for item_id in added] == ["new.jpg", "new.jpg"]
        assert items[0].id not in after
        assert after[items[1].id].md5 != items[1].md5
        assert service.counts == {}, "steering is not counted"
        pid = service.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_plan_of_faults(tmp_path: Path) -> None:
    plan = [{"fault": "server_error", "value": 503, "on": "GET /drive/v1/search", "after": 1, "times": 1}]
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    with SimulatorProcess(SIMULATOR, "--items", "1", "--plan", str(tmp_path / "plan.json")) as service:

        def statuses() -> list[int]:
            return [requests.get(f"{service.url}/drive/v1/search", timeout=60).status_code for _ in range(3)]

        assert [status == 503 for status in statuses()] == [False, True, False]
        service.steer(plan=[{**step, "after": 0} for step in plan])
        assert [status == 503 for status in statuses()] == [True, False, False]


@pytest.fixture(scope="module")
def service() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(SIMULATOR, "--items", "1") as running:
        yield running


@pytest.mark.parametrize(
    "wish",
    [
        {"fault": {}},
        {"faults": {"gremlins": 1}},
        {"plan": [{"fault": "gremlins"}]},
        {"plan": 1},
        {"add": {"colour": 1}},
        {"change": ["x"]},
    ],
)
def test_wishes_that_cannot_be(service: SimulatorProcess, wish: dict[str, object]) -> None:
    answer = requests.post(f"{service.url}/_simulator", json=wish, timeout=60)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_one_that_cannot_start_says_so() -> None:
    with pytest.raises(RuntimeError, match="did not start: it ended with 2"), SimulatorProcess("nobody"):
        pass


def test_it_ends_with_a_signal() -> None:
    command = [sys.executable, "-m", "photosync.testing", SIMULATOR, "--items", "1"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith('{"url"')
        assert process.poll() is None, "an input that is at its end from the beginning tells nothing"
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(60) == 0


@pytest.mark.parametrize("arguments", [["nobody"], [SIMULATOR, "gremlins=1"], ["json:loads"], ["no.such:Thing"]])
def test_mistakes_are_reported(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "photosync.testing", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == b""
    assert b"Traceback" not in done.stderr


def test_simulators_are_found_by_name() -> None:
    assert simulator_named("amazon").provider == "amazon"
    with pytest.raises(LookupError, match="no simulator is called 'nobody'"):
        simulator_named("nobody")
