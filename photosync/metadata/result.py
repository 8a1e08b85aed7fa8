"""The result of the fixer: the changes of a file, and the candidates for its capture time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from photosync.formats.sniff import Format
from photosync.metadata.capture_time.choose import CaptureTimeChoice
from photosync.metadata.undo_record import UndoRecord


class Outcome(StrEnum):
    """The outcome for a file."""

    UNTOUCHED = "untouched"
    """Nothing was missing, or nothing may be written; `notes` say why."""
    FIXED = "fixed"
    """A second file has the fixed content; some of the missing data may be in a sidecar."""
    SIDECAR = "sidecar"
    """The file stays as delivered; the missing data is in a sidecar, and `notes` say why."""
    REFUSED = "refused"
    """The proof failed, or reading did, a bug of this program: the file is unchanged. After a failed proof, a sidecar
    has the missing data."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change in a file."""

    field: str
    """`DateTimeOriginal`: the name in the field's standard."""
    before: str
    """Empty if there was no value."""
    after: str
    """Empty if the value was removed."""


@dataclass(frozen=True, slots=True)
class Left:
    """A value that was not written into a file, and the reason."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class FixResult:
    """The result of `fix`, with the tasks for its caller."""

    path: Path
    """The given file, or the second one, which must replace it."""
    outcome: Outcome
    format: Format | None
    capture_time: CaptureTimeChoice
    undo: UndoRecord | None = None
    """Restores the delivered bytes; None if nothing was written."""
    sidecar: bytes | None = None
    """The data for the sidecar; `merge_sidecar` adds it to an existing one."""
    notes: tuple[str, ...] = ()
    warning: bool = False
    """The file is damaged, or the fixer failed: the summary should count it."""
    changes: tuple[Change, ...] = ()
    content_identifier: str | None = None
    """That of a live photo, in both of its files."""
