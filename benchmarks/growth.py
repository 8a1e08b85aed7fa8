"""A library of 100,000 photos, and one with ten times fewer: first pull, daily run, `status`, `verify --quick`."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import Measured, photosync
from benchmarks.pulling import pull
from benchmarks.rows import Figure, Row
from benchmarks.service import Service
from benchmarks.setting import Setting

_COMMANDS = ("pull amazon", "status", "verify --quick")
_KILOBYTES = 4


@dataclass(frozen=True, slots=True)
class _Library:
    """What was measured with a library of so many items."""

    items: int
    first: Measured
    runs: Mapping[str, Sequence[Measured]]
    requests: float
    """Of a pull without anything new."""


def measure(setting: Setting) -> Iterator[Row]:
    """Both libraries, one after the other."""
    most = setting.items(100_000, 2_000)
    small, large = _library(setting, most // 10), _library(setting, most)
    yield from _daily(large)
    yield from _growth(f"first pull of {most:,}", "pull", small, large, [small.first], [large.first])
    for command in _COMMANDS:
        name = command.replace(" amazon", "-again").replace(" --", "-")
        work = f"{command}, {most:,} items, nothing new"
        yield from _growth(work, name, small, large, small.runs[command], large.runs[command])


def _daily(library: _Library) -> Iterator[Row]:
    work = f"unchanged library of {library.items:,}"
    runs = library.runs["pull amazon"]
    parts = {"CPU s": [each.cpu_s for each in runs]}
    yield Row("unchanged", work, Figure.of(*(each.seconds for each in runs)), "s", 1, parts=parts)
    yield Row("unchanged/requests", work, Figure.of(library.requests), "requests", 3)
    yield Row("unchanged/memory", work, Figure.of(*(each.peak_mb for each in runs)), "MB", 100)


def _growth(
    work: str, name: str, small: _Library, large: _Library, few: Sequence[Measured], many: Sequence[Measured]
) -> Iterator[Row]:
    seconds = {f"{small.items:,} items s": [each.seconds for each in few]}
    seconds[f"{large.items:,} items s"] = [each.seconds for each in many]
    times = _times(*seconds.values())
    seconds[f"{small.items:,} items CPU s"] = [each.cpu_s for each in few]
    seconds[f"{large.items:,} items CPU s"] = [each.cpu_s for each in many]
    yield Row(f"growth/{name}", f"{work}: 10 times the items", times, "times the time", 11, parts=seconds)
    peaks = {f"{small.items:,} items MB": [each.peak_mb for each in few]}
    peaks[f"{large.items:,} items MB"] = [each.peak_mb for each in many]
    times = _times(*peaks.values())
    yield Row(f"growth/{name}/memory", f"{work}: 10 times the items", times, "times the memory", 1.1, parts=peaks)


def _times(few: Sequence[float], many: Sequence[float]) -> Figure:
    return Figure.of(statistics.median(many) / statistics.median(few))


def _library(setting: Setting, items: int) -> _Library:
    with tempfile.TemporaryDirectory() as folder, Service(items=items, kilobytes=_KILOBYTES) as service:
        sandbox = service.sandbox(Path(folder))
        first = pull(service, Path(folder)).run
        setting.tell(
            f"first pull of {items:,}: {first.seconds:.2f} s ({first.cpu_s:.2f} s CPU), {first.peak_mb:.0f} MB"
        )
        runs: dict[str, list[Measured]] = {command: [] for command in _COMMANDS}
        service.forget()
        for _ in range(setting.rounds):
            for command in _COMMANDS:
                done = photosync(sandbox, *command.split(), "-q", certificate=service.certificate)
                runs[command].append(done)
                setting.tell(f"{command}, {items:,} items: {done.seconds:.2f} s, {done.peak_mb:.0f} MB")
        return _Library(items, first, runs, service.counts["requests"] / setting.rounds)
