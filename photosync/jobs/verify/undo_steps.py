"""The undo records that lead from a fixed file, or a sidecar with additions, back to the earlier content."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from photosync import metadata
from photosync.catalog import RecordedFile
from photosync.errors import DestinationError, ItemError
from photosync.jobs.file_state import FileFault
from photosync.jobs.findings import FindingReason
from photosync.jobs.verify.check_file import UndoStep, damaged, missing
from photosync.library import UndoRecords

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class BadRecord:
    """An undo record that is missing or cannot be used."""

    path: Path
    problem: FileFault


def steps_of(records: UndoRecords, file: RecordedFile) -> tuple[UndoStep, ...] | BadRecord:
    """The steps from the content of a file, or of a sidecar, to the one before it was fixed."""
    if file.is_sidecar:
        return _sidecar_steps(records, file.sha256, is_own=file.is_own_sidecar)
    if file.delivered_sha256 in (None, file.sha256):
        return ()
    return steps_back(records, file.sha256, file.delivered_sha256)


def is_readable(path: str, content: bytes) -> bool:
    """Whether this can be the content of the record at `path`; true for what is no record of two contents."""
    sha256, _, earlier = PurePosixPath(path).stem.partition("-")
    return not (_SHA256.fullmatch(sha256) and _SHA256.fullmatch(earlier)) or bool(_decoded(content, sha256, earlier))


def steps_back(records: UndoRecords, stored: str, delivered: str) -> tuple[UndoStep, ...] | BadRecord:
    """The steps from the content `stored` to `delivered`, both as sha256; the fewest possible."""
    ways: deque[tuple[str, tuple[UndoStep, ...]]] = deque([(stored, ())])
    seen, bad = {stored}, None
    while ways:
        sha256, before = ways.popleft()
        if sha256 == delivered:
            return before
        try:
            found = records.find(sha256)
        except (ItemError, DestinationError) as error:
            bad = bad or BadRecord(records.path(sha256, delivered), damaged(FindingReason.UNREADABLE, str(error)))
            continue
        if not found:
            bad = bad or _lost(records.path(sha256, delivered))
        for earlier, content in found.items():
            path = records.path(sha256, earlier)
            record = _decoded(content, sha256, earlier)
            if record is None:
                bad = BadRecord(path, damaged(FindingReason.OTHER_CONTENT, "the undo record cannot be read"))
            elif earlier not in seen:
                seen.add(earlier)
                ways.append((earlier, (*before, UndoStep(path, record))))
    return bad or _lost(records.path(stored, delivered))


def _sidecar_steps(records: UndoRecords, sha256: str, *, is_own: bool) -> tuple[UndoStep, ...] | BadRecord:
    """The step back from what was added to a sidecar of the user; none for one that the program made."""
    made = records.path(sha256)
    if is_own:
        return () if made.is_file() else BadRecord(made, missing(FindingReason.ABSENT, "the undo record is not there"))
    try:
        found = records.find(sha256)
    except (ItemError, DestinationError) as error:
        return BadRecord(made.parent, damaged(FindingReason.UNREADABLE, str(error)))
    for earlier, content in found.items():
        record, path = _decoded(content, sha256, earlier), records.path(sha256, earlier)
        if record is None:
            return BadRecord(path, damaged(FindingReason.OTHER_CONTENT, "the undo record cannot be read"))
        return (UndoStep(path, record),)
    return ()  # nothing had to be added


def _decoded(content: bytes, sha256: str, earlier: str) -> metadata.UndoRecord | None:
    try:
        record = metadata.UndoRecord.decode(content)
    except ItemError:
        return None
    return record if (record.stored_sha256, record.delivered_sha256) == (sha256, earlier) else None


def _lost(path: Path) -> BadRecord:
    return BadRecord(path, missing(FindingReason.ABSENT, "the undo record is not there"))
