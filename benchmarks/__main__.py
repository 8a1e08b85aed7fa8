"""Measures what a user waits for: the help, a first pull, an unchanged second run, and the memory that they take.

    python -m benchmarks [--items N]

Machines differ and are busy: compare figures of one run with each other.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from photosync.testing import SimulatorProcess
from photosync.testing.command import Sandbox


def main() -> None:
    """Print a line for each figure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=10_000, help="how many photos the simulated account has")
    items: int = parser.parse_args().items
    _help_time()
    with tempfile.TemporaryDirectory() as folder, SimulatorProcess("amazon", "--items", str(items)) as simulator:
        sandbox = Sandbox(Path(folder))
        sandbox.configure({"amazon": simulator.account_settings})
        _pull(sandbox, f"first pull of {items:,} items")
        _pull(sandbox, "second run, nothing new")
        _pull(sandbox, "complete listing, nothing new", "--full")


def _help_time() -> None:
    times = []
    for _ in range(7):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "photosync", "--help"], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    print(f"{'photosync --help':40} {statistics.median(times):8.2f} s (median of {len(times)})")


def _pull(sandbox: Sandbox, title: str, *options: str) -> None:
    began = time.perf_counter()
    process = sandbox.start("pull", "amazon", "-q", *options)
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    if status != 0:
        sys.exit(f"{title} ended with {os.waitstatus_to_exitcode(status)}: {output[-2000:]}")
    requests = output.rpartition('"requests": ')[2].partition(",")[0]
    print(f"{title:40} {seconds:8.2f} s   {requests:>7} requests   {used.ru_maxrss / 1000:6.0f} MB peak", flush=True)


if __name__ == "__main__":
    main()
