"""Removes files from a library whose copies have them, as `evict` leaves it."""

from __future__ import annotations

from pathlib import Path

from photosync.api.opening import open_catalog_to_write
from photosync.catalog import CatalogEntry
from photosync.jobs.sums_list import SumsList
from photosync.library import Library
from photosync.testing.command import Sandbox
from tests.jobs.copies.places import check_list


def evicted(sandbox: Sandbox, *files: Path) -> list[CatalogEntry]:
    """Evict these files of the library; returns their items as they were before."""
    library, entries = Library(sandbox.library, sandbox.home / "state"), []
    with open_catalog_to_write(library) as catalog:
        paths = {path.relative_to(sandbox.library).as_posix(): path for path in files}
        entries = [each for each in catalog.entries("amazon") if each.location and str(each.location) in paths]
        assert len(entries) == len(files)
        with catalog.transaction():
            catalog.offsite.record_removed("amazon", [each.id for each in entries])
            SumsList(library, catalog, "").mark_changing()
        for path in files:
            path.unlink()
        SumsList(library, catalog, "").rewrite()
    return entries


class Evicted:
    """Two items whose files are in the copies alone."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.files = sandbox.files()[:2]
        self.names = [path.relative_to(sandbox.library).as_posix() for path in self.files]
        self.content = [path.read_bytes() for path in self.files]
        self.times = [path.stat().st_mtime_ns for path in self.files]
        self.all = {path: path.read_bytes() for path in sandbox.files()}
        entries = {str(each.location): each.id for each in evicted(sandbox, *self.files)}
        self.ids = [entries[name] for name in self.names]

    def check_back(self, *numbers: int) -> None:
        """These are in the library again as they were, and the others are not; the list and the catalog say so too."""
        for number, path in enumerate(self.files):
            assert path.exists() == (number in numbers)
        for number in numbers:
            path = self.files[number]
            assert (path.read_bytes(), path.stat().st_mtime_ns) == (self.content[number], self.times[number])
        check_list(self.sandbox.library)
        lines = {line[66:] for line in (self.sandbox.library / "SHA256SUMS").read_text().splitlines()}
        assert {name for name in self.names if name in lines} == {self.names[number] for number in numbers}
        listed = self.sandbox.run("list", "amazon", "--state", "offsite").objects
        assert {each["id"] for each in listed} == {id_ for n, id_ in enumerate(self.ids) if n not in numbers}
        assert self.sandbox.leftovers() == []
