"""The Exif entries that are written: their tags, types and values."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from photosync.formats.tiff import ASCII, BYTE, RATIONAL, ByteOrder, DirectoryName
from photosync.metadata.capture_time.dates import exif_text, offset_text
from photosync.metadata.capture_time.sources import TimeSource
from photosync.metadata.exif import read as tags
from photosync.metadata.exif.texts import SETTABLE_TAGS
from photosync.metadata.facts import Facts
from photosync.model import CaptureTime, GpsPosition


@dataclass(frozen=True, slots=True)
class Field:
    """One entry that is to be set."""

    name: str
    directory: DirectoryName
    tag: int
    type: int
    value: bytes | tuple[int, ...] | str
    """Bytes for text and BYTE; for rationals, numerators and denominators in turn; a settable text as
    it is."""
    shown: str
    """The value for people."""
    only_if_absent: bool = False
    """An existing entry is kept, whatever its value."""

    def encode(self, order: ByteOrder) -> bytes:
        """The value in a block of this byte order."""
        if isinstance(self.value, str):
            return SETTABLE_TAGS[self.name].encode(self.value, order)
        return self.value if isinstance(self.value, bytes) else struct.pack(f"{order}{len(self.value)}I", *self.value)


def date_fields(facts: Facts, original: CaptureTime, created: CaptureTime | None, *, is_new: bool) -> Iterator[Field]:
    """The missing Exif fields besides the DateTimeOriginal `original`, and that itself if it `is_new`.

    `created`: the same for CreateDate; None if another date of the file contradicts it.
    """
    text = exif_text(original.reading)
    if is_new:
        yield _text("DateTimeOriginal", tags.DATE_TIME_ORIGINAL, text)
        milliseconds = original.reading.microsecond // 1000
        if milliseconds:
            yield _text("SubSecTimeOriginal", tags.SUB_SEC_ORIGINAL, f"{milliseconds:03}", only_if_absent=True)
    if created is not None and not facts.has(TimeSource.EXIF_CREATED):
        yield _text("CreateDate", tags.CREATE_DATE, text)
    if original.offset is None:
        return
    offset = offset_text(original.offset)
    if tags.OFFSET_TIME_ORIGINAL not in facts.exif_offsets:
        yield _text("OffsetTimeOriginal", tags.OFFSET_TIME_ORIGINAL, offset)
        if tags.OFFSET_TIME not in facts.exif_offsets and _is_absent_or(text, facts, TimeSource.EXIF_MODIFIED):
            yield _text("OffsetTime", tags.OFFSET_TIME, offset)
    has_created = created is not None or facts.has(TimeSource.EXIF_CREATED)
    is_same = has_created and _is_absent_or(text, facts, TimeSource.EXIF_CREATED)
    if tags.OFFSET_TIME_DIGITIZED not in facts.exif_offsets and is_same:
        yield _text("OffsetTimeDigitized", tags.OFFSET_TIME_DIGITIZED, offset)


def _is_absent_or(text: str, facts: Facts, source: TimeSource) -> bool:
    """An offset may be written for another date only if that date is the same."""
    time = facts.times.get(source)
    if time is None:
        return not facts.has(source)
    return not time.meaning.is_partial and exif_text(time.reading) == text


def text_field(name: str, text: str) -> Field:
    """A text that a user wants to have."""
    tag = SETTABLE_TAGS[name]
    return Field(name, tag.directory, tag.tag, tag.type, text, text)


def gps_fields(gps: GpsPosition) -> Iterator[Field]:
    """A position: version 2.3, and degrees, minutes and ten-thousandths of a second."""
    yield Field("GPSVersionID", "GPS", tags.GPS_VERSION, BYTE, b"\2\3\0\0", "2.3.0.0", only_if_absent=True)
    axes = (
        ("GPSLatitude", tags.GPS_LATITUDE_REF, tags.GPS_LATITUDE, gps.latitude, "NS"),
        ("GPSLongitude", tags.GPS_LONGITUDE_REF, tags.GPS_LONGITUDE, gps.longitude, "EW"),
    )
    for name, reference_tag, tag, degrees, letters in axes:
        yield _text(f"{name}Ref", reference_tag, letters[degrees < 0], "GPS")
        units = round(abs(degrees) * 36_000_000)
        parts = (units // 36_000_000, 1, units // 600_000 % 60, 1, units % 600_000, 10_000)
        yield Field(name, "GPS", tag, RATIONAL, parts, f"{degrees:.6f}")


def _text(name: str, tag: int, text: str, directory: DirectoryName = "Exif", *, only_if_absent: bool = False) -> Field:
    return Field(name, directory, tag, ASCII, text.encode() + b"\0", text, only_if_absent)
