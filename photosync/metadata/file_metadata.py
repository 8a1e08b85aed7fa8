"""All that a file itself says about time, position and author, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass, field

from photosync.metadata.exif.read import ExifFacts
from photosync.metadata.iptc import IptcFacts
from photosync.metadata.xmp.read import XmpFacts
from photosync.model import CaptureTime


@dataclass(frozen=True, slots=True)
class VideoMetadata:
    """What the boxes of a video say."""

    tagged: CaptureTime | None = None
    """`com.apple.quicktime.creationdate`: a local reading with its offset."""
    movie: CaptureTime | None = None
    """The movie header's creation time, an instant by the standard; None where it is 0."""
    has_position: bool = False


@dataclass(frozen=True, slots=True)
class FileMetadata:
    """What was read; empty parts where the file has none."""

    exif: ExifFacts = field(default_factory=ExifFacts)
    xmp: XmpFacts = field(default_factory=XmpFacts)
    iptc: IptcFacts = field(default_factory=IptcFacts)
    video: VideoMetadata = field(default_factory=VideoMetadata)
    png_created: CaptureTime | None = None
    can_tell: bool = True
    """Whether a date, if the file had one, would have been found."""
