"""Opens a copy of the library for a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from filelock import Timeout

from photosync.cli.options import GeneralOptions
from photosync.errors import LockedError

if TYPE_CHECKING:
    from photosync.catalog import Catalog
    from photosync.copies import CopyRecord, CopyStore
    from photosync.library import Library


@dataclass(frozen=True, slots=True)
class OpenCopy:
    """A copy that this process alone works on, and the library that it is of."""

    name: str
    store: CopyStore
    record: CopyRecord
    library: Library
    catalog: Catalog


@contextmanager
def open_copy(general: GeneralOptions, name: str) -> Iterator[OpenCopy]:
    """The copy of this name. The catalog is only read, so that a pull can run at the same time."""
    from photosync.api.opening import open_catalog, required_library
    from photosync.cli.opening import load_config
    from photosync.copies import CopyRecord, open_place
    from photosync.errors import UsageError
    from photosync.file_systems import Lock
    from photosync.library.disk_errors import disk_errors
    from photosync.library.own_folders import own_folder

    config = load_config(general)
    store = open_place(name, config.copy(name), config.path.parent)
    library = required_library(config, general.library)
    if not library.exists:
        raise UsageError(f"{library.root} is no library yet: nothing was saved there")
    with disk_errors(library.program_folder):
        folder = own_folder(library.program_folder, "copies")
    try:
        with (
            Lock(folder / f"{name}.lock", timeout_s=0).held(),
            open_catalog(library) as catalog,
            CopyRecord(folder / f"{name}.db") as record,
        ):
            yield OpenCopy(name, store, record, library, catalog)
    except Timeout as error:
        raise LockedError(f"another run is working on the copy '{name}'; try again when it has ended.") from error
