"""Finds the files of the catalog that are not at their locations: they are downloaded again.

Every run does this for every file, so it costs a few microseconds each: the names of a folder are read together, and no
file is looked at alone. A folder is read once, unless its files come in several parts with many other folders between.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from functools import lru_cache

from photosync.catalog import Catalog
from photosync.jobs.sums_list import SumsList
from photosync.library import Library
from photosync.library.disk_errors import disk_error

_FOLDERS = 8
"""Whose names are kept: the files of a folder come with those of the folders in it."""


def missing_files(library: Library, catalog: Catalog, account: str) -> Iterator[str]:
    """The ids of items whose files are not at their locations.

    Raises `DestinationError` when a whole folder outside the library is gone: its disk may not be mounted.
    """

    @lru_cache(maxsize=_FOLDERS)
    def names_in(root: str, folder: str) -> set[str] | None:
        SumsList(library, catalog, root).check_there()
        path = library.base(root) / folder
        try:
            with os.scandir(path) as entries:
                return {entry.name for entry in entries if _is_file(entry)}
        except PermissionError:
            return None  # its files are there, as far as can be known
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
                raise disk_error(error, path) from error
            return set()

    root_before = folder_before = None
    names: set[str] | None = None
    for id_, root, path in catalog.files(account):
        folder, _, name = path.rpartition("/")
        if folder != folder_before or root != root_before:
            root_before, folder_before = root, folder
            names = names_in(root, folder)
        if names is not None and name not in names:
            yield id_


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file, or a link to one; not a folder, a dangling link, or a special file."""
    try:
        return entry.is_file()
    except OSError as error:
        return error.errno != errno.ELOOP  # else it cannot be known
