"""The first pull from a service with faults beside one from a service without: one answer in a hundred is faulty.

The faults are of many kinds (`photosync.testing.random_faults`), and the service is the simulator of the tests. Both
runs must bring everything without help.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import Measured, photosync
from benchmarks.rows import Figure, Row
from benchmarks.service import BenchmarkError
from benchmarks.setting import Setting
from photosync.testing import SimulatorProcess
from photosync.testing.command import Sandbox
from photosync.testing.random_faults import random_faults

_SHARE = 0.01


def measure(setting: Setting) -> Iterator[Row]:
    """How many times as long the pull with faults takes."""
    items = setting.items(10_000, 200)
    clean, faulty = _pull(setting, items, 0), _pull(setting, items, _SHARE)
    parts = {"clean s": [clean.seconds], "faulty s": [faulty.seconds]}
    work = f"{items:,} photos, 1 % of the answers faulty"
    yield Row("faults", work, Figure.of(faulty.seconds / clean.seconds), "times the clean run", parts=parts)


def _pull(setting: Setting, items: int, share: float) -> Measured:
    with (
        tempfile.TemporaryDirectory() as folder,
        SimulatorProcess("amazon", "--items", str(items), "--no-gaps") as simulator,
    ):
        simulator.steer(plan=random_faults(share))
        sandbox = Sandbox(Path(folder))
        sandbox.configure({"amazon": simulator.account_settings})
        done = photosync(sandbox, "pull", "amazon", "-q")
        if sandbox.hashes() != Counter(item.md5 for item in simulator.expected()):
            raise BenchmarkError("the library is not what the service has")
    setting.tell(f"{items:,} photos, {share:.0%} faulty: {done.seconds:.2f} s")
    return done
