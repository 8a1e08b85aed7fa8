"""The facts of a file about time, position and author, for any format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from photosync.metadata.capture_time.sources import TimeSource
from photosync.model import CaptureTime


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a file, or of one part of it: Exif, XMP, IPTC, text in PNG, the boxes of a video."""

    times: Mapping[TimeSource, CaptureTime | None] = field(default_factory=dict)
    """Without those that are None."""
    exif_offsets: frozenset[int] = frozenset()
    """The Exif tags that hold an offset from UTC."""
    has_artist: bool = False
    has_copyright: bool = False
    has_position: bool = False
    has_software: bool = False
    can_tell: bool = True
    """Whether a date, if there was one, would have been found."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", {source: time for source, time in self.times.items() if time is not None})

    def __or__(self, other: Facts) -> Facts:
        """The facts of both; of two times from one source, this one's."""
        return Facts(
            {**other.times, **self.times},
            self.exif_offsets | other.exif_offsets,
            self.has_artist or other.has_artist,
            self.has_copyright or other.has_copyright,
            self.has_position or other.has_position,
            self.has_software or other.has_software,
            self.can_tell and other.can_tell,
        )
