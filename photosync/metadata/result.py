"""What comes back from the fixer: what was done to a file, and the times that it had to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from photosync.formats.sniff import Format
from photosync.metadata.capture_time.choose import CaptureTimeChoice


class Outcome(StrEnum):
    """What became of a file."""

    UNTOUCHED = "untouched"
    """Nothing was to mend, or nothing may be; `notes` say why."""
    FIXED = "fixed"
    """A second file holds the mended content; some of what was lacking may still be in a sidecar."""
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
    """What `mend` did, and what its caller has to do."""

    path: Path
    """The file to place: the given one or the second, mended one."""
    outcome: Outcome
    format: Format | None
    capture_time: CaptureTimeChoice
    sha256: str | None = None
    """Of the mended file; None where the file is the given one."""
    undo: bytes | None = None
    """Gives the delivered bytes back, with `undo`; None where nothing was changed."""
    sidecar: bytes | None = None
    """What the sidecar has to hold; `merge_sidecar` puts it into one that exists."""
    notes: tuple[str, ...] = ()
    warning: bool = False
    """The file is damaged, or the fixer failed: the summary should count it."""
    changes: tuple[Change, ...] = ()

    @property
    def folder_time(self) -> datetime | None:
        """The naive local reading that names the folder."""
        return self.capture_time.folder_time

    @property
    def file_time(self) -> datetime | None:
        """The aware instant for the file's modification time."""
        return self.capture_time.file_time
