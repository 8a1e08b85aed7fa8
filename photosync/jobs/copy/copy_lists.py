"""SHA256SUMS of a copy: it also names the files that were removed from the library, and that the copy has."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from photosync.catalog import Catalog
from photosync.copies import CopyRecord
from photosync.jobs.copy.library_files import LibraryFile, lists, path_in_copy
from photosync.library import Library, sums, write_durably
from photosync.library.disk_errors import disk_errors
from photosync.library.sums import SumsLine


@dataclass(frozen=True, slots=True)
class CopyLists:
    """The lists of one copy."""

    library: Library
    catalog: Catalog
    record: CopyRecord
    workspace: Path
    """Has those lists that differ from the library's."""
    lacks: Collection[str] = ()
    """The paths of files that were found missing or wrong in the copy, and could not be brought."""

    def files(self) -> Iterator[LibraryFile]:
        """The list of the library's folder, and that of each folder outside it."""
        offsite = self._offsite_lines()
        for file in lists(self.library, self.catalog):
            lines = offsite.get(file.path)
            yield self._with_lines(file, lines) if lines else file

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

    def _with_lines(self, file: LibraryFile, lines: dict[bytes, SumsLine]) -> LibraryFile:
        made = self.workspace / file.path.replace("/", "-")
        with disk_errors(file.source):
            before = file.source.read_bytes() if file.source.exists() else b""
            content, _ = sums.merged(before, lines, frozenset())
            write_durably(made, content)
        return replace(file, where=str(made))
