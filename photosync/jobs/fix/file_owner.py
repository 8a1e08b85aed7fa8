"""Where a file belongs: to a library, to a folder outside that a library knows, or to nobody.

A library is opened once, when the first of its files is met, and stays locked until the end where it may be changed.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from photosync.catalog import Catalog, CatalogEntry
from photosync.library import PROGRAM_FOLDER, Library
from photosync.model import Location


@dataclass(frozen=True, slots=True)
class Home:
    """A folder whose files a catalog knows: a library, or one outside."""

    library: Library
    catalog: Catalog
    root: str
    """As in a `Location`."""
    base: Path
    """The folder, without symbolic links."""

    def location(self, path: Path) -> Location:
        """Of a file; `path` as `real_name` gives it."""
        return Location(self.root, str(path.relative_to(self.base)))

    def entry(self, path: Path) -> CatalogEntry | None:
        """What the catalog knows of the file; `path` as `real_name` gives it."""
        return self.catalog.entry_at(self.location(path))


def real_name(path: Path) -> Path:
    """`path` with its folder's symbolic links followed, but not its own."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - `..` goes first, links are followed then
    return absolute.parent.resolve() / absolute.name


class Homes:
    """Finds homes, and keeps them open. A context manager."""

    def __init__(self, configured: Library | None, state: Path, *, to_change: bool) -> None:
        """`configured` is the library that the user's configuration names; folders outside are known by it alone."""
        self._configured = configured
        self._state = state
        self._to_change = to_change
        self._stack = ExitStack()
        self._open: dict[Path, tuple[Library, Catalog]] = {}
        self._by_folder: dict[Path, Home | None] = {}

    def __enter__(self) -> Homes:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def of(self, path: Path) -> Home | None:
        """The home of a file; `path` as `real_name` gives it."""
        folder = path.parent
        if folder not in self._by_folder:
            self._by_folder[folder] = self._around(folder) or self._outside(folder)
        return self._by_folder[folder]

    def configured(self) -> Home | None:
        """The configured library itself."""
        library = self._configured
        if library is None or not library.exists or not library.catalog_path.exists():
            return None
        return Home(*self._opened(library), "", library.root.resolve())

    def _around(self, folder: Path) -> Home | None:
        for root in (folder, *folder.parents):
            if (root / PROGRAM_FOLDER / "catalog.db").exists():
                return Home(*self._opened(Library(root, self._state)), "", root)
        return None

    def _outside(self, folder: Path) -> Home | None:
        home = self.configured()
        for root in home.catalog.roots() if home else []:
            base = Path(root).resolve()
            if home and root and (base == folder or base in folder.parents):
                return Home(home.library, home.catalog, root, base)
        return None

    def _opened(self, library: Library) -> tuple[Library, Catalog]:
        root = library.root.resolve()
        if root not in self._open:
            if self._to_change:
                self._stack.enter_context(library.lock())
            way_in = Catalog.open if self._to_change else Catalog.read
            catalog = way_in(library.catalog_path)
            self._stack.callback(catalog.close)
            self._open[root] = (library, catalog)
        return self._open[root]
