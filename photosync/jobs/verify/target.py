"""What a check is about: a library, a part of one, or a folder with a list and without a catalog."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path, PurePosixPath

from photosync.catalog import Area, Catalog
from photosync.errors import DestinationError, UsageError
from photosync.jobs.fix.file_owner import real_path
from photosync.jobs.library_catalog import has_catalog, has_catalog_in, open_catalog, read_catalog
from photosync.jobs.verify.check_list import listed_names
from photosync.library import PROGRAM_FOLDER, SUMS_NAME, Library
from photosync.model import Location


@dataclass(frozen=True, slots=True)
class VerifyTarget:
    """The files to check; the catalog is open."""

    library: Library
    """Or a folder with a list alone; then `catalog` is empty."""
    catalog: Catalog
    areas: Sequence[Area]
    is_library: bool
    is_recorded: bool
    """Whether the library is locked, and what was read may be recorded."""


@dataclass(frozen=True, slots=True)
class _Place:
    library: Library
    has_catalog: bool
    root: str = ""
    """As in a `Location`."""
    path: Path | None = None
    """What the user named; None for everything."""
    base: Path = Path()
    """The root's folder, by the names that `path` has."""


@contextmanager
def opened(
    path: Path | None,
    configured: Library | None,
    state: Path,
    *,
    record: bool,
    repair: bool,
    note: Callable[[str], None],
) -> Iterator[VerifyTarget]:
    """The files that the user means: those below `path`, or else all of the configured library.

    `record`: lock the library to record what was read. One that cannot be written is opened to read; `note` says so.
    `repair`: it must be possible to write it.
    Raises `UsageError` where nothing is known of `path`, `DestinationError` and `LockedError`.
    """
    place = _place(path, configured, state)
    if repair and not place.has_catalog:
        raise UsageError(f"--repair needs a catalog, which {place.library.root} does not have")
    with ExitStack() as stack:
        is_recorded = False
        if not place.has_catalog:
            catalog = stack.enter_context(closing(Catalog.empty()))
        elif record:
            try:
                stack.enter_context(place.library.lock())
                catalog, is_recorded = stack.enter_context(open_catalog(place.library)), True
            except DestinationError as error:
                if repair:
                    raise
                catalog = stack.enter_context(read_catalog(place.library))
                note(f"what is read is not remembered, as the library cannot be written: {error}")
        else:
            catalog = stack.enter_context(read_catalog(place.library))
        yield VerifyTarget(place.library, catalog, _areas(place, catalog), place.has_catalog, is_recorded)


def _place(path: Path | None, configured: Library | None, state: Path) -> _Place:
    if path is None:
        if configured is None:
            raise UsageError("no library is configured: name a folder or a file to check")
        if not configured.exists:
            raise UsageError(
                f"{configured.root} is no library yet: nothing was saved there. Begin with: photosync pull"
            )
        return _Place(configured, has_catalog(configured))
    if path.name == SUMS_NAME:
        path = path.parent
    # As the user named it, since a folder of the library may be a link to another disk; or else where it really is.
    names = dict.fromkeys((Path(os.path.abspath(path)), real_path(path), Path(os.path.realpath(path))))  # noqa: PTH100
    places = chain(
        (place for each in names if configured and (place := _configured(configured, each))),
        (place for each in names if (place := _with(has_catalog_in, each, state))),
        (place for each in names if configured and (place := _outside(configured, each))),
        (place for each in names if (place := _with(_has_list, each, state))),
    )
    found = next(places, None)
    if found is None:
        if not os.path.lexists(path):
            raise UsageError(f"{path} does not exist; name a file or folder, or nothing for the whole library")
        raise UsageError(f"{path} is in no library, and there is no {SUMS_NAME} to check it by")
    return found


def _configured(library: Library, path: Path) -> _Place | None:
    """The place, if it is in the configured library."""
    for base in (library.root, library.root.resolve()):
        if base in (path, *path.parents) and library.exists:
            return _Place(library, has_catalog(library), path=path, base=base)
    return None


def _with(has: Callable[[Path], bool], path: Path, state: Path) -> _Place | None:
    """The place, if it is in a folder with a catalog or, as `has` says, with a list."""
    for base in (path, *path.parents):
        if has(base):
            return _Place(Library(base, state), has_catalog_in(base), path=path, base=base)
    return None


def _has_list(folder: Path) -> bool:
    return os.path.lexists(folder / SUMS_NAME)


def _outside(library: Library, path: Path) -> _Place | None:
    """The place, if it is in a folder outside the configured library that has files of an account."""
    if not has_catalog(library):
        return None
    with read_catalog(library) as catalog:
        roots = [root for root in catalog.roots() if root]
    for root in roots:
        for base in (Path(root), Path(os.path.realpath(root))):
            if base in (path, *path.parents):
                return _Place(library, has_catalog=True, root=root, path=path, base=base)
    return None


def _areas(place: _Place, catalog: Catalog) -> list[Area]:
    if place.path is None:
        return [Area(root) for root in sorted({"", *catalog.roots()})]
    relative = place.path.relative_to(place.base).as_posix()
    if relative == ".":
        return [Area(place.root)]
    if PurePosixPath(relative).parts[0] == PROGRAM_FOLDER:
        raise UsageError(f"{place.path} belongs to photosync; it is checked with the library: {place.base}")
    is_file = catalog.entry_at(Location(place.root, relative)) is not None
    exists = os.path.lexists(place.path)
    area = Area(place.root, relative, is_file=is_file or (exists and not place.path.is_dir()))
    if not exists and not _is_known(area, place, catalog):
        known = "the catalog" if place.has_catalog else SUMS_NAME
        raise UsageError(f"there is no file {place.path}, and {known} has none")
    return [area]


def _is_known(area: Area, place: _Place, catalog: Catalog) -> bool:
    """Whether a file of the area is expected. A list that cannot be read is a finding of the check."""
    if place.has_catalog and (catalog.checks.count(area)[0] or catalog.checks.count_made(area)):
        return True
    try:
        return any(map(area.has, listed_names(place.library.base(area.root))))
    except OSError:
        return True
