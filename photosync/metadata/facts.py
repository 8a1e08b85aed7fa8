"""The facts of a file about time, position and author, for any format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from photosync.metadata.capture_time.read_date import Unreadable, WrittenDate
from photosync.metadata.capture_time.sources import TimeSource
from photosync.model import CaptureTime


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a file, or of one part of it: Exif, XMP, IPTC, text in PNG, the boxes of a video."""

    times: Mapping[TimeSource, CaptureTime] = field(default_factory=dict)
    unreadable: Mapping[TimeSource, str] = field(default_factory=dict)
    """The texts of dates that are there, but cannot be read."""
    exif_offsets: Mapping[int, timedelta | None] = field(default_factory=dict)
    """By the Exif tags that hold an offset from UTC; None for one that cannot be read."""
    has_artist: bool = False
    has_copyright: bool = False
    has_position: bool = False
    has_software: bool = False
    exif_texts: Mapping[str, str] = field(default_factory=dict)
    """By the names of tags that a user can set; without blank ones."""
    can_tell: bool = True
    """Whether a date, if there was one, would have been found."""
    content_identifier: str | None = None
    """That of a live photo, in both of its files."""

    @classmethod
    def of_dates(cls, dates: Mapping[TimeSource, WrittenDate]) -> Facts:
        """Only dates, as they were read."""
        return cls(
            {source: date for source, date in dates.items() if isinstance(date, CaptureTime)},
            {source: date.text for source, date in dates.items() if isinstance(date, Unreadable)},
        )

    def has(self, source: TimeSource) -> bool:
        """Whether the file has a date there, readable or not. Such a date is never overwritten."""
        return source in self.times or source in self.unreadable

    def __or__(self, other: Facts) -> Facts:
        """The facts of both; of two times from one source, this one's."""
        return Facts(
            {**other.times, **self.times},
            {**other.unreadable, **self.unreadable},
            {**other.exif_offsets, **self.exif_offsets},
            self.has_artist or other.has_artist,
            self.has_copyright or other.has_copyright,
            self.has_position or other.has_position,
            self.has_software or other.has_software,
            {**other.exif_texts, **self.exif_texts},
            self.can_tell and other.can_tell,
            self.content_identifier or other.content_identifier,
        )
