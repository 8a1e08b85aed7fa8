"""Assembles an account: its configuration, its provider, its transport and the folder for its state."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from platformdirs import user_state_path

from photosync.config import AccountConfig
from photosync.jobs.account import Account
from photosync.provider import AccountContext
from photosync.transport import BandwidthLimit, Policy, Redactor, Transport, TransportSettings, Wait


def state_folder() -> Path:
    """The folder for data of the user that no library has: tokens, and the paths of libraries."""
    return Path(os.environ.get("PHOTOSYNC_STATE") or user_state_path("photosync"))


@contextmanager
def opened(
    config: AccountConfig,
    *,
    redactor: Redactor,
    on_wait: Callable[[Wait], None],
    say: Callable[[str], None],
    workers: int,
    bytes_per_s: int | None,
) -> Iterator[Account]:
    """The account, ready for work; nothing has been sent yet. Closes its connections at the end."""
    cancel = Event()
    bandwidth = BandwidthLimit(bytes_per_s) if bytes_per_s else None
    transports: list[Transport] = []

    def open_transport(settings: TransportSettings) -> Transport:
        policy = Policy(retry_budget_s=config.options.retry_budget.total_seconds(), pool_size=workers + 2)
        transports.append(
            Transport(settings, policy=policy, redactor=redactor, bandwidth=bandwidth, cancel=cancel, on_wait=on_wait)
        )
        return transports[-1]

    context = AccountContext(config.name, state_folder() / "accounts" / config.name, open_transport, say)
    provider = config.provider.open(config.settings(), context)
    try:
        yield Account(config.name, provider, transports, cancel)
    finally:
        provider.close()
