"""Completes the work of a run that was killed while it changed files."""

from __future__ import annotations

from photosync.catalog import Catalog
from photosync.jobs.albums.json_files import settle_made_files
from photosync.jobs.sums_list import repair_lists
from photosync.library import Library, digest_of


def settle_interrupted(library: Library, catalog: Catalog) -> None:
    """Settle each planned content. Then tidy up, and complete the lists of files."""
    settle_intents(library, catalog)
    library.remove_temporary_files(catalog.roots())
    repair_lists(library, catalog)


def settle_intents(library: Library, catalog: Catalog) -> None:
    """Check, for each planned content, whether the file has it."""
    settle_made_files(library, catalog)
    for intent in catalog.fixes.intents():
        path = library.file(intent.location)
        try:
            happened = path.is_file() and digest_of(path).sha256 == intent.sha256
        except OSError:
            continue  # known when the file can be read again
        with catalog.transaction():
            if happened:
                catalog.fixes.settle(intent.account, intent.id)
            else:
                catalog.fixes.forget_intent(intent.account, intent.id)
