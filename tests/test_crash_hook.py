"""The hook for developers that kills a command before one of its durable steps, in the real command."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator

KILLED = -9


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with AmazonSimulator(items=1) as simulator:
        made = Sandbox(tmp_path)
        made.configure({"amazon": simulator.account_settings()})
        yield made


def new_process(sandbox: Sandbox, crash_at: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "photosync", "pull", "amazon", "--config", str(sandbox.config)]
    environment = replace(sandbox, crash_at=crash_at).environment()
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_kind_and_a_number(sandbox: Sandbox) -> None:
    renamed = sandbox.library / ".photosync" / "library.json"
    assert new_process(sandbox, "rename:1").returncode == KILLED
    assert not renamed.exists()
    assert new_process(sandbox, "rename:2").returncode == KILLED
    assert renamed.exists()
    assert sandbox.files() == []


def test_a_number(sandbox: Sandbox) -> None:
    assert replace(sandbox, crash_at="1").run("pull", "amazon").exit == KILLED
    assert not sandbox.library.exists()
    assert replace(sandbox, crash_at="10000").run("pull", "amazon").exit == 0


@pytest.mark.parametrize(
    "step", ["write:1", "mkdir:1", "rename:1", "remove:1", "fsync:1", "commit:1"], ids=lambda step: step[:-2]
)
def test_each_kind(sandbox: Sandbox, step: str) -> None:
    assert replace(sandbox, crash_at=step).run("pull", "amazon").exit == KILLED
    assert sandbox.run("pull", "amazon").exit == 0


def test_the_last_commit_is_that_of_the_end_of_the_run(sandbox: Sandbox) -> None:
    assert sandbox.run("pull", "amazon").exit == 0
    commits = 0
    while replace(sandbox, crash_at=f"commit:{commits + 1}").run("pull", "amazon").exit == KILLED:
        commits += 1
    assert commits == 4  # the start of the run, the state of the listing, that of the albums, the end of the run
    assert sandbox.run("status").objects[0]["last_exit"] == 0


@pytest.mark.parametrize("text", ["0", "comit:2", "rename", "-1", "rename:1:2"])
def test_what_it_does_not_understand(sandbox: Sandbox, text: str) -> None:
    result = replace(sandbox, crash_at=text).run("pull", "amazon")
    assert result.exit == 1
    assert "PHOTOSYNC_CRASH_AT" in result.stderr
