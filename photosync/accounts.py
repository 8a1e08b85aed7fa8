"""Assembles an account: its configuration, its provider, its transport and the folder for its state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

from photosync.config import AccountConfig
from photosync.jobs.account import Account
from photosync.provider import AccountContext
from photosync.transport import BandwidthLimit, Policy, Redactor, Transport, TransportSettings, Wait
from photosync.user_folders import state_folder


@contextmanager
def opened(
    config: AccountConfig,
    *,
    redactor: Redactor,
    on_wait: Callable[[Wait], None],
    say: Callable[[str], None],
    workers: int,
    bytes_per_s: int | None,
    cancel: Event | None = None,
) -> Iterator[Account]:
    """The account, ready for work; nothing has been sent yet. Closes its connections at the end.

    `cancel`: shared with other accounts; by default, its own.
    """
    cancel = cancel or Event()
    bandwidth = BandwidthLimit(bytes_per_s) if bytes_per_s else None
    transports: list[Transport] = []

    def open_transport(settings: TransportSettings) -> Transport:
        policy = Policy(retry_budget_s=config.options.retry_budget.total_seconds(), pool_size=workers + 2)
        transports.append(
            Transport(settings, policy=policy, redactor=redactor, bandwidth=bandwidth, cancel=cancel, on_wait=on_wait)
        )
        return transports[-1]

    context = AccountContext(config.name, state_folder() / "accounts" / config.name, open_transport, say, cancel)
    provider = config.provider.open(config.settings(), context)
    try:
        yield Account(config.name, provider, transports, cancel)
    finally:
        provider.close()
