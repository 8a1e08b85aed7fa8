"""Assembles an account: its configuration, its provider, its transport and the folder for its state."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

from photosync import clock, private_files
from photosync.config import AccountConfig
from photosync.file_systems import open_regular
from photosync.jobs.account import Account
from photosync.jobs.concurrency import Concurrency
from photosync.provider import AccountContext, ServiceFacts
from photosync.transport import BandwidthLimit, Policy, Redactor, Transport, TransportSettings, Wait
from photosync.user_folders import state_folder

MOST_WORKERS = 64
"""Of any account."""
_REMEMBERED = timedelta(days=30)
"""How long what a run learned about a service is used."""
_LONGEST_FILE = 10_000
_FASTEST_PER_S = 1e6
_SLOWEST_PER_S = 0.5
"""No slower pace is kept: the service may have had trouble."""
log = logging.getLogger("photosync.accounts")


@contextmanager
def opened(
    config: AccountConfig,
    *,
    redactor: Redactor,
    on_wait: Callable[[Wait], None],
    say: Callable[[str], None],
    jobs: int | None,
    on_workers: Callable[[int], None] = lambda _: None,
    bytes_per_s: int | None,
    cancel: Event | None = None,
) -> Iterator[Account]:
    """The account, ready for work; nothing has been sent yet. Closes its connections at the end.

    `jobs`: how many files at a time; None: as many as prove to be good. `on_workers` gets each new number of them.
    `cancel`: shared with other accounts; by default, its own.
    """
    cancel = cancel or Event()
    bandwidth = BandwidthLimit(bytes_per_s) if bytes_per_s else None
    transports: list[Transport] = []
    folder = state_folder() / "accounts" / config.name
    speed_file = folder / "speed.json"
    speed = (jobs is None and _read_speed(speed_file)) or _Speed(config.provider.facts.workers, was_refused=False)

    def show_workers(number: int) -> None:
        log.info("%s: %d files at a time", config.name, number)
        on_workers(number)

    concurrency = (
        speed.concurrency(config.provider.facts, lambda: sum(each.refusals for each in transports), show_workers)
        if jobs is None
        else Concurrency(jobs)
    )

    def open_transport(settings: TransportSettings) -> Transport:
        policy = Policy(retry_budget_s=config.options.retry_budget.total_seconds(), pool_size=concurrency.most + 2)
        transports.append(
            Transport(settings, policy=policy, redactor=redactor, bandwidth=bandwidth, cancel=cancel, on_wait=on_wait)
        )
        if (limit_per_s := speed.limit_per_s(len(transports) - 1)) is not None:
            transports[-1].limit_per_s = limit_per_s
        return transports[-1]

    context = AccountContext(config.name, folder, open_transport, say, cancel)
    provider = config.provider.open(config.settings(), context)
    try:
        yield Account(config.name, provider, transports, cancel, concurrency)
    finally:
        _keep_speed(speed_file, concurrency, transports)
        provider.close()


@dataclass(frozen=True, slots=True)
class _Speed:
    """What a run found out about the speed of a service."""

    workers: int
    was_refused: bool
    """Whether the service refused more workers."""
    limits_per_s: Sequence[float | None] = ()
    """The requests a second that it accepts, for each transport in the order in which they are opened."""

    def concurrency(
        self, facts: ServiceFacts, refusals: Callable[[], int], on_change: Callable[[int], None]
    ) -> Concurrency:
        """The concurrency that a run begins with: polite, and a half of what was good last."""
        start = facts.workers
        most = min(max(start, facts.most_workers or 0), MOST_WORKERS)
        first = min(self.workers, start) if self.was_refused else max(start, min(self.workers, most) // 2)
        return Concurrency(
            start, most, first=first, is_careful=self.was_refused, refusals=refusals, on_change=on_change
        )

    def limit_per_s(self, transport: int) -> float | None:
        return self.limits_per_s[transport] if transport < len(self.limits_per_s) else None


def _read_speed(path: Path) -> _Speed | None:
    """What the last run found out. None if the file is absent, old or damaged: it only helps."""
    try:
        with open_regular(path) as file:
            content = json.loads(file.read(_LONGEST_FILE))
        age = clock.now() - datetime.fromisoformat(content["at"])
        speed = _Speed(content["workers"], content["was_refused"], content["limits_per_s"])
        is_valid = type(speed.workers) is int and 1 <= speed.workers <= MOST_WORKERS and abs(age) < _REMEMBERED
        is_valid = is_valid and type(speed.was_refused) is bool and type(speed.limits_per_s) is list
        are_limits = all(each is None or _SLOWEST_PER_S <= each <= _FASTEST_PER_S for each in speed.limits_per_s)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return speed if is_valid and are_limits else None


def _keep_speed(path: Path, concurrency: Concurrency, transports: Sequence[Transport]) -> None:
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
