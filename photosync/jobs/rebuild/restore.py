"""Puts a sound catalog in the place of one that is lost or damaged. Nothing is deleted: see `.photosync/damaged/`.

The new file is made under another name, and complete before anything is moved. After a crash the catalog is the old
one, the new one, or lost, and then the next run restores it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from enum import StrEnum
from itertools import chain, count
from pathlib import Path

from photosync.catalog import Catalog, DamagedCatalogError, unusable
from photosync.errors import DestinationError
from photosync.file_systems import sync_folder
from photosync.library import Library
from photosync.library.disk_errors import disk_errors
from photosync.library.move import move_file
from photosync.library.own_folders import temporary_path

_log = logging.getLogger(__name__)
_SUFFIXES = ("", "-wal", "-shm", "-journal")
"""The files of a database: the log of a lost one must not be applied to another."""


class Source(StrEnum):
    """Where the state came from."""

    CATALOG = "catalog"
    COPY = "copy"
    NOTHING = "nothing"


def is_lost(library: Library) -> bool:
    """Whether there is no catalog, and a copy of it."""
    return not os.path.lexists(library.catalog_path) and _is_file(library.catalog_copy)


def restore_lost(library: Library) -> None:
    """Restore a lost catalog from its copy. Raises `DestinationError`, also for a copy of a newer version."""
    if not is_lost(library):
        return
    try:
        take_copy(library)
    except DamagedCatalogError as error:
        _log.warning("the catalog is lost, and its copy is of no use; beginning a new one: %s", error)
        _move_away(library, [library.catalog_copy])
    else:
        _log.warning(
            "the catalog %s was lost; it is restored from its copy %s", library.catalog_path, library.catalog_copy
        )


def take_copy(library: Library) -> None:
    """Make the copy of the catalog the catalog. Raises `DamagedCatalogError` if not all of it is right."""
    _replace(library, library.catalog_copy)


def put_in_order(library: Library) -> Source:
    """Leave a sound catalog as it is; replace any other, or a lost one, by the best that is left.

    Returns what the state was taken from. Raises `DestinationError`, also for a catalog of a newer version or of
    another library; then nothing was moved.
    """
    catalog, copy = library.catalog_path, library.catalog_copy
    if _is_sound(library):
        return Source.CATALOG
    # A copy that is sound, else what can be read of the two.
    for source, path, complete in (
        (Source.COPY, copy, True),
        (Source.CATALOG, catalog, False),
        (Source.COPY, copy, False),
    ):
        if _is_file(path):
            try:
                _replace(library, path, complete=complete)
            except DamagedCatalogError:
                continue
            return source
    _move_away(library, [*_files_of(catalog), copy])
    return Source.NOTHING


def begin_anew(library: Library) -> Source:
    """Move the catalog and its copy away. Raises `DestinationError`, as `put_in_order`."""
    _is_sound(library)  # or it is refused
    if _is_file(library.catalog_copy):
        with suppress(DamagedCatalogError), closing(Catalog.read(library.catalog_copy)):
            pass  # a copy of a newer version is refused
    _move_away(library, [*_files_of(library.catalog_path), library.catalog_copy])
    return Source.NOTHING


def put_in_place(second: Path, path: Path) -> None:
    """Sync a file and move it to its place. Raises `OSError`."""
    descriptor = os.open(second, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    move_file(second, path)
    sync_folder(path.parent)


def _is_sound(library: Library) -> bool:
    path = library.catalog_path
    if not path.is_file():
        return False
    try:
        _check_not_empty(path)
        with closing(Catalog.read(path)) as catalog:
            if not _belongs(catalog, library):
                if path.parent == library.program_folder:
                    return False  # it was put here in place of our own
                raise DestinationError(
                    f"the catalog {path} belongs to another library than {library.root}. It stays as it is. Correct "
                    "'catalog' in the configuration: each library needs its own."
                )
            catalog.soundness.check()
    except DamagedCatalogError:
        return False
    return True


def _check_not_empty(path: Path) -> None:
    """SQLite takes an empty file for a new database. Raises `DamagedCatalogError`."""
    if path.stat().st_size == 0:
        raise unusable(path, "it is empty")


def _replace(library: Library, source: Path, *, complete: bool = True) -> None:
    """Put what is in `source`, another catalog or the copy, in the catalog's place.

    Raises `DamagedCatalogError` if `source` cannot be used; with `complete` also if not all of it can be read.
    """
    with disk_errors(library.catalog_path), _second_file(library) as second:
        # Slow to load; and every command loads this module, to see whether the catalog is lost.
        from photosync.jobs.rebuild.newer_files import take_newer_files  # noqa: PLC0415

        _check_not_empty(source)
        with closing(Catalog.read(source)) as catalog:
            if not _belongs(catalog, library):
                raise unusable(source, "it belongs to another library")
            catalog.copy.write(second)
        with closing(Catalog.open(second)) as catalog:
            if not complete:
                catalog.soundness.drop_unreadable()
            catalog.soundness.check()
            take_newer_files(library, catalog)
        library.prepare_catalog_folder()
        _move_away(library, _files_of(library.catalog_path))
        put_in_place(second, library.catalog_path)


@contextmanager
def _second_file(library: Library) -> Iterator[Path]:
    """A name for a second file, and for those that SQLite makes next to it."""
    second = temporary_path(library.program_folder)
    try:
        yield second
    finally:
        for each in _files_of(second):
            each.unlink(missing_ok=True)


def _belongs(catalog: Catalog, library: Library) -> bool:
    return library.uuid is None or catalog.belongs_to(library.uuid, claim=False)


def _move_away(library: Library, paths: list[Path]) -> None:
    there = [path for path in paths if os.path.lexists(path)]
    if not there:
        return
    with disk_errors(library.program_folder):
        folder = library.kept_folder("", "damaged")
        names = chain([folder], (folder / str(number) for number in count(2)))
        folder = next(each for each in names if not any(os.path.lexists(each / path.name) for path in there))
        folder.mkdir(exist_ok=True)
        for path in there:
            move_file(path, folder / path.name, workspace=library.workspace(""))
        sync_folder(folder)


def _files_of(database: Path) -> list[Path]:
    return [database.with_name(f"{database.name}{suffix}") for suffix in _SUFFIXES]


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
