"""A command that is forked is like one that Python starts from the beginning."""

import gc
import os
import select
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync.testing.forked_command import start


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    made = Sandbox(tmp_path)
    made.configure({})
    return made


@pytest.mark.parametrize(
    "arguments", [["--version"], ["pull", "nobody"], ["status", "--json"], ["pull", "--jobs", "0"]]
)
def test_it_ends_and_speaks_as_a_new_interpreter_does(sandbox: Sandbox, arguments: list[str]) -> None:
    environment = {**sandbox.environment(), "PHOTOSYNC_CONFIG": str(sandbox.config)}
    command = [sys.executable, "-m", "photosync", *arguments]
    done = subprocess.run(
        command,
        cwd=sandbox.folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    process = start(arguments, folder=sandbox.folder, environment=environment)
    stdout, stderr = process.communicate(timeout=30)
    assert process.pid != os.getpid()
    assert (process.returncode, stdout) == (done.returncode, done.stdout)
    assert stderr.split() == done.stderr.replace("python -m photosync", "photosync").split()


def test_a_signal_ends_it(sandbox: Sandbox) -> None:
    (sandbox.folder / "pipe").mkdir()
    os.mkfifo(sandbox.folder / "pipe" / "config.yaml")
    process = start(
        ["status", "--config", "pipe/config.yaml"], folder=sandbox.folder, environment=sandbox.environment()
    )
    with pytest.raises(subprocess.TimeoutExpired):
        process.communicate(timeout=0.2)
    assert process.poll() is None
    process.kill()
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL


def test_one_that_a_test_forgets_ends(sandbox: Sandbox) -> None:
    """As when a check fails before `communicate`. A warning of an open file would fail the test that runs then."""
    os.mkfifo(sandbox.folder / "config.yaml.pipe")
    process = start(
        ["status", "--config", "config.yaml.pipe"], folder=sandbox.folder, environment=sandbox.environment()
    )
    with (sandbox.folder / "config.yaml.pipe").open("wb") as read_by_it, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        has_ended = select.poll()
        has_ended.register(read_by_it, 0)
        cycle = [process]
        cycle.append(cycle)  # type: ignore[arg-type]  # as the frames of a failed test are
        del process, cycle
        gc.collect()
        assert has_ended.poll(30_000), "it still runs"
    assert [str(each.message) for each in caught] == []
