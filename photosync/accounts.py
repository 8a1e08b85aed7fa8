"""Assembles an account: its configuration, its provider, its transport and the folder for its state."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
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
    learned = _LearnedWorkers(folder / "workers.json")

    def show_workers(number: int) -> None:
        log.info("%s: %d files at a time", config.name, number)
        on_workers(number)

    concurrency = (
        learned.concurrency(config.provider.facts, lambda: sum(each.refusals for each in transports), show_workers)
        if jobs is None
        else Concurrency(jobs)
    )

    def open_transport(settings: TransportSettings) -> Transport:
        policy = Policy(retry_budget_s=config.options.retry_budget.total_seconds(), pool_size=concurrency.most + 2)
        transports.append(
            Transport(settings, policy=policy, redactor=redactor, bandwidth=bandwidth, cancel=cancel, on_wait=on_wait)
        )
        return transports[-1]

    context = AccountContext(config.name, folder, open_transport, say, cancel)
    provider = config.provider.open(config.settings(), context)
    try:
        yield Account(config.name, provider, transports, cancel, concurrency)
    finally:
        learned.keep(concurrency)
        provider.close()


@dataclass(frozen=True, slots=True)
class _LearnedWorkers:
    """The number of workers at the end of the last run, in a file. The file is an aid: it may be absent or damaged."""

    path: Path

    def concurrency(
        self, facts: ServiceFacts, refusals: Callable[[], int], on_change: Callable[[int], None]
    ) -> Concurrency:
        """The concurrency that a run begins with: polite, and a half of what was good last."""
        start = facts.workers
        most = min(max(start, facts.most_workers or 0), MOST_WORKERS)
        workers, was_refused = self._read() or (start, False)
        first = min(workers, start) if was_refused else max(start, min(workers, most) // 2)
        return Concurrency(start, most, first=first, is_careful=was_refused, refusals=refusals, on_change=on_change)

    def _read(self) -> tuple[int, bool] | None:
        """The number of workers, and whether the service refused more; None if nothing of use is known."""
        try:
            with open_regular(self.path) as file:
                content = json.loads(file.read(_LONGEST_FILE))
            workers, was_refused, at = content["workers"], content["was_refused"], content["at"]
            age = clock.now() - datetime.fromisoformat(at)
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None
        is_valid = type(workers) is int and 1 <= workers <= MOST_WORKERS and type(was_refused) is bool
        return (workers, was_refused) if is_valid and abs(age) < _REMEMBERED else None

    def keep(self, concurrency: Concurrency) -> None:
        """Keep what `concurrency` learned, if anything."""
        if concurrency.has_learned:
            content = {
                "at": clock.now_text(),
                "was_refused": concurrency.was_refused,
                "workers": concurrency.workers,
            }
            with suppress(OSError):
                private_files.write(self.path, json.dumps(content).encode() + b"\n")
