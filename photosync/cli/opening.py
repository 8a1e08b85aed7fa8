"""Opens what a command works with: the configuration, the library, its catalog, an account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from photosync.cli import logs
from photosync.cli.options import GeneralOptions
from photosync.cli.output import print_error

if TYPE_CHECKING:
    from photosync.catalog import Catalog
    from photosync.config import AccountConfig, Config
    from photosync.jobs.account import Account
    from photosync.library import Library
    from photosync.transport import BandwidthLimit, Wait


def load_config(general: GeneralOptions) -> Config:
    """The configuration. Raises `ConfigError`."""
    from photosync import config

    return config.load(general.config)


def load_config_if_any(general: GeneralOptions) -> Config | None:
    """The configuration; None where there is none and none was asked for."""
    from photosync import config

    return load_config(general) if general.config is not None or config.default_path().exists() else None


def library_of(general: GeneralOptions, config: Config | None) -> Library | None:
    """The folder with the photos; None where neither an option nor the configuration names one."""
    from photosync import accounts
    from photosync.library import Library

    folder = general.library or (config.library if config else None)
    return Library(folder.expanduser(), accounts.state_folder()) if folder else None


@contextmanager
def open_catalog(general: GeneralOptions, config: Config) -> Iterator[Catalog]:
    """The library's catalog for reading; an empty one where there is no library yet."""
    from photosync.catalog import Catalog

    library = library_of(general, config)
    exists = library is not None and library.exists and library.catalog_path.exists()
    catalog = Catalog.read(library.catalog_path) if library and exists else Catalog.empty()
    try:
        yield catalog
    finally:
        catalog.close()


def open_account(
    config: AccountConfig,
    *,
    on_wait: Callable[[Wait], None] = lambda _: None,
    workers: int = 1,
    bandwidth: BandwidthLimit | None = None,
) -> AbstractContextManager[Account]:
    """An account, ready for work. Nothing has been sent yet."""
    from photosync import accounts

    return accounts.opened(
        config,
        redactor=logs.redactor(),
        on_wait=on_wait,
        say=lambda text: print_error(f"{config.name}: {text}"),
        workers=workers,
        bandwidth=bandwidth,
    )
