"""Repairs SHA256SUMS: the program's lines come from the catalog, and the user's stay.

What is left of damaged lines would stay as well, as if the user had written it. It is taken out; the list as it was is
in `damaged/`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from photosync.catalog import Catalog
from photosync.jobs.repair.placement import Placement, Wanted
from photosync.jobs.sums_list import SumsList
from photosync.library import Library, write_durably
from photosync.library.own_folders import temporary_path
from photosync.library.sums import SumsLine

_SOURCE = "the catalog"
_HASH_DIGITS = 64


@dataclass(frozen=True, slots=True)
class ListRepair:
    """Repairs the lists of one library."""

    library: Library
    catalog: Catalog
    placement: Placement
    note: Callable[[str], None]

    def repair(self, wanted: Wanted, workspace: Path) -> str:
        """Returns the source. Raises `ItemError`, `DestinationError` or `OSError`."""
        root, path = wanted.location.root, self.library.file(wanted.location)
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            kept = self._without_damaged_lines(content, root)
            if kept != content:
                good = temporary_path(workspace)
                write_durably(good, kept)
                self.placement.replace(wanted, good, _SOURCE)
        SumsList(self.library, self.catalog, root).rewrite(self.note)
        with self.catalog.transaction():
            self.placement.record(wanted, _SOURCE)
        return _SOURCE

    def _without_damaged_lines(self, content: bytes, root: str) -> bytes:
        own = {line.name: line.sha256 for line in (SumsLine.of(*each) for each in self.catalog.sums.lines(root))}
        lines = content.split(b"\n")
        listed = {found.name for line in lines if (found := SumsLine.parse(line))}
        lost = {sha256 for name, sha256 in own.items() if name not in listed}

        def is_damaged(line: bytes) -> bool:
            found = SumsLine.parse(line)
            if found is None:
                ends = (line.partition(separator)[2] for separator in (b"  ", b" *"))
                return b"\0" in line or line[:_HASH_DIGITS] in lost or any(end in own for end in ends)
            is_there = os.path.lexists(self.library.base(root) / os.fsdecode(found.name))
            return found.name not in own and found.sha256 in lost and not is_there

        return b"\n".join(line for line in lines if not is_damaged(line))
