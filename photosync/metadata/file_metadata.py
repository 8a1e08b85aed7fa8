"""All that a file itself says about time, position and author, whatever its format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from photosync.metadata.capture_time.sources import TimeSource
from photosync.metadata.exif.read import ExifFacts
from photosync.model import CaptureTime


@dataclass(frozen=True, slots=True)
class Facts:
    """What one part of a file says, or several: XMP, IPTC, text in PNG, the boxes of a video."""

    times: Mapping[TimeSource, CaptureTime | None] = field(default_factory=dict)
    """Without those that are None."""
    has_artist: bool = False
    has_copyright: bool = False
    has_position: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", {source: time for source, time in self.times.items() if time is not None})

    def __or__(self, other: Facts) -> Facts:
        """What this or the other says; of two times from one source, this one's."""
        return Facts(
            {**other.times, **self.times},
            self.has_artist or other.has_artist,
            self.has_copyright or other.has_copyright,
            self.has_position or other.has_position,
        )


@dataclass(frozen=True, slots=True)
class FileMetadata:
    """What was read; empty parts where the file has none."""

    exif: ExifFacts = field(default_factory=ExifFacts)
    other: Facts = field(default_factory=Facts)
    can_tell: bool = True
    """Whether a date, if the file had one, would have been found."""
