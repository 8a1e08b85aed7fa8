"""Opens the objects of a command: the configuration, the library, its catalog, an account.

This module imports most of the program, so commands import it when they are called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from threading import Event

from photosync import accounts, config
from photosync.catalog import Catalog
from photosync.cli import logs
from photosync.cli.options import GeneralOptions
from photosync.cli.output import print_error
from photosync.config import AccountConfig, Config
from photosync.jobs import library_catalog
from photosync.jobs.account import Account
from photosync.library import Library
from photosync.transport import Wait
from photosync.user_folders import expanded, state_folder


def load_config(general: GeneralOptions, *, required: bool = True) -> Config:
    """The configuration. Raises `ConfigError`."""
    return config.load(general.config, required=required)


def library_of(general: GeneralOptions, configured: Config) -> Library | None:
    """The folder with the photos; None where neither an option nor the configuration names one."""
    if general.library is not None:
        return Library(expanded(general.library), state_folder())
    folder = configured.library
    return Library(folder, state_folder(), configured.catalog) if folder else None


@contextmanager
def open_catalog(library: Library | None) -> Iterator[Catalog]:
    """The library's catalog, for reading; an empty one where there is no library yet."""
    with library_catalog.read_catalog(library) if library else closing(Catalog.empty()) as catalog:
        yield catalog


@contextmanager
def open_catalog_to_write(library: Library) -> Iterator[Catalog]:
    """The library's catalog, locked against other runs. Makes the library where there is none yet."""
    with library.created(), library_catalog.open_catalog(library) as catalog:
        yield catalog


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
