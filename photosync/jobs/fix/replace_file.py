"""Gives a known file another content, so that disk, catalog and SHA256SUMS agree whenever the power fails.

What is going to happen is in the catalog before it happens. Whoever opens the library next settles what was begun.
"""

from __future__ import annotations

from pathlib import Path

from photosync.catalog import Catalog, CatalogEntry
from photosync.jobs.fix.file_owner import Home
from photosync.library import Library, digest_of, sums, sync_folder


def exchange(
    home: Home | None, entry: CatalogEntry | None, path: Path, second: Path, sha256: str, fix_record: str | None
) -> None:
    """Put `second`, whose hash is `sha256`, in the place of `path`. Without `entry` the catalog is not concerned.

    Raises `OSError`; then `path` is as it was.
    """
    if home is None or entry is None:
        second.replace(path)
        sync_folder(path.parent)
        return
    fixes, key = home.catalog.fixes, (entry.account, entry.item.id)
    with home.catalog.transaction():
        home.catalog.set_sums_state(home.root, "")
        fixes.intend(*key, sha256, second.stat().st_size, fix_record)
    try:
        second.replace(path)
    except OSError:
        fixes.forget_intent(*key)
        raise
    sync_folder(path.parent)
    with home.catalog.transaction():
        fixes.settle(*key)


def settle_interrupted(library: Library, catalog: Catalog) -> None:
    """Bring the catalog up to what a run that was killed did to files."""
    for intent in catalog.fixes.intents():
        path = library.file(intent.location)
        happened = path.is_file() and digest_of(path).sha256 == intent.sha256
        with catalog.transaction():
            if happened:
                catalog.fixes.settle(intent.account, intent.id)
            else:
                catalog.fixes.forget_intent(intent.account, intent.id)


def rewrite_sums(home: Home) -> None:
    """Bring the list of sums up to date after files or sidecars changed."""
    sums.rewrite(home.base, home.catalog.sums(home.root))
    home.catalog.set_sums_state(home.root, sums.state(home.base))
