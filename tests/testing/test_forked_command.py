"""A command that is forked is like one that Python starts from the beginning."""

import os
import signal
import subprocess
import sys
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
