"""A first pull beside curl and amazon-photos, in turns: photos of 300 KB, TLS, each content behind a redirect."""

from __future__ import annotations

import json
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import curl
from benchmarks.measuring import Measured, check_files
from benchmarks.pulling import Pull, floor_of_pull, pull
from benchmarks.rows import Figure, Row
from benchmarks.service import Floor, Service
from benchmarks.setting import Setting

_KILOBYTES = 300


@dataclass(frozen=True, slots=True)
class _Results:
    """What each did in each round."""

    name: str
    work: str
    items: int
    floor: Floor
    pulls: list[Pull] = field(default_factory=list)
    others: dict[str, list[Measured]] = field(default_factory=lambda: defaultdict(list))

    def seconds(self) -> dict[str, Sequence[float]]:
        """Of everybody."""
        ours = {"photosync s": [each.run.seconds for each in self.pulls]}
        others = {f"{name} s": [each.seconds for each in runs] for name, runs in self.others.items()}
        downloads = [json.loads(each.output)["download_s"] for each in self.others.get("amazon-photos", ())]
        more = {"its downloads alone s": downloads} if downloads else {}
        return {**ours, **others, **more, "the service alone s": [self.floor.seconds]}

    def cpu_ms(self) -> dict[str, Sequence[float]]:
        """A photo's CPU time."""
        runs = {"photosync": [each.run for each in self.pulls], **self.others}
        return {f"{name} ms": [each.cpu_s * 1000 / self.items for each in done] for name, done in runs.items()}

    @property
    def problem(self) -> str:
        """Whether the service was what limited photosync."""
        seconds = statistics.median(each.counts["seconds"] for each in self.pulls)
        return self.floor.problem(seconds, statistics.median(each.service_cpu_s for each in self.pulls))


def measure(setting: Setting, *, latency_ms: int, most_times_curl: float) -> Iterator[Row]:
    """Wall time and CPU at a latency."""
    items = setting.items(1200, 150)
    work = f"{items:,} photos of {_KILOBYTES} KB, {latency_ms} ms a request"
    with Service(items=items, kilobytes=_KILOBYTES, latency=latency_ms / 1000, busy=setting.busy_s) as service:
        results = _Results(f"pull-{latency_ms}ms", work, items, floor_of_pull(service, items))
        for number in range(setting.rounds):
            with tempfile.TemporaryDirectory() as folder:
                _round(setting, service, results, Path(folder))
            setting.tell(f"{work}, round {number + 1}: {_said(results)}")
    yield from _time_rows(results, most_times_curl)
    yield from _cpu_rows(results)


def _round(setting: Setting, service: Service, results: _Results, folder: Path) -> None:
    if curl.is_installed():
        results.others["curl"].append(curl.download(service, results.items, folder / "curl"))
        check_files((folder / "curl" / "files").iterdir(), service)
    results.pulls.append(pull(service, folder / "photosync"))
    if setting.peer is not None:
        results.others["amazon-photos"].append(setting.peer.download(service, folder / "amazon-photos"))
        check_files((folder / "amazon-photos" / "files").iterdir(), service)


def _said(results: _Results) -> str:
    others = {name: runs[-1] for name, runs in results.others.items()}
    last = {"photosync": results.pulls[-1].run, **others}
    return ", ".join(f"{name} {each.seconds:.2f} s ({each.cpu_s:.2f} s CPU)" for name, each in last.items())


def _time_rows(results: _Results, most_times_curl: float) -> Iterator[Row]:
    parts, problem = results.seconds(), results.problem
    ours = parts["photosync s"]
    if "curl s" in parts:
        figure = Figure.quotient(ours, parts["curl s"])
        yield Row(
            f"{results.name}/curl", results.work, figure, "times curl", most_times_curl, parts=parts, problem=problem
        )
    else:
        yield Row(results.name, results.work, Figure.of(*ours), "s", parts=parts, problem=problem)
    if "amazon-photos s" in parts:
        figure = Figure.quotient(parts["amazon-photos s"], ours)
        unit = "times as fast as amazon-photos"
        name = f"{results.name}/amazon-photos"
        yield Row(name, results.work, figure, unit, 2, at_least=True, parts=parts, problem=problem)


def _cpu_rows(results: _Results) -> Iterator[Row]:
    parts = results.cpu_ms()
    ours, work = parts["photosync ms"], f"CPU a photo, {results.work}"
    yield Row(f"{results.name}/cpu", work, Figure.of(*ours), "ms", parts=parts)
    if "amazon-photos ms" in parts:
        figure = Figure.quotient(ours, parts["amazon-photos ms"])
        yield Row(
            f"{results.name}/cpu/amazon-photos", work, figure, "times amazon-photos", round(1 / 3, 3), parts=parts
        )
