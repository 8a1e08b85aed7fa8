"""Many accounts, each in processes of its own: a first pull with its copy, then a day without anything new."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks import rclone
from benchmarks.measuring import Measured, photosync
from benchmarks.rows import Figure, Row
from benchmarks.service import Service
from benchmarks.setting import Setting
from photosync.testing.command import Sandbox

_KILOBYTES = 30
_MOST_MB = 150
_AT_A_TIME = os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class _Night:
    """A run for each account."""

    runs: Sequence[Measured]
    seconds: float
    """From the first to the last."""
    requests: float
    """At the service."""
    stored: Mapping[str, int]
    """Requests at the object store, by kind."""


def measure(setting: Setting) -> Iterator[Row]:
    """One service, one object store with a prefix for each account, and as many processes as there are processors."""
    accounts, items = setting.size(100, 4), setting.items(100, 10)
    with (
        tempfile.TemporaryDirectory() as folder,
        Service(items=items, kilobytes=_KILOBYTES) as service,
        rclone.serving(Path(folder), says_requests=True) as server,
    ):
        sandboxes = [_account(Path(folder), number, service, server) for number in range(accounts)]
        first = _night(setting, "first run", sandboxes, service, server)
        day = _night(setting, "a day without anything new", sandboxes, service, server)
    yield from _rows("accounts/first", f"{accounts} accounts: first pull and copy of {items} photos", first)
    yield from _rows("accounts/day", f"{accounts} accounts: pull and copy, nothing new", day)


def _account(folder: Path, number: int, service: Service, server: rclone.S3Server) -> Sandbox:
    sandbox = service.sandbox(folder / f"account-{number}")
    content = yaml.safe_load(sandbox.config.read_text(encoding="utf-8"))
    content |= {"copies": {"offsite": server.settings(f"account-{number}")}, "after": "copy offsite"}
    sandbox.config.write_text(yaml.safe_dump(content), encoding="utf-8")
    return sandbox


def _night(
    setting: Setting, name: str, sandboxes: Sequence[Sandbox], service: Service, server: rclone.S3Server
) -> _Night:
    service.forget()
    before, began = server.requests, time.monotonic()
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        runs = list(pool.map(lambda each: photosync(each, "pull", "-q", certificate=service.certificate), sandboxes))
    seconds, after = time.monotonic() - began, server.requests
    setting.tell(f"{name} of {len(runs)} accounts: {seconds:.0f} s, {_AT_A_TIME} at a time")
    stored = {kind: after[kind] - before.get(kind, 0) for kind in after}
    return _Night(runs, seconds, service.counts["requests"], stored)


def _rows(name: str, work: str, night: _Night) -> Iterator[Row]:
    count = len(night.runs)
    cpu = Figure.of(*(each.cpu_s for each in night.runs))
    parts = {f"{_AT_A_TIME} at a time s": [night.seconds], "one run s": [each.seconds for each in night.runs]}
    yield Row(f"{name}/cpu", f"{work}: CPU of one", cpu, "s", parts=parts)
    peaks = sorted(each.peak_mb for each in night.runs)
    memory = {f"the {_AT_A_TIME} largest together MB": [sum(peaks[-_AT_A_TIME:])]}
    yield Row(f"{name}/memory", f"{work}: memory of one", Figure.of(*peaks), "MB", _MOST_MB, parts=memory)
    asked = {f"{kind.lower()} at the store": [times / count] for kind, times in sorted(night.stored.items())}
    yield Row(
        f"{name}/requests", f"{work}: requests of one", Figure.of(night.requests / count), "requests", parts=asked
    )
