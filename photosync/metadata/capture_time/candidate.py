"""A time that might be the capture time."""

from __future__ import annotations

from dataclasses import dataclass

from photosync.metadata.capture_time.sources import TimeSource
from photosync.model import CaptureTime


@dataclass(frozen=True, slots=True)
class Candidate:
    """One time that might be the capture time."""

    source: TimeSource
    time: CaptureTime
    doubt: str = ""
    """Why it is not believed; empty if it is plausible. A doubtful time is never written."""
    is_last_resort: bool = False
    """Whether a doubtful time still gives folder and file time where no other source does."""
    is_witness: bool = True
    """Whether it says something about the capture: an upload does not, nor the day of a scan beside another."""
    correction: str = ""
    """How the source was misread, if `time` is not what it says literally."""
