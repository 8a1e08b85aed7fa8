"""Whether a saved file is at its location, as far as can be seen without reading it."""

from __future__ import annotations

import errno
import stat
from dataclasses import dataclass
from pathlib import Path

from photosync.jobs.findings import FindingKind, FindingReason

_NOTHING_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})


@dataclass(frozen=True, slots=True)
class FileFault:
    """What is wrong with the file at a location."""

    finding: FindingKind
    """`MISSING` or `DAMAGED`."""
    reason: FindingReason
    error: str
    """For a sentence, without the file's name: `no file is there`."""


def fault_of(path: Path, size_bytes: int | None) -> FileFault | None:
    """What is wrong with the file that was saved at `path` with this size; None: it is a regular file of this size.

    Folders may be links to other disks. A link in the file's own place is no file: it was not saved there.
    """
    try:
        found = path.lstat()
    except OSError as error:
        if error.errno in _NOTHING_THERE:
            return FileFault(FindingKind.MISSING, FindingReason.ABSENT, "no file is there")
        text = f"it cannot be examined: {error.strerror or error}"
        return FileFault(FindingKind.DAMAGED, FindingReason.UNREADABLE, text)
    if stat.S_ISDIR(found.st_mode):
        return FileFault(FindingKind.MISSING, FindingReason.FOLDER, "a folder is in its place")
    if stat.S_ISLNK(found.st_mode):
        return FileFault(FindingKind.MISSING, FindingReason.LINK, "a link is in its place")
    if not stat.S_ISREG(found.st_mode):
        return FileFault(FindingKind.MISSING, FindingReason.SPECIAL_FILE, "a special file is in its place")
    return _size_fault(found.st_size, size_bytes)


def _size_fault(found_bytes: int, size_bytes: int | None) -> FileFault | None:
    if size_bytes is None or found_bytes == size_bytes:
        return None
    if found_bytes == 0:
        return FileFault(FindingKind.DAMAGED, FindingReason.EMPTY, "it is empty")
    reason = FindingReason.SHORTER if found_bytes < size_bytes else FindingReason.LONGER
    return FileFault(FindingKind.DAMAGED, reason, f"it has {found_bytes} bytes; {size_bytes} were saved")
