"""Listings of up to a million items into an empty catalog: speed, memory, and how both grow."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import Measured, photosync
from benchmarks.rows import Figure, Row
from benchmarks.service import Service
from benchmarks.setting import Setting

_PAGE = 200
_CONNECTIONS = 4
"""Of the client that measures the service alone: pages may be asked for ahead."""
_LATENCY_S = 0.05
_DRY_RUN = ("pull", "amazon", "--dry-run", "--full")
_LIST = ("list", "amazon")


@dataclass(frozen=True, slots=True)
class _Listed:
    """A command at an account of so many items, once in each round."""

    items: int
    runs: Sequence[Measured]
    problem: str

    @property
    def seconds(self) -> list[float]:
        return [each.seconds for each in self.runs]

    @property
    def peaks_mb(self) -> list[float]:
        return [each.peak_mb for each in self.runs]

    @property
    def parts(self) -> dict[str, Sequence[float]]:
        """What was measured."""
        return {"photosync s": self.seconds, "CPU s": [each.cpu_s for each in self.runs], "peak MB": self.peaks_mb}


def measure(setting: Setting) -> Iterator[Row]:
    """100,000 items, ten times fewer, and a million; and at a service that is far away."""
    usual = setting.items(100_000, 5_000)
    small, large = _listed(setting, _DRY_RUN, usual // 10), _listed(setting, _DRY_RUN, usual)
    work = f"dry listing of {usual:,}"
    speed = Figure.of(*(usual / each for each in large.seconds))
    yield Row("listing/dry", work, speed, "items/s", 15_000, at_least=True, parts=large.parts, problem=large.problem)
    yield Row("listing/dry/memory", work, Figure.of(*large.peaks_mb), "MB", 100, parts=large.parts)
    yield from _growth("listing/dry", work, small, large)
    plain = _listed(setting, _LIST, usual)
    speed = Figure.of(*(usual / each for each in plain.seconds))
    yield Row("listing/list", f"list of {usual:,}", speed, "items/s", parts=plain.parts, problem=plain.problem)
    yield _distant(setting)
    most = (2 if setting.quick else 10) * usual
    huge = _listed(setting, _DRY_RUN, most, rounds=1)
    work = f"{most:,} items listed into an empty catalog"
    yield Row("listing/most/memory", work, Figure.of(*huge.peaks_mb), "MB", 200, parts=huge.parts)
    if not setting.quick:
        yield from _growth("listing/most", work, large, huge)


def _distant(setting: Setting) -> Row:
    """A first listing at 50 ms a request, beside what its pages would wait for one after the other."""
    items = setting.items(20_000, 5_000)
    listed = _listed(setting, _DRY_RUN, items, latency_s=_LATENCY_S)
    waits_s = -(-items // _PAGE) * _LATENCY_S
    figure = Figure.of(*(each / waits_s for each in listed.seconds))
    work = f"dry listing of {items:,}, 50 ms a request"
    return Row(
        "listing/50ms", work, figure, "times the sum of the latencies", parts=listed.parts, problem=listed.problem
    )


def _growth(name: str, work: str, small: _Listed, large: _Listed) -> Iterator[Row]:
    parts = {f"{small.items:,} items s": small.seconds, f"{large.items:,} items s": large.seconds}
    times = statistics.median(large.seconds) / statistics.median(small.seconds)
    yield Row(f"{name}/growth", f"{work}: 10 times the items", Figure.of(times), "times the time", 11, parts=parts)
    parts = {f"{small.items:,} items MB": small.peaks_mb, f"{large.items:,} items MB": large.peaks_mb}
    times = statistics.median(large.peaks_mb) / statistics.median(small.peaks_mb)
    yield Row(
        f"{name}/growth/memory", f"{work}: 10 times the items", Figure.of(times), "times the memory", 1.1, parts=parts
    )


def _listed(
    setting: Setting, command: Sequence[str], items: int, rounds: int | None = None, latency_s: float = 0.0
) -> _Listed:
    runs: list[Measured] = []
    service_cpu_s: list[float] = []
    with Service(listed=items, latency=latency_s) as service:
        pages = [f"/drive/v1/search?offset={offset}&limit={_PAGE}" for offset in range(0, items, _PAGE)]
        floor = service.floor(pages, _CONNECTIONS)
        for _ in range(rounds or setting.rounds):
            with tempfile.TemporaryDirectory() as folder:
                sandbox = service.sandbox(Path(folder))
                before = service.counts["cpu_s"]
                runs.append(photosync(sandbox, *command, certificate=service.certificate))
                service_cpu_s.append(service.counts["cpu_s"] - before)
            setting.tell(f"{' '.join(command)}, {items:,} items: {runs[-1].seconds:.2f} s, {runs[-1].peak_mb:.0f} MB")
    seconds = statistics.median(each.seconds for each in runs)
    problem = floor.problem(seconds, statistics.median(service_cpu_s))
    return _Listed(items, runs, problem)
