"""What a run that was killed had begun to do to files: the catalog is brought up to date."""

from __future__ import annotations

from photosync.catalog import Catalog
from photosync.library import Library, digest_of


def settle_interrupted(library: Library, catalog: Catalog) -> None:
    """Find out, for each file that was about to get another content, whether it has it."""
    for intent in catalog.fixes.intents():
        path = library.file(intent.location)
        happened = path.is_file() and digest_of(path).sha256 == intent.sha256
        with catalog.transaction():
            if happened:
                catalog.fixes.settle(intent.account, intent.id)
            else:
                catalog.fixes.forget_intent(intent.account, intent.id)
