"""From a fixed file back to the content before, over as many undo records as it takes."""

from __future__ import annotations

from pathlib import Path

from photosync import metadata
from photosync.errors import ItemError, Reason
from photosync.jobs.fix.file_owner import OwnedFile
from photosync.library import digest_of


def original_of(file: OwnedFile, workspace: Path) -> Path | None:
    """A second file in `workspace` with the bytes from before the fix; None if the file was not fixed.

    Raises `ItemError`.
    """
    sha256 = digest_of(file.path).sha256
    current, seen = file.path, set[str]()
    while sha256 not in seen and sha256 != file.delivered_sha256:
        seen.add(sha256)
        found = {before: record for each in file.undo_records for before, record in each.find(sha256).items()}
        if not found:
            break
        before = file.delivered_sha256 if file.delivered_sha256 in found else next(iter(found))
        if before is None or (len(found) > 1 and before != file.delivered_sha256):
            raise ItemError(
                f"{file.path}: {len(found)} files became this one, and it is not known which this was; "
                "it stays as it is",
                Reason.REFUSED,
            )
        following = metadata.undo(current, found[before], workspace)
        if current != file.path:
            current.unlink()
        current, sha256 = following, before
    return None if current == file.path else current
