"""What only a process shows that has loaded nothing yet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator


@pytest.mark.slow  # starts several interpreters: threads meet at the same place in some runs only
def test_files_that_are_missing_come_while_the_listing_begins(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    with AmazonSimulator(items=30) as simulator:
        sandbox.configure({"amazon": simulator.account_settings()})
        assert sandbox.run("pull", "amazon").exit == 0
        environment = {**sandbox.environment(), "PHOTOSYNC_CONFIG": str(sandbox.config)}
        for _ in range(5):
            for file in sandbox.files():
                if "amazon" in file.parts and file.suffix != ".xmp":
                    file.unlink()
            command = [sys.executable, "-m", "photosync", "-q", "pull", "amazon"]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, "")
