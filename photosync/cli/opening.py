"""Opens an account, or a library's catalog, for the commands that only look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from photosync import accounts
from photosync.catalog import Catalog
from photosync.cli import output
from photosync.cli.general import General, complain
from photosync.config import AccountConfig, Config
from photosync.jobs.account import Account
from photosync.library import Library
from photosync.transport import Redactor


@contextmanager
def opened_account(general: General, configured: AccountConfig) -> Iterator[Account]:
    redactor = Redactor()
    output.set_up_logging(general, redactor)
    with accounts.opened(
        configured,
        redactor=redactor,
        on_wait=lambda _: None,
        say=lambda text: complain(f"{configured.name}: {text}"),
        workers=1,
    ) as account:
        yield account


@contextmanager
def opened_catalog(general: General, configured: Config) -> Iterator[Catalog]:
    """The library's catalog to read in; an empty one where there is no library yet."""
    folder = general.library or configured.library
    library = Library(folder.expanduser(), accounts.state_folder()) if folder else None
    there = library is not None and library.exists and library.catalog_path.exists()
    catalog = Catalog.read(library.catalog_path) if library and there else Catalog.empty()
    try:
        yield catalog
    finally:
        catalog.close()
