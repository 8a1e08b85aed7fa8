"""From a mended file back to the delivered bytes, over as many undo records as it takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from photosync import metadata
from photosync.errors import ItemError, Reason
from photosync.library import UndoRecords, digest_of


def original_of(
    path: Path, records: Sequence[UndoRecords], workspace: Path, delivered_sha256: str | None = None
) -> Path | None:
    """A second file in `workspace` with the bytes that `path` had before we ever changed it; None: it is unchanged.

    `delivered_sha256` is what the file was delivered with, where that is known. Raises `ItemError`.
    """
    sha256 = digest_of(path).sha256
    current, met = path, set[str]()
    while sha256 not in met and sha256 != delivered_sha256:
        met.add(sha256)
        found = {before: record for each in records for before, record in each.find(sha256).items()}
        if not found:
            break
        if len(found) > 1 and delivered_sha256 not in found:
            raise ItemError(
                f"{path}: {len(found)} files became this one, and it is not known which this was; it stays as it is",
                Reason.REFUSED,
            )
        before = delivered_sha256 if delivered_sha256 in found else next(iter(found))
        assert before is not None
        following = metadata.undo(current, found[before], workspace)
        if current != path:
            current.unlink()
        current, sha256 = following, before
    return None if current == path else current
