"""What a check is about: a library, a part of one, or a folder with a list and without a catalog."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from photosync.catalog import Area, Catalog
from photosync.errors import DestinationError, UsageError
from photosync.jobs.fix.file_owner import real_path
from photosync.jobs.library_catalog import open_catalog, read_catalog
from photosync.library import PROGRAM_FOLDER, SUMS_NAME, Library
from photosync.model import Location


@dataclass(frozen=True, slots=True)
class Target:
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
    path: Path | None
    """What the user named, below the library's folder or one outside it; None for everything."""


@contextmanager
def opened(
    path: Path | None,
    configured: Library | None,
    state: Path,
    *,
    record: bool,
    repair: bool,
    note: Callable[[str], None],
) -> Iterator[Target]:
    """The files that the user means: those below `path`, or else all of the configured library.

    `record`: lock the library to record what was read. One that cannot be written is opened to read; `note` says so.
    `repair`: it must be possible to write it.
    Raises `UsageError` where nothing is known of `path`, `DestinationError` and `LockedError`.
    """
    place = _place(path, configured, state)
    if repair and not place.has_catalog:
        raise UsageError(f"--repair needs a catalog, which {place.library.root} does not have")
    with ExitStack() as stack:
        catalog, is_recorded = Catalog.empty(), False
        if place.has_catalog and record:
            try:
                stack.enter_context(place.library.lock())
                catalog, is_recorded = open_catalog(place.library), True
            except DestinationError as error:
                if repair:
                    raise
                catalog = read_catalog(place.library)
                note(f"what is read is not remembered, as the library cannot be written: {error}")
        elif place.has_catalog:
            catalog = read_catalog(place.library)
        stack.enter_context(closing(catalog))
        yield Target(place.library, catalog, _areas(place, catalog), place.has_catalog, is_recorded)


def _place(path: Path | None, configured: Library | None, state: Path) -> _Place:
    if path is None:
        if configured is None:
            raise UsageError("no library is configured: name a folder or a file to check")
        if not configured.exists:
            raise UsageError(f"{configured.root} is no library yet: nothing was saved there")
        return _Place(configured, configured.catalog_path.exists(), None)
    real = Path(os.path.realpath(path)) if path.is_dir() else real_path(path)
    folders = (real, *real.parents)
    if configured is not None and configured.root.resolve() in folders and configured.exists:
        return _Place(configured, configured.catalog_path.exists(), real)
    for folder in folders:
        if os.path.exists(folder / PROGRAM_FOLDER / "catalog.db"):  # noqa: PTH110 - false for what cannot be examined
            return _Place(Library(folder, state), has_catalog=True, path=real)
    if configured is not None and _outside_root(configured, real) is not None:
        return _Place(configured, has_catalog=True, path=real)
    for folder in folders:
        if os.path.lexists(folder / SUMS_NAME):
            return _Place(Library(folder, state), has_catalog=False, path=real)
    raise UsageError(f"{path} is in no library, and there is no {SUMS_NAME} to check it by")


def _outside_root(library: Library, path: Path) -> str | None:
    """The root of the folder outside the library that has the path."""
    if not library.exists or not library.catalog_path.exists():
        return None
    with closing(read_catalog(library)) as catalog:
        roots = [root for root in catalog.roots() if root]
    return next((root for root in roots if Path(root).resolve() in (path, *path.parents)), None)


def _areas(place: _Place, catalog: Catalog) -> list[Area]:
    if place.path is None:
        return [Area(root) for root in sorted({"", *catalog.roots()})]
    base, root = place.library.root.resolve(), ""
    if place.path != base and base not in place.path.parents:
        root = _outside_root(place.library, place.path) or ""
        base = Path(root).resolve()
    relative = place.path.relative_to(base).as_posix()
    if relative == ".":
        return [Area(root)]
    is_file = catalog.entry_at(Location(root, relative)) is not None
    exists = os.path.lexists(place.path)
    area = Area(root, relative, is_file=is_file or (exists and not place.path.is_dir()))
    if not exists and place.has_catalog and not catalog.checks.count(area)[0]:
        raise UsageError(f"there is no file {place.path}, and the catalog has none")
    return [area]
