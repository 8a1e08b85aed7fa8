"""Opens the objects of a command: the configuration, the library, its catalog, an account.

This module imports most of the program, so commands import it when they are called.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Event

from photosync import accounts, config
from photosync.api import opening
from photosync.api.opening import open_catalog, open_catalog_to_write
from photosync.cli import logs
from photosync.cli.options import GeneralOptions
from photosync.cli.output import FILE_LOG, print_error
from photosync.config import AccountConfig, Config
from photosync.jobs.account import Account
from photosync.library import Library
from photosync.transport import Wait

__all__ = ["library_of", "load_config", "open_account", "open_catalog", "open_catalog_to_write"]


def load_config(general: GeneralOptions, *, required: bool = True) -> Config:
    """The configuration. Raises `ConfigError`."""
    loaded = config.load(general.config, required=required)
    FILE_LOG.info("configuration %s; library %s", loaded.path, general.library or loaded.library)
    for each in loaded.accounts.values():
        # Not the provider's own settings: some of them are secrets.
        options = each.options.model_dump(mode="json", exclude_unset=True)
        said = "".join(f"; {key} {value}" for key, value in options.items())
        FILE_LOG.info("account %s: provider %s%s", each.name, each.plugin.name, said)
    return loaded


def library_of(general: GeneralOptions, configured: Config) -> Library | None:
    """The folder with the photos; None where neither an option nor the configuration names one."""
    return opening.library_of(configured, general.library)


def open_account(
    configured: AccountConfig,
    *,
    on_wait: Callable[[Wait], None] = lambda _: None,
    jobs: int | None = 1,
    on_workers: Callable[[int], None] = lambda _: None,
    bytes_per_s: int | None = None,
    cancel: Event | None = None,
) -> AbstractContextManager[Account]:
    """An account, ready for work. Nothing has been sent yet.

    `jobs`: how many files at a time; None: as many as prove to be good. `cancel`: shared with other accounts.
    """
    return accounts.opened(
        configured,
        redactor=logs.REDACTOR,
        on_wait=on_wait,
        say=lambda text: print_error(f"{configured.name}: {text}"),
        jobs=jobs,
        on_workers=on_workers,
        bytes_per_s=bytes_per_s,
        cancel=cancel,
    )
