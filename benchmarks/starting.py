"""The start of the program: `--version`, `--help`, and `status` of a small library."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import photosync
from benchmarks.pulling import pull
from benchmarks.rows import Figure, Row
from benchmarks.service import Service
from benchmarks.setting import Setting

_GOALS_S = {"--version": 0.08, "--help": 0.08, "status": 0.25}
_RUNS = 9


def measure(setting: Setting) -> Iterator[Row]:
    """The seconds of each."""
    runs = 3 if setting.quick else _RUNS
    with tempfile.TemporaryDirectory() as folder, Service(items=20, kilobytes=4) as service:
        sandbox = service.sandbox(Path(folder))
        pull(service, sandbox.folder)
        for arguments, goal in _GOALS_S.items():
            done = [photosync(sandbox, arguments) for _ in range(runs)]
            parts = {"CPU s": [each.cpu_s for each in done], "peak MB": [each.peak_mb for each in done]}
            figure = Figure.of(*(each.seconds for each in done))
            yield Row(f"start/{arguments.strip('-')}", f"photosync {arguments}", figure, "s", goal, parts=parts)
