"""What a file lacks and may be given, by the table of fields in the rules. Says nothing of how it gets there."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from photosync.formats.tiff import ASCII, BYTE, RATIONAL, ByteOrder, DirectoryName
from photosync.metadata.capture_time.choose import CaptureTimeChoice
from photosync.metadata.capture_time.dates import exif_text, offset_text
from photosync.metadata.capture_time.sources import TimeSource
from photosync.metadata.exif import read as tags
from photosync.metadata.file_metadata import FileMetadata
from photosync.metadata.request import Given, Settings
from photosync.model import CaptureTime, GpsPosition, TimeMeaning


@dataclass(frozen=True, slots=True)
class Field:
    """One Exif entry that is to be set."""

    name: str
    directory: DirectoryName
    tag: int
    type: int
    value: bytes | tuple[int, ...]
    """Bytes for text and BYTE; for fractions numerators and denominators in turn."""
    shown: str
    """The value for people."""
    only_if_absent: bool = False
    """Any existing entry is good enough."""

    def encode(self, order: ByteOrder) -> bytes:
        """The value as it stands in a block of this byte order."""
        return self.value if isinstance(self.value, bytes) else struct.pack(f"{order}{len(self.value)}I", *self.value)


@dataclass(frozen=True, slots=True)
class Wishes:
    """Everything that is lacking."""

    fields: tuple[Field, ...] = ()
    remove_software: bool = False
    movie_time: datetime | None = None
    """The aware instant for creation times that are 0."""
    taken: CaptureTime | None = None
    """The capture time, where the file has none at all."""
    artist: str = ""
    copyright: str = ""
    gps: GpsPosition | None = None


def wishes_for(facts: FileMetadata, choice: CaptureTimeChoice, given: Given, settings: Settings) -> Wishes:
    """What the file lacks of what is known and wanted."""
    moment = choice.writable
    has_date = facts.exif.original is not None or not facts.can_tell
    artist = settings.artist or ""
    if facts.exif.artist or facts.xmp.has_creator or facts.iptc.has_by_line:
        artist = ""
    copyright_ = settings.copyright or ""
    if facts.exif.copyright or facts.xmp.has_rights or facts.iptc.has_copyright:
        copyright_ = ""
    has_position = facts.exif.has_position or facts.xmp.has_position or facts.video.has_position
    gps = given.gps if settings.write_gps and not has_position and given.gps and given.gps.is_real else None
    return Wishes(
        fields=(
            *_date_fields(facts, choice, None if has_date else moment),
            *_author_fields(artist, copyright_),
            *(_gps_fields(gps) if gps else ()),
        ),
        remove_software=settings.remove_software and facts.exif.software is not None,
        movie_time=_movie_time(facts, moment),
        taken=None if has_date or _has_other_date(facts) else moment,
        artist=artist,
        copyright=copyright_,
        gps=gps,
    )


def _has_other_date(facts: FileMetadata) -> bool:
    """Dates in the file that readers of sidecars find without our help."""
    video = facts.video
    return bool(facts.exif.created or facts.xmp.dates or facts.iptc.created or video.tagged or video.movie)


def _movie_time(facts: FileMetadata, moment: CaptureTime | None) -> datetime | None:
    if facts.video.movie is not None:
        return facts.video.movie.utc
    return moment.utc if moment else None


def _date_fields(facts: FileMetadata, choice: CaptureTimeChoice, moment: CaptureTime | None) -> Iterator[Field]:
    exif = facts.exif
    winner, offset = choice.winner, choice.offset.value if choice.offset else None
    if moment is not None:
        text = exif_text(moment.reading)
        yield _text("DateTimeOriginal", tags.DATE_TIME_ORIGINAL, text)
        milliseconds = moment.reading.microsecond // 1000
        if milliseconds:
            yield _text("SubSecTimeOriginal", tags.SUB_SEC_ORIGINAL, f"{milliseconds:03}", only_if_absent=True)
        reading, offset = moment.reading, moment.offset
    elif winner and winner.source is TimeSource.EXIF_ORIGINAL and winner.time.meaning is not TimeMeaning.DAY:
        reading = winner.time.reading
    else:
        return
    if exif.created is None:
        yield _text("CreateDate", tags.CREATE_DATE, exif_text(reading))
    if offset is not None:
        yield from _offset_fields(facts, reading, offset_text(offset))


def _offset_fields(facts: FileMetadata, reading: datetime, offset: str) -> Iterator[Field]:
    """Offsets stand only beside readings of the same moment."""
    exif = facts.exif
    same = exif_text(reading)
    if exif.offset_original is None:
        yield _text("OffsetTimeOriginal", tags.OFFSET_TIME_ORIGINAL, offset)
        if exif.offset is None and (exif.modified is None or exif_text(exif.modified.reading) == same):
            yield _text("OffsetTime", tags.OFFSET_TIME, offset)
    if exif.offset_created is None and (exif.created is None or exif_text(exif.created.reading) == same):
        yield _text("OffsetTimeDigitized", tags.OFFSET_TIME_DIGITIZED, offset)


def _author_fields(artist: str, copyright_: str) -> Iterator[Field]:
    for name, tag, text in (("Artist", tags.ARTIST, artist), ("Copyright", tags.COPYRIGHT, copyright_)):
        if text:
            yield Field(name, "0th", tag, ASCII, text.encode() + b"\0", text)


def _text(name: str, tag: int, text: str, *, only_if_absent: bool = False) -> Field:
    return Field(name, "Exif", tag, ASCII, text.encode() + b"\0", text, only_if_absent)


def _gps_fields(gps: GpsPosition) -> Iterator[Field]:
    yield Field("GPSVersionID", "GPS", tags.GPS_VERSION, BYTE, b"\2\3\0\0", "2.3.0.0", only_if_absent=True)
    axes = (
        ("GPSLatitude", tags.GPS_LATITUDE_REF, tags.GPS_LATITUDE, gps.latitude, b"NS"),
        ("GPSLongitude", tags.GPS_LONGITUDE_REF, tags.GPS_LONGITUDE, gps.longitude, b"EW"),
    )
    for name, reference_tag, tag, degrees, letters in axes:
        letter = letters[1:] if degrees < 0 else letters[:1]
        yield Field(f"{name}Ref", "GPS", reference_tag, ASCII, letter + b"\0", letter.decode())
        units = round(abs(degrees) * 36_000_000)
        parts = (units // 36_000_000, 1, units // 600_000 % 60, 1, units % 600_000, 10_000)
        yield Field(name, "GPS", tag, RATIONAL, parts, f"{degrees:.6f}")
