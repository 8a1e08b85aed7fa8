"""`verify` beside two processes of `sha256sum -c`, each with a half of the library's list."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import photosync
from benchmarks.pulling import pull
from benchmarks.rows import Figure, Row
from benchmarks.service import BenchmarkError, Service
from benchmarks.setting import Setting

_GOAL = 1.2


def measure(setting: Setting) -> Iterator[Row]:
    """Photos of 300 KB, and of 3 MB."""
    yield from _beside_sha256sum(setting, setting.items(4000, 200), 300)
    yield from _beside_sha256sum(setting, setting.items(800, 40), 3000)


def _beside_sha256sum(setting: Setting, items: int, kilobytes: int) -> Iterator[Row]:
    ours: list[float] = []
    cpu_s: list[float] = []
    theirs: list[float] = []
    work = f"verify of {items:,} photos of {kilobytes} KB"
    with tempfile.TemporaryDirectory() as folder, Service(items=items, kilobytes=kilobytes) as service:
        sandbox = service.sandbox(Path(folder))
        pull(service, sandbox.folder)
        for _ in range(setting.rounds):
            theirs.append(_two_sums(sandbox.library))
            done = photosync(sandbox, "verify", "-q")
            ours.append(done.seconds)
            cpu_s.append(done.cpu_s)
            setting.tell(f"{work}: {ours[-1]:.2f} s ({cpu_s[-1]:.2f} s CPU); two sha256sum {theirs[-1]:.2f} s")
    parts = {"photosync s": ours, "CPU s": cpu_s, "two sha256sum s": theirs}
    figure = Figure.quotient(ours, theirs)
    yield Row(f"verify/{kilobytes}KB", work, figure, "times two sha256sum", _GOAL, parts=parts)


def _two_sums(library: Path) -> float:
    """The seconds until both processes have checked their halves."""
    lines = (library / "SHA256SUMS").read_text(encoding="utf-8").splitlines(keepends=True)
    with tempfile.TemporaryDirectory() as folder:
        halves = [Path(folder, name) for name in ("first", "second")]
        for number, half in enumerate(halves):
            half.write_text("".join(lines[number::2]), encoding="utf-8")
        began = time.perf_counter()
        checks = [subprocess.Popen(["sha256sum", "-c", "--quiet", str(half)], cwd=library) for half in halves]
        exits = [check.wait() for check in checks]
        seconds = time.perf_counter() - began
    if any(exits):
        raise BenchmarkError("sha256sum found a difference in a library that was just pulled")
    return seconds
