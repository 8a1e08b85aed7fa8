"""Opens the catalog of a library, makes sure that it belongs to this library, and keeps its copy."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from photosync.catalog import Catalog, unusable
from photosync.errors import DestinationError
from photosync.jobs.rebuild.restore import is_lost, put_in_place, restore_lost
from photosync.library import PROGRAM_FOLDER, Library
from photosync.library.disk_errors import disk_errors
from photosync.library.own_folders import temporary_path

_log = logging.getLogger(__name__)


@contextmanager
def open_catalog(library: Library) -> Iterator[Catalog]:
    """For the run that holds the library's lock. A lost catalog is restored from its copy, a missing one is created.

    At the end, a copy is kept if the run has changed anything. Raises `DestinationError`.
    """
    library.prepare_catalog_folder()
    restore_lost(library)
    _check_file(library)
    with closing(Catalog.open(library.catalog_path)) as catalog:
        _check_owner(catalog, library, is_writer=True)
        try:
            yield catalog
        finally:
            _keep_copy(library, catalog)


@contextmanager
def read_catalog(library: Library) -> Iterator[Catalog]:
    """For all others; the copy of a lost catalog. An empty one if there is none yet. Raises `DestinationError`."""
    if not has_catalog(library):
        with closing(Catalog.empty()) as catalog:
            yield catalog
        return
    _check_file(library)
    path = library.catalog_copy if is_lost(library) else library.catalog_path
    with closing(Catalog.read(path)) as catalog:
        _check_owner(catalog, library, is_writer=False)
        yield catalog


def has_catalog(library: Library) -> bool:
    """Whether the folder is a library with a catalog, or with the copy of a lost one. Raises `DestinationError`."""
    return library.exists and (os.path.lexists(library.catalog_path) or is_lost(library))


def has_catalog_in(folder: Path) -> bool:
    """Whether the folder has a catalog in the usual place, or its copy; false for what cannot be examined."""
    names = ("catalog.db", "catalog-copy.db")
    return any(os.path.exists(folder / PROGRAM_FOLDER / name) for name in names)  # noqa: PTH110 - it never raises


def _check_file(library: Library) -> None:
    """SQLite takes an empty file for a new database, and anything but a file for a failure of the disk."""
    path = library.catalog_path
    if path.exists() and not path.is_file():
        if path.parent != library.program_folder:
            raise DestinationError(f"'catalog' in the configuration names {path}, which is no file. Correct it.")
        raise unusable(path, "it is no file")
    if library.catalog_copy.exists() and path.exists() and path.stat().st_size == 0:
        raise unusable(path, "it is empty")


def _check_owner(catalog: Catalog, library: Library, *, is_writer: bool) -> None:
    if library.uuid is not None and not catalog.belongs_to(library.uuid, claim=is_writer):
        is_inside = library.catalog_path.parent == library.program_folder
        raise DestinationError(
            f"the catalog {library.catalog_path} belongs to another library than {library.root}. "
            "Correct 'catalog' in the configuration: each library needs its own."
            + " If this library's own catalog was overwritten, run: photosync rebuild"
            * is_inside
        )


def _keep_copy(library: Library, catalog: Catalog) -> None:
    """Make the copy anew if it may lack something. The photos are safe without it, so a failure is only said."""
    try:
        if catalog.copy.is_due(library.catalog_copy) and _is_still_there(library, catalog):
            _write_copy(library, catalog)
    except DestinationError as error:
        _log.warning("the copy of the catalog cannot be written; the next run tries again: %s", error)


def _is_still_there(library: Library, catalog: Catalog) -> bool:
    """Whether no other library came in place of this one meanwhile."""
    return library.uuid is not None and catalog.belongs_to(library.uuid, claim=False)


def _write_copy(library: Library, catalog: Catalog) -> None:
    second = temporary_path(library.program_folder)
    with disk_errors(library.catalog_copy):
        try:
            catalog.copy.write(second)
            put_in_place(second, library.catalog_copy)
            catalog.copy.is_made()
        finally:
            second.unlink(missing_ok=True)
