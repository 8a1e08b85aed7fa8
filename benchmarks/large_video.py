"""One video of 4 GB: the memory that it costs, and the bytes that are asked for again after a cut and after a kill."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import PYTHON, check_files, environment, photosync
from benchmarks.pulling import pull
from benchmarks.rows import Figure, Row
from benchmarks.service import BenchmarkError, Service
from benchmarks.setting import Setting
from photosync.testing.command import Sandbox

_MB = 1_000_000
_KILLED_MBIT = 100
"""A line on which all that was sent has arrived, so that the bytes lost at a kill can be counted at the service."""
_POLL_S = 0.02


def measure(setting: Setting) -> Iterator[Row]:
    """A pull with a cut in the middle, a pull without anything new, and one that is killed."""
    yield from _cut(setting, setting.size(4_000_000_000, 100_000_000))
    yield from _killed(setting, setting.size(300_000_000, 30_000_000))


def _cut(setting: Setting, size_bytes: int) -> Iterator[Row]:
    work = f"a video of {size_bytes / 1e9:g} GB"
    with tempfile.TemporaryDirectory() as folder, Service(large=size_bytes, cut=size_bytes // 4) as service:
        done = pull(service, Path(folder))
        idle = photosync(service.sandbox(Path(folder)), "pull", "amazon", "-q", certificate=service.certificate)
    setting.tell(f"{work}: {done.run.seconds:.2f} s ({done.run.cpu_s:.2f} s CPU), {done.run.peak_mb:.0f} MB")
    parts = {"peak MB": [done.run.peak_mb], "peak of a pull without anything new MB": [idle.peak_mb]}
    more = Figure.of(done.run.peak_mb - idle.peak_mb)
    yield Row("large/memory", f"{work}: memory over idle", more, "MB", 64, parts=parts)
    parts = {"photosync s": [done.run.seconds], "CPU s": [done.run.cpu_s], "requests": [done.counts["requests"]]}
    lost = Figure.of(done.counts["asked_again_bytes"] / _MB)
    yield Row("large/cut", f"{work}: asked again after a cut", lost, "MB", 1, parts=parts)


def _killed(setting: Setting, size_bytes: int) -> Iterator[Row]:
    work = f"a video of {size_bytes / 1e9:g} GB"
    with tempfile.TemporaryDirectory() as folder, Service(large=size_bytes, mbit=_KILLED_MBIT) as service:
        sandbox = service.sandbox(Path(folder))
        _kill_at(service, sandbox, size_bytes / 3)
        sent = service.counts["content_bytes"]
        photosync(sandbox, "pull", "amazon", "-q", certificate=service.certificate)
        lost = service.counts["asked_again_bytes"]
        check_files(sandbox.files(), service)
    setting.tell(f"{work}: {lost / _MB:.2f} MB asked again after a kill")
    parts = {"sent before MB": [sent / _MB]}
    yield Row("large/kill", f"{work}: asked again after a kill", Figure.of(lost / _MB), "MB", 1, parts=parts)


def _kill_at(service: Service, sandbox: Sandbox, sent_bytes: float) -> None:
    """Start a pull, and kill it when the service has sent so much."""
    command = [PYTHON, "-m", "photosync", "pull", "amazon", "-q", "--config", str(sandbox.config)]
    process = subprocess.Popen(command, env=environment(sandbox, service.certificate))
    try:
        while service.counts["content_bytes"] < sent_bytes:
            if process.poll() is not None:
                raise BenchmarkError(f"the pull ended with {process.returncode} before it was to be killed")
            time.sleep(_POLL_S)
    finally:
        process.kill()
        process.wait()
