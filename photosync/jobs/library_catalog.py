"""Opens the catalog of a library, and makes sure that it belongs to this library."""

from __future__ import annotations

from contextlib import ExitStack

from photosync.catalog import Catalog
from photosync.errors import DestinationError
from photosync.library import Library


def open_catalog(library: Library) -> Catalog:
    """For the run that holds the library's lock. A missing catalog is created. Raises `DestinationError`."""
    library.prepare_catalog_folder()
    return _checked(Catalog.open(library.catalog_path), library, is_writer=True)


def read_catalog(library: Library) -> Catalog:
    """For all others. Raises `DestinationError`."""
    return _checked(Catalog.read(library.catalog_path), library, is_writer=False)


def _checked(catalog: Catalog, library: Library, *, is_writer: bool) -> Catalog:
    with ExitStack() as stack:
        stack.callback(catalog.close)
        if library.uuid is not None and not catalog.belongs_to(library.uuid, claim=is_writer):
            raise DestinationError(
                f"the catalog {library.catalog_path} belongs to another library than {library.root}. "
                "Correct 'catalog' in the configuration: each library needs its own."
            )
        stack.pop_all()
    return catalog
