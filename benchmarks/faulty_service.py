"""Compares the first pull from a service with faults with one from a service without, in one sitting.

    python -m benchmarks.faulty_service [--items N] [--share P] [--latency S] [--rounds N] [SERVICE …]

One answer in a hundred is faulty, in many ways (`photosync.testing.random_faults`). Both runs must bring everything
without help. Simulated service and command share the machine: compare the two times with each other only.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.measuring import Measured, measure
from photosync.testing import SimulatorProcess
from photosync.testing.command import Sandbox
from photosync.testing.random_faults import random_faults


def main() -> None:
    """Print a line for each run, and the ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=10_000, help="how many photos the simulated account has")
    parser.add_argument("--share", type=float, default=0.01, help="the part of the answers that is faulty")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--rounds", type=int, default=1, help="how often both are measured, one after the other")
    parser.add_argument("services", nargs="*", default=["amazon"], help="whose simulators are pulled from")
    options = parser.parse_args()
    for service in options.services:
        for _ in range(options.rounds):
            clean = _pull(service, options.items, 0, options.latency)
            faulty = _pull(service, options.items, options.share, options.latency)
            numbers = ", ".join(
                f"{faulty.summary[name]:,} {name}" for name in ("saved", "failed", "requests", "retries")
            )
            print(f"{service}: {faulty.seconds / clean.seconds:.2f} times the clean run; {numbers}", flush=True)


def _pull(service: str, items: int, share: float, latency: float) -> Measured:
    with (
        tempfile.TemporaryDirectory() as folder,
        SimulatorProcess(service, "--items", str(items), "--no-gaps") as simulator,
    ):
        simulator.steer(plan=random_faults(share), faults={"latency": {"value": latency} if latency else None})
        sandbox = Sandbox(Path(folder))
        sandbox.configure({service: simulator.account_settings})
        done = measure(sandbox, f"{service}: {items:,} items, {share:.0%} faulty", "pull", service)
        if sandbox.hashes() != Counter(item.md5 for item in simulator.expected()):
            raise SystemExit(f"{service}: the library is not what the service has")
    return done


if __name__ == "__main__":
    main()
