"""What a copy gets in place of the library's own lists, and of its copy of the catalog.

SHA256SUMS of a copy also names the files that were removed from the library, and that the copy has. A run that was
killed leaves the library with a list, and a copy of the catalog, that lack what it saved last, until the next run that
changes the library. These are made anew here, as a library that is made out of the copy has to have all files.
"""

from __future__ import annotations

import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from photosync.catalog import Catalog
from photosync.copies import CopyRecord
from photosync.jobs.copy.library_files import LibraryFile, lists, path_in_copy
from photosync.jobs.sums_list import SumsList
from photosync.library import Library, sums, write_durably
from photosync.library.disk_errors import disk_errors
from photosync.library.own_folders import temporary_path
from photosync.library.sums import SumsLine


@dataclass(frozen=True, slots=True)
class CopyLists:
    """The lists of one copy."""

    library: Library
    catalog: Catalog
    record: CopyRecord
    workspace: Path
    """Has those files that differ from the library's."""
    lacks: Collection[str] = ()
    """The paths of files that were found missing or wrong in the copy, and could not be brought."""

    def files(self) -> Iterator[LibraryFile]:
        """The list of the library's folder, and that of each folder outside it."""
        offsite = self._offsite_lines()
        for file in lists(self.library, self.catalog):
            root = file.location.root if file.location else ""
            yield self._with_lines(file, root, offsite.get(file.path, {}))

    @contextmanager
    def catalog_copy(self) -> Iterator[Path]:
        """A copy of the catalog that lacks nothing, for the time of the `with` block. Raises `DestinationError`."""
        if not self.catalog.copy.is_due(self.library.catalog_copy):
            yield self.library.catalog_copy
            return
        made = temporary_path(self.workspace)
        try:
            self.catalog.copy.write(made)
            yield made
        finally:
            made.unlink(missing_ok=True)

    def _offsite_lines(self) -> dict[str, dict[bytes, SumsLine]]:
        """By the path of the list, and by the name of the file."""
        found: dict[str, dict[bytes, SumsLine]] = {}
        for each in self.catalog.offsite.files():
            root, path = each.location.root, each.location.path
            in_copy = path_in_copy(root, path)
            known = self.record.file(in_copy)
            if known is not None and known.sha256 == each.sha256 and in_copy not in self.lacks:
                line = SumsLine.of(each.sha256, path)
                found.setdefault(path_in_copy(root, sums.SUMS_NAME), {})[line.name] = line
        return found

    def _with_lines(self, file: LibraryFile, root: str, offsite: dict[bytes, SumsLine]) -> LibraryFile:
        """The list with these lines; and if it is not current, as the next run that changes the library leaves it."""
        ours = SumsList(self.library, self.catalog, root)
        if not _may_be_read(file.source) or not ours.is_there or (ours.is_current and not offsite):
            return file
        with disk_errors(file.source):
            before = file.source.read_bytes() if file.source.exists() else b""
            if ours.is_current:
                content, _ = sums.merged(before, offsite, frozenset())
            else:
                content, _ = sums.merged(before, {each.name: each for each in ours.lines()} | offsite, ours.left())
            if not content:
                return file
            made = self.workspace / file.path.replace("/", "-")
            write_durably(made, content)
        return replace(file, where=str(made))


def _may_be_read(path: Path) -> bool:
    """Whether it is a regular file, or not there. A link could lead to any file of the computer."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError as error:
        return isinstance(error, FileNotFoundError)
