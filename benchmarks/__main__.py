"""Measures the time and memory of the help, a first pull, and an unchanged second run.

    python -m benchmarks [--items N]

Machines differ and are busy: compare figures of one run with each other.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measuring import measure
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
        measure(sandbox, f"first pull of {items:,} items", "pull", "amazon")
        measure(sandbox, "second run, nothing new", "pull", "amazon")
        measure(sandbox, "complete listing, nothing new", "pull", "amazon", "--full")


def _help_time() -> None:
    times = []
    for _ in range(7):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "photosync", "--help"], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    print(f"{'photosync --help':40} {statistics.median(times):8.2f} s (median of {len(times)})")


if __name__ == "__main__":
    main()
