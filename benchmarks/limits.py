"""Services with limits and faults: 20 requests a second, 503 once on 10 % of the downloads, a slow line."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.pulling import Pull, floor_of_pull, pull
from benchmarks.rows import Figure, Row
from benchmarks.service import Service
from benchmarks.setting import Setting

_MBIT = 100
_RATE = 20


def rate(setting: Setting) -> Iterator[Row]:
    """A service that refuses more than 20 requests in any second, with Retry-After."""
    items = setting.items(300, 60)
    work = f"a service that allows {_RATE} requests/s, {items} photos"
    with Service(items=items, kilobytes=30, rate=_RATE) as service:
        pulls = [_pull(setting, work, service) for _ in range(1 if setting.quick else 2)]
    parts = {name: [each.counts[name] for each in pulls] for name in ("requests", "refused", "early")}
    reached = [(each.counts["requests"] - each.counts["refused"]) / each.counts["seconds"] for each in pulls]
    yield Row("rate", work, Figure.of(*reached), "requests/s", 18, at_least=True, parts=parts)
    yield Row(
        "rate/early",
        f"{work}: retries before the time that it gave",
        Figure.of(*parts["early"]),
        "retries",
        0,
        parts=parts,
    )


def failures(setting: Setting) -> Iterator[Row]:
    """503 without Retry-After at the first download of one item in ten: half at the redirect, half at the content."""
    items = setting.items(120, 40)
    work = f"503 once on 10 % of {items} downloads"
    clean: list[Pull] = []
    faulty: list[Pull] = []
    with Service(items=items) as service:
        floor = floor_of_pull(service, items)
        for _ in range(setting.rounds):
            clean.append(_pull(setting, f"{items} photos without a fault", service))
            with Service(items=items, failures=0.1) as failing:
                faulty.append(_pull(setting, work, failing))
    parts = {
        "clean s": [each.run.seconds for each in clean],
        "faulty s": [each.run.seconds for each in faulty],
        "faulty CPU s": [each.run.cpu_s for each in faulty],
        "more requests": [b.counts["requests"] - a.counts["requests"] for a, b in zip(clean, faulty, strict=True)],
        "the service alone s": [floor.seconds],
    }
    figure = Figure.quotient(parts["faulty s"], parts["clean s"])
    yield Row("failures", work, figure, "times the clean run", 1.5, parts=parts)


def line(setting: Setting) -> Iterator[Row]:
    """How much of a line of 100 Mbit/s the contents use in the time of the whole command."""
    items = setting.items(1200, 200)
    work = f"a line of {_MBIT} Mbit/s, {items:,} photos of 300 KB"
    with Service(items=items) as unlimited:
        floor = floor_of_pull(unlimited, items)
    with Service(items=items, mbit=_MBIT) as service:
        done = _pull(setting, work, service)
    used = done.counts["content_bytes"] / (_MBIT * 125_000) / done.run.seconds
    parts = {"photosync s": [done.run.seconds], "the service without the limit s": [floor.seconds]}
    yield Row(
        *("line", work, Figure.of(used * 100), "% of the line", 95),
        at_least=True,
        parts=parts,
        problem=floor.problem(done.counts["seconds"], done.service_cpu_s),
    )


def _pull(setting: Setting, work: str, service: Service) -> Pull:
    with tempfile.TemporaryDirectory() as folder:
        done = pull(service, Path(folder))
    setting.tell(f"{work}: {done.run.seconds:.2f} s ({done.run.cpu_s:.2f} s CPU)")
    return done
