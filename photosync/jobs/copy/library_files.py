"""The files of a library that a copy has to have, and their paths there."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from photosync.catalog import Area, Catalog, OffsiteFile
from photosync.library import PROGRAM_FOLDER, SUMS_NAME, Library
from photosync.model import Location

OUTSIDE = f"{PROGRAM_FOLDER}/outside"
"""Has a folder in the copy for each folder outside the library that an account names."""
REPLACED = f"{PROGRAM_FOLDER}/replaced"
"""Has the earlier versions in the copy, by day."""
UNDO = f"{PROGRAM_FOLDER}/undo/"
DAMAGED = f"{PROGRAM_FOLDER}/damaged"
"""Has what was found wrong in the copy and sent again, by day."""
CATALOG = f"{PROGRAM_FOLDER}/catalog-copy.db"
IDENTITY = f"{PROGRAM_FOLDER}/library.json"


@dataclass(frozen=True, slots=True)
class LibraryFile:
    """A file in the library, and in a copy."""

    path: str
    """In the copy."""
    where: str
    """Its path here. A text: to make a path of each takes a second for 100,000 files."""
    sha256: str | None = None
    """As recorded; None: what it has now counts, such as for SHA256SUMS."""
    never_changes: bool = False
    """Its name says its content."""
    is_made: bool = False
    """Made by this program, and made anew with each change: the copy keeps no earlier version."""
    location: Location | None = None
    """Where it is in the library; None for the program's own files."""
    item: tuple[str, str] | None = None
    """The account and the id of the item that it belongs to, as a photo or as a sidecar."""
    offsite: OffsiteFile | None = None
    """The item, if its file was removed from the library; it comes back to `source`."""

    @property
    def source(self) -> Path:
        """The file here."""
        return Path(self.where)

    @property
    def size_bytes(self) -> int:
        """As it is now; 0 for what cannot be examined."""
        if self.offsite is not None:
            return self.offsite.size_bytes
        try:
            return self.source.stat().st_size
        except OSError:
            return 0

    @property
    def is_there(self) -> bool:
        """Whether there is anything here; also if that cannot be known, and to open it tells why."""
        try:
            os.lstat(self.where)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return True
        return True


def path_in_copy(root: str, path: str) -> str:
    """The path in a copy: the same, except for files in a folder outside the library, `root`."""
    return f"{OUTSIDE}/{hashlib.sha256(root.encode()).hexdigest()[:16]}/{path}" if root else path


def folders(library: Library, catalog: Catalog) -> list[Path]:
    """The library's folder, and those outside it that it uses: a copy has to be in another one."""
    return [library.root / root for root in sorted({"", *catalog.roots()})]


def recorded_files(library: Library, catalog: Catalog) -> Iterator[LibraryFile]:
    """Photos, sidecars, and files such as albums.json."""
    for root in sorted({"", *catalog.roots()}):
        for file in catalog.checks.files(Area(root)):
            path, where = path_in_copy(root, file.location.path), library.file_text(file.location)
            item = (file.account, file.id) if file.account is not None and file.id is not None else None
            yield LibraryFile(path, where, file.sha256, is_made=file.is_made, location=file.location, item=item)


def offsite_files(library: Library, catalog: Catalog) -> Iterator[LibraryFile]:
    """Files that were removed from the library, and that only its copies have."""
    for file in catalog.offsite.files():
        yield item_file(library, (file.account, file.id), file.location, file.sha256, file)


def item_file(
    library: Library, item: tuple[str, str], location: Location, sha256: str, offsite: OffsiteFile | None
) -> LibraryFile:
    """The file of an item. `offsite`: it was removed from the library."""
    path, where = path_in_copy(location.root, location.path), library.file_text(location)
    return LibraryFile(path, where, sha256, location=location, item=item, offsite=offsite)


def undo_records(library: Library) -> Iterator[LibraryFile]:
    """The records that restore the delivered content of fixed files. They never change.

    A folder that cannot be listed comes in their place: it cannot be sent, so that its error is told.
    """
    for folder in _entries(library.program_folder / "undo"):
        for source in _entries(folder):
            if source.suffix == ".json" or source == folder:
                yield LibraryFile(source.relative_to(library.root).as_posix(), str(source), never_changes=True)


def _entries(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return sorted(folder / each.name for each in entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError:
        return [folder]


def lists(library: Library, catalog: Catalog) -> Iterator[LibraryFile]:
    """SHA256SUMS of the library, and of each folder outside it."""
    for root in sorted({"", *catalog.roots()}):
        location = Location(root, SUMS_NAME)
        yield LibraryFile(path_in_copy(root, SUMS_NAME), library.file_text(location), is_made=True, location=location)


def own_files(library: Library, catalog_copy: Path, *, is_another: bool = False) -> Iterator[LibraryFile]:
    """The library's identity, and the copy of the catalog, which comes last: it has all of the rest.

    `is_another`: it is no later state of the catalog that the copy has, which may know of files that this one does not.
    """
    yield LibraryFile(IDENTITY, str(library.root / IDENTITY))
    yield LibraryFile(CATALOG, str(catalog_copy), is_made=not is_another)
