"""What a run found out about the speed of a service, kept for the next run of the account: `speed.json`."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from photosync import clock, private_files
from photosync.file_systems import open_regular
from photosync.jobs.concurrency import Concurrency
from photosync.provider import ServiceFacts
from photosync.transport import Transport

MOST_WORKERS = 64
"""Of any account."""
_REMEMBERED = timedelta(days=30)
"""How long what a run learned about a service is used."""
_LONGEST_FILE = 10_000
"""Bytes that are read."""
_FASTEST_PER_S = 1e6
"""A faster pace is no sensible value."""
_SLOWEST_PER_S = 0.5
"""No slower pace is kept: the service may have had trouble."""


@dataclass(frozen=True, slots=True)
class KnownSpeed:
    """What a run found out about the speed of a service."""

    workers: int
    was_refused: bool
    """Whether the service refused more workers."""
    limits_per_s: Sequence[float | None] = ()
    """The requests a second that it accepts, for each transport in the order in which they are opened."""

    def concurrency(
        self, facts: ServiceFacts, refusals: Callable[[], int], on_change: Callable[[int], None]
    ) -> Concurrency:
        """The concurrency that a run begins with: polite, and a half of what was good last, or the few that were."""
        start = facts.workers
        most = min(max(start, facts.most_workers or 0), MOST_WORKERS)
        first = min(self.workers, start)
        if not self.was_refused:
            first = max(first, min(self.workers, most) // 2)
        return Concurrency(
            start, most, first=first, is_careful=self.was_refused, refusals=refusals, on_change=on_change
        )

    def limit_per_s(self, transport: int) -> float | None:
        """That of the transport of this number."""
        return self.limits_per_s[transport] if transport < len(self.limits_per_s) else None


def read(path: Path) -> KnownSpeed | None:
    """What the last run found out. None if the file is absent, old or damaged: it only helps."""
    try:
        with open_regular(path) as file:
            content = json.loads(file.read(_LONGEST_FILE))
        age = clock.now() - datetime.fromisoformat(content["at"])
        speed = KnownSpeed(content["workers"], content["was_refused"], content["limits_per_s"])
        is_valid = type(speed.workers) is int and 1 <= speed.workers <= MOST_WORKERS and abs(age) < _REMEMBERED
        is_valid = is_valid and type(speed.was_refused) is bool and type(speed.limits_per_s) is list
        are_limits = all(each is None or _SLOWEST_PER_S <= each <= _FASTEST_PER_S for each in speed.limits_per_s)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return speed if is_valid and are_limits else None


def keep(path: Path, concurrency: Concurrency, transports: Sequence[Transport]) -> None:
    """Write what this run found out, if it did; a file that cannot be written is left out."""
    if not concurrency.has_learned:
        return
    limits_per_s = [each.limit_per_s for each in transports]
    content = {
        "at": clock.now_text(),
        "limits_per_s": [each and max(each, _SLOWEST_PER_S) for each in limits_per_s],
        "was_refused": concurrency.was_refused,
        "workers": concurrency.workers,
    }
    with suppress(OSError):
        private_files.write(path, json.dumps(content).encode() + b"\n")
