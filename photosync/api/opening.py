"""Opens the library that a configuration names, and its catalog; says how many files at a time an account handles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from photosync.catalog import Catalog
from photosync.config import AccountConfig, Config
from photosync.errors import ConfigError
from photosync.jobs import library_catalog
from photosync.library import Library
from photosync.user_folders import expanded, state_folder


def library_of(config: Config, folder: Path | None) -> Library | None:
    """The folder with the photos: `folder`, or what the configuration names; None where neither names one."""
    if folder is not None:
        return Library(expanded(folder), state_folder())
    return Library(config.library, state_folder(), config.catalog) if config.library else None


def required_library(config: Config, folder: Path | None) -> Library:
    """The folder with the photos. Raises `ConfigError` where none is named."""
    library = library_of(config, folder)
    if library is None:
        raise ConfigError(f"{config.path}: 'library' is missing: the folder where the photos go")
    return library


def files_at_a_time(account: AccountConfig, asked: int | None, usual: int | None) -> int | None:
    """How many files at a time are worked on; None: as many as prove to be good. `usual`: for `jobs: auto`."""
    configured = account.options.jobs
    return asked or (usual if configured == "auto" else configured)


@contextmanager
def open_catalog(library: Library | None) -> Iterator[Catalog]:
    """The library's catalog, for reading; an empty one where there is no library yet."""
    reading = library_catalog.read_catalog(library) if library else None
    with reading or closing(Catalog.empty()) as catalog:
        yield catalog


@contextmanager
def open_catalog_to_write(library: Library) -> Iterator[Catalog]:
    """The library's catalog, locked against other runs. Makes the library where there is none yet."""
    with library.created(), library_catalog.open_catalog(library) as catalog:
        yield catalog
