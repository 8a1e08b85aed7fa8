"""Gives a file another content, so that disk, catalog and SHA256SUMS agree even after a power failure.

The planned change is in the catalog before it is made; after a crash, the next run that opens the library settles it.
"""

from __future__ import annotations

from pathlib import Path

from photosync.errors import ItemError, Reason
from photosync.file_systems import sync_folder
from photosync.jobs.fix.file_owner import OwnedFile
from photosync.jobs.sums_list import SumsList
from photosync.library.move import move_file


def replace_file(file: OwnedFile, second: Path, *, before: str, after: str, fix_record: str | None) -> bool:
    """Replace the file by `second`. `before` and `after` are the sha256 of the two.

    Returns whether the catalog has recorded it. A file that differs from the catalog may be damaged;
    that must stay visible, so the entry is not changed. Raises `OSError`; then the file is as it was. Raises
    `ItemError` if it was replaced, and a power failure may still take that back.
    """
    owner, entry = file.owner, file.entry
    if owner is None or entry is None or entry.stored_sha256 != before:
        move_file(second, file.path)
        _sync(file.path)
        return False
    fixes, key = owner.catalog.fixes, (entry.account, entry.id)
    with owner.catalog.transaction():
        SumsList(owner.library, owner.catalog, owner.root).mark_changing()
        fixes.intend(*key, after, second.stat().st_size, fix_record)
    try:
        move_file(second, file.path)
    except OSError:
        fixes.forget_intent(*key)
        raise
    with owner.catalog.transaction():
        fixes.settle(*key)
    _sync(file.path)
    return True


def _sync(path: Path) -> None:
    try:
        sync_folder(path.parent)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"{path} was replaced, but its folder cannot be synced: {reason}. Check the disk."
        raise ItemError(message, Reason.UNWRITABLE) from error
