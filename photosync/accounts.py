"""Assembles an account: its configuration, its provider, its transport and the folder for its state."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event

from photosync import known_speed
from photosync.config import AccountConfig
from photosync.jobs.account import Account
from photosync.jobs.concurrency import Concurrency
from photosync.known_speed import KnownSpeed
from photosync.provider import AccountContext
from photosync.transport import BandwidthLimit, Policy, Redactor, Transport, TransportSettings, Wait
from photosync.user_folders import state_folder

_MORE_CONNECTIONS = 5
"""Those that are kept open besides one for each file: a listing may request four pages at a time."""

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
    speed = (jobs is None and known_speed.read(speed_file)) or KnownSpeed(
        config.provider.facts.workers, was_refused=False
    )

    def show_workers(number: int) -> None:
        log.info("%s: %d files at a time", config.name, number)
        on_workers(number)

    concurrency = (
        speed.concurrency(config.provider.facts, lambda: sum(each.refusals for each in transports), show_workers)
        if jobs is None
        else Concurrency(jobs)
    )

    def open_transport(settings: TransportSettings) -> Transport:
        connections = concurrency.most + _MORE_CONNECTIONS
        if (timeout := config.options.timeout) is not None:
            settings = replace(settings, read_timeout_s=timeout.total_seconds())
        policy = Policy(retry_budget_s=config.options.retry_budget.total_seconds(), pool_size=connections)
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
        provider.close()
        known_speed.keep(speed_file, concurrency, transports)
