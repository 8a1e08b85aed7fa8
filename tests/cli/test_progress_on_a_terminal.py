"""What the real command shows on a terminal, during a pull of 2,000 photos."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import sys
import termios
import time
from pathlib import Path

import pytest
from rich.cells import cell_len

from photosync import units
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator

COUNT = 2000
_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def watched(sandbox: Sandbox, columns: int, *arguments: str) -> tuple[list[tuple[float, str]], float]:
    """What the command writes to a terminal: at which time which text; and when it ended."""
    pid, terminal = pty.fork()
    if pid == 0:
        environment = {**sandbox.environment(), "PHOTOSYNC_CLOCK_SPEED": "1", "TERM": "xterm"}
        del environment["NO_COLOR"]
        command = [sys.executable, "-m", "photosync", *arguments, "--config", str(sandbox.config)]
        os.execve(sys.executable, command, environment)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    shown: list[tuple[float, str]] = []
    began = time.monotonic()
    while True:
        try:
            read = os.read(terminal, 1 << 16)
        except OSError:  # Linux: the command has ended
            read = b""
        if not read:
            break
        shown.append((time.monotonic() - began, _CONTROLS.sub("", read.decode(errors="replace"))))
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, shown[-5:]
    return shown, time.monotonic() - began


@pytest.mark.slow  # 2,000 photos, at the speed of a real service
@pytest.mark.parametrize(
    ("columns", "rate"), [(60, "100k"), (80, "120k"), (200, "150k")]
)  # slow lines, so that the speed is theirs and not that of a busy machine
def test_the_time_left_is_within_a_factor_of_two(tmp_path: Path, columns: int, rate: str) -> None:
    sandbox = Sandbox(tmp_path)
    with AmazonSimulator(items=COUNT) as simulator:
        simulator.faults.set("latency", "0.01")
        sandbox.configure({"amazon": simulator.account_settings()})
        shown, ended = watched(sandbox, columns, "pull", "--bwlimit", rate)
    asked = [0.1, 0.5, 0.9]
    for at, text in shown:
        bar = (line for line in text.splitlines() if " listed: " not in line)  # the summary is no part of it
        assert all(cell_len(line) <= columns for line in bar), text
        done = re.search(rf"([\d,]+) of {COUNT:,} files", text)
        left = re.search(r"([\d][\w ]*) left", text)
        if asked and done and left and int(done[1].replace(",", "")) >= asked[0] * COUNT:
            left_s = units.duration(left[1].replace("min", "m")).total_seconds()
            truth_s = ended - at
            is_near = abs(left_s - truth_s) < 2  # the last seconds are rounded, and the end of the run takes some
            assert is_near or 0.5 <= left_s / truth_s <= 2, (asked[0], left_s, truth_s)
            asked.pop(0)
    assert not asked
    assert f"amazon: {COUNT} listed: {COUNT} saved" in shown[-1][1]
