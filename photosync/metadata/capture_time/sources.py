"""The sources of a capture time, and their ranks."""

from __future__ import annotations

from enum import Enum


class TimeSource(Enum):
    """Best first: rank and label. Within a rank the order decides."""

    EXIF_ORIGINAL = 1, "Exif DateTimeOriginal"
    EXIF_CREATED = 2, "Exif CreateDate"
    XMP_ORIGINAL = 3, "XMP exif:DateTimeOriginal"
    XMP_PHOTOSHOP = 3, "XMP photoshop:DateCreated"
    XMP_CREATED = 3, "XMP xmp:CreateDate"
    IPTC = 3, "IPTC date created"
    QUICKTIME_DATE = 4, "QuickTime creationdate"
    MOVIE_HEADER = 4, "QuickTime movie header"
    MOVIE_TEXT = 4, "QuickTime content date"
    GPS = 5, "Exif GPS time"
    PROVIDER = 6, "provider"
    FILE_NAME = 7, "file name"
    EXIF_MODIFIED = 8, "Exif ModifyDate"
    PNG_TEXT = 8, "PNG creation text"
    UPLOAD = 9, "upload"

    def __init__(self, rank: int, label: str) -> None:
        self.rank = rank
        self.label = label

    @property
    def is_in_file(self) -> bool:
        """Whether it is part of the file, and is about the capture."""
        return self.rank < TimeSource.PROVIDER.rank

    @property
    def is_digitized(self) -> bool:
        """Whether it is the day of the scan, if the picture was scanned."""
        return self in (TimeSource.EXIF_CREATED, TimeSource.XMP_CREATED)

    @property
    def means_original(self) -> bool:
        """Whether it is DateTimeOriginal in another standard (Metadata Working Group, Guidelines 2.0, 5.5)."""
        return self in (TimeSource.XMP_ORIGINAL, TimeSource.XMP_PHOTOSHOP, TimeSource.IPTC)

    @property
    def may_be_written(self) -> bool:
        """Whether it is reliable enough to be written into the file or a sidecar."""
        return self.rank <= TimeSource.FILE_NAME.rank
