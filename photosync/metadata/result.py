"""What comes back from the fixer: what was done to a file, and the times that it had to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from photosync.formats.sniff import Format
from photosync.metadata.capture_time.choose import CaptureTimeChoice
from photosync.metadata.undo import UndoRecord


class Outcome(StrEnum):
    """What was done about a file."""

    UNTOUCHED = "untouched"
    """Nothing was missing, or nothing may be written; `notes` say why."""
    FIXED = "fixed"
    """A second file has the fixed content; some of what was missing may be in a sidecar all the same."""
    SIDECAR = "sidecar"
    """The file stays as it was delivered; what it lacks is in a sidecar, and `notes` say why not inside."""
    REFUSED = "refused"
    """The proof failed, a failure of ours: the file stays as it was, and a sidecar has what it lacks."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is new in a file."""

    field: str
    """`DateTimeOriginal`, in the words of the field's own standard."""
    before: str
    """Empty where there was nothing."""
    after: str
    """Empty where something was removed."""


@dataclass(frozen=True, slots=True)
class Left:
    """One thing that was not written into a file, and why."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class FixResult:
    """What `fix` did, and what its caller has to do."""

    path: Path
    """The given file, or the second one that is to replace it."""
    outcome: Outcome
    format: Format | None
    capture_time: CaptureTimeChoice
    undo: UndoRecord | None = None
    """Gives the delivered bytes back; None where nothing was written."""
    sidecar: bytes | None = None
    """What the sidecar has to hold; `merge_sidecar` puts it into one that exists."""
    notes: tuple[str, ...] = ()
    warning: bool = False
    """The file is damaged, or the fixer failed: the summary should count it."""
    changes: tuple[Change, ...] = ()
