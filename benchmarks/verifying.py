"""Compares the checks of a library with `sha256sum -c`, and those of a library with ten times as many files.

    python -m benchmarks.verifying [--items N]

The simulated photos are small, so that this is the cost of each file. Compare figures of one run with each other.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.measuring import measure
from photosync.testing import SimulatorProcess
from photosync.testing.command import Sandbox


def main() -> None:
    """Print a line for each figure of both libraries, and how much longer the large one takes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=10_000, help="how many photos the large library has")
    items: int = parser.parse_args().items
    small, large = _seconds(items // 10), _seconds(items)
    for check, seconds in large.items():
        print(f"10 times the files: {check} takes {seconds / small[check]:.1f} times as long")


def _seconds(items: int) -> dict[str, float]:
    """The seconds of each check."""
    with (
        tempfile.TemporaryDirectory() as folder,
        SimulatorProcess("amazon", "--items", str(items), "--no-gaps") as simulator,
    ):
        sandbox = Sandbox(Path(folder))
        sandbox.configure({"amazon": simulator.account_settings})
        measure(sandbox, f"first pull of {items:,} items", "pull", "amazon")
        began = time.perf_counter()
        subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=sandbox.library, check=True)
        print(f"{f'sha256sum -c of {items:,} files':40} {time.perf_counter() - began:8.2f} s", flush=True)
        return {
            check: measure(sandbox, f"{check} of {items:,} files", *check.split()).seconds
            for check in ("verify", "verify --quick", "verify --sample 1%")
        }


if __name__ == "__main__":
    main()
