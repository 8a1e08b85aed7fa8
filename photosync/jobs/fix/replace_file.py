"""Gives a file another content, so that disk, catalog and SHA256SUMS agree even after a power failure.

The planned change is in the catalog before it is made; after a crash, the next run that opens the library settles it.
"""

from __future__ import annotations

from pathlib import Path

from photosync.jobs.fix.file_owner import FileOwner, OwnedFile
from photosync.library import sums, sync_folder


def replace_file(file: OwnedFile, second: Path, *, before: str, after: str, fix_record: str | None) -> bool:
    """Replace the file by `second`. `before` and `after` are the sha256 of the two.

    Returns whether the catalog has recorded it. A file that differs from the catalog may be damaged;
    that must stay visible, so the entry is not changed. Raises `OSError`; then the file is as it was.
    """
    owner, entry = file.owner, file.entry
    if owner is None or entry is None or entry.stored_sha256 != before:
        _replace(file.path, second)
        return False
    fixes, key = owner.catalog.fixes, (entry.account, entry.id)
    with owner.catalog.transaction():
        owner.catalog.set_sums_state(owner.root, "")
        fixes.intend(*key, after, second.stat().st_size, fix_record)
    try:
        _replace(file.path, second)
    except OSError:
        fixes.forget_intent(*key)
        raise
    with owner.catalog.transaction():
        fixes.settle(*key)
    return True


def _replace(path: Path, second: Path) -> None:
    second.replace(path)
    sync_folder(path.parent)


def rewrite_sums(owner: FileOwner) -> None:
    """Bring SHA256SUMS up to date after files or sidecars changed."""
    sums.rewrite(owner.base, owner.catalog.sums(owner.root))
    owner.catalog.set_sums_state(owner.root, sums.state(owner.base))
