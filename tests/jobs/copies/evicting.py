"""Removes files from a library whose copies have them, as `evict` leaves it."""

from __future__ import annotations

from pathlib import Path

from photosync.api.opening import open_catalog_to_write
from photosync.catalog import CatalogEntry
from photosync.jobs.sums_list import SumsList
from photosync.library import Library
from photosync.testing.command import Sandbox


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
