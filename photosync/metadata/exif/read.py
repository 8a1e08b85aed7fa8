"""Reads time, position and author from an Exif block.

Tags and their meaning: CIPA DC-008-2023 (Exif 3.0), 4.6.4 to 4.6.6.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from photosync.formats.tiff import RATIONAL, Block, DirectoryName
from photosync.metadata.capture_time.dates import read_offset, shifted
from photosync.metadata.capture_time.read_date import Unreadable, WrittenDate, is_absent, read_date
from photosync.metadata.capture_time.sources import TimeSource
from photosync.metadata.exif import content_identifier
from photosync.metadata.exif.texts import texts_in, written
from photosync.metadata.facts import Facts
from photosync.model import CaptureTime, TimeMeaning

SOFTWARE, MODIFY_DATE = 0x0131, 0x0132
EXIF_POINTER, GPS_POINTER = 0x8769, 0x8825
DATE_TIME_ORIGINAL, CREATE_DATE, MAKER_NOTE = 0x9003, 0x9004, 0x927C
OFFSET_TIME, OFFSET_TIME_ORIGINAL, OFFSET_TIME_DIGITIZED = 0x9010, 0x9011, 0x9012
SUB_SEC_ORIGINAL, SUB_SEC_DIGITIZED = 0x9291, 0x9292
GPS_VERSION, GPS_LATITUDE_REF, GPS_LATITUDE, GPS_LONGITUDE_REF, GPS_LONGITUDE = 0, 1, 2, 3, 4
GPS_ALTITUDE_REF, GPS_TIME, GPS_DATE = 5, 7, 0x1D


def read_exif(block: Block) -> Facts:
    """The usable facts of a block."""
    tags = (OFFSET_TIME_ORIGINAL, OFFSET_TIME_DIGITIZED, OFFSET_TIME)
    known = dict(texts_in(block))
    texts = [written(block, "Exif", tag) or "" for tag in tags]
    offsets = [read_offset(text) for text in texts]
    original, created, offset = offsets
    modified = _date(block, MODIFY_DATE, None, offset)
    dates = {
        TimeSource.EXIF_ORIGINAL: _or_offset(
            _date(block, DATE_TIME_ORIGINAL, SUB_SEC_ORIGINAL, original), offset, modified
        ),
        TimeSource.EXIF_CREATED: _or_offset(_date(block, CREATE_DATE, SUB_SEC_DIGITIZED, created), offset, modified),
        TimeSource.EXIF_MODIFIED: modified,
        TimeSource.GPS: _gps_time(block),
    }
    return Facts.of_dates(dates) | Facts(
        exif_offsets={
            tag: known
            for tag, known, text in zip(tags, offsets, texts, strict=True)
            if known is not None or not is_absent(text)  # one that cannot be read is not overwritten either
        },
        has_position=_is_coordinate(block, GPS_LATITUDE) and _is_coordinate(block, GPS_LONGITUDE),
        has_artist="Artist" in known,
        has_copyright="Copyright" in known,
        exif_texts=known,
        has_software=block.text("0th", SOFTWARE) is not None,
        content_identifier=content_identifier.of_maker_note(block, block.entry("Exif", MAKER_NOTE)),
    )


def _is_coordinate(block: Block, tag: int) -> bool:
    """Whether there is a position, or something of another type that cannot be read."""
    entry = block.entry("GPS", tag)
    if entry is not None and entry.type != RATIONAL:
        return bool((written(block, "GPS", tag) or "").strip("\0 "))
    return bool(_fractions(block, tag))


def _read(block: Block, name: DirectoryName, tag: int) -> WrittenDate:
    """A date. What is left of one at the end of a damaged block is not readable, if the day may be incomplete."""
    entry = block.entry(name, tag)
    if entry is None:
        return None
    text = written(block, name, tag) or ""
    date = read_date(text)
    is_cut = entry.value_position + (entry.length or 0) > block.window.size
    return Unreadable(text) if is_cut and date is not None and len(text) <= len("2023:04:05") else date


def _date(block: Block, tag: int, fraction_tag: int | None, *offsets: timedelta | None) -> WrittenDate:
    """A date with its fraction of a second, and the offset in its own text or else the first of `offsets`.

    Some cameras (Casio QV-R51) keep the dates of the Exif directory in the first one.
    """
    names: tuple[DirectoryName, ...] = ("0th", "Exif") if tag == MODIFY_DATE else ("Exif", "0th")
    dates = [_read(block, name, tag) for name in names]
    found = next((date for date in dates if isinstance(date, CaptureTime)), None)
    if found is None:
        return next((date for date in dates if date is not None), None)
    if found.meaning.is_partial:
        return found
    offset = next((each for each in (found.offset, *offsets) if each is not None), None)
    digits = (block.text("Exif", fraction_tag) if fraction_tag is not None else None) or ""
    if digits.isascii() and digits.isdigit():
        found = replace(found, reading=found.reading.replace(microsecond=int(digits.ljust(6, "0")[:6])))
    return found if offset == found.offset else replace(found, offset=offset)


def _or_offset(date: WrittenDate, offset: timedelta | None, modified: WrittenDate) -> WrittenDate:
    """With OffsetTime, unless it is that of another ModifyDate: an edit may be from another time zone."""
    if not isinstance(date, CaptureTime) or date.meaning.is_partial or date.offset is not None or offset is None:
        return date
    is_same = isinstance(modified, CaptureTime) and abs(modified.reading - date.reading) < timedelta(seconds=1)
    return replace(date, offset=offset) if modified is None or is_same else date


def _fractions(block: Block, tag: int) -> tuple[tuple[int, int], ...]:
    """A position or time; none with zero denominators, which phones without a GPS fix write."""
    entry = block.entry("GPS", tag)
    found = block.rationals(entry) if entry else ()
    return found if found and all(denominator for _, denominator in found) else ()


def _gps_time(block: Block) -> WrittenDate:
    """Date and time in UTC; a day alone is not used, since it may be another day where the picture was taken."""
    day = read_date(written(block, "GPS", GPS_DATE) or "")
    if not isinstance(day, CaptureTime):
        return day
    parts = _fractions(block, GPS_TIME)
    if day.meaning in (TimeMeaning.MONTH, TimeMeaning.YEAR) or len(parts) != 3:
        return None
    seconds = sum(top * unit / bottom for (top, bottom), unit in zip(parts, (3600, 60, 1), strict=True))
    if not 0 <= seconds < 86401:
        return None
    midnight = day.reading.replace(hour=0, minute=0, second=0, microsecond=0)
    instant = shifted(midnight, timedelta(milliseconds=round(seconds * 1e3)))
    return CaptureTime(instant, TimeMeaning.INSTANT) if instant else None
