"""IPTC-IIM in Photoshop's image resources: the date and time of creation, by-line and copyright notice.

IPTC Information Interchange Model 4.1, record 2: 2:55 is the date (CCYYMMDD), 2:60 the time (HHMMSS±HHMM), 2:80 the
by-line, 2:116 the copyright notice. Adobe Photoshop File Formats: resources are `8BIM`, id, a padded Pascal string,
size, padded data; IPTC is resource 0x0404.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

from photosync.formats.window import MalformedError, Window
from photosync.metadata.capture_time.read_date import WrittenDate, is_absent, read_date
from photosync.metadata.capture_time.sources import TimeSource
from photosync.metadata.facts import Facts
from photosync.model import CaptureTime, TimeMeaning

IPTC_RESOURCE = 0x0404
_UNKNOWN_OFFSETS = ("+0000", "-0000", "+00:00", "-00:00")
"""The model requires an offset; programs without a known offset write this."""
_DATE_MARK = b"\x1c\x02\x37"
"""The beginning of a date; one in broken data is not read, and not contradicted."""
_DATE, _TIME, _BY_LINE, _COPYRIGHT_NOTICE = 55, 60, 80, 116


def image_resources(window: Window) -> Iterator[tuple[int, Window]]:
    """The ids and contents of a chain of image resources. Raises `MalformedError`."""
    position = 0
    while window.read(position, 4) == b"8BIM":
        head = window.exactly(position, 7)
        data = position + 6 + (1 + head[6] + 1) // 2 * 2 + 4
        length = int.from_bytes(window.exactly(data - 4, 4))
        yield int.from_bytes(head[4:6]), window.part(data, length)
        position = data + length + length % 2


def read_photoshop(content: bytes) -> Facts:
    """The facts in a chain of image resources; none without valid IPTC."""
    with suppress(MalformedError):
        for resource, part in image_resources(Window.over(content)):
            if resource == IPTC_RESOURCE:
                return read_iptc(part.read(0, part.size))
    return Facts(can_tell=_DATE_MARK not in content)


def read_iptc(content: bytes) -> Facts:
    """The facts in a stream of datasets."""
    found: dict[int, str] = {}
    for dataset, value in _datasets(content):
        found.setdefault(dataset, value.decode("utf-8", "replace").strip("\0 "))
    return Facts.of_dates({TimeSource.IPTC: _created(found.get(_DATE, ""), found.get(_TIME, ""))}) | Facts(
        can_tell=_DATE in found or _DATE_MARK not in content,
        has_artist=bool(found.get(_BY_LINE)),
        has_copyright=bool(found.get(_COPYRIGHT_NOTICE)),
    )


def _datasets(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while content[at : at + 1] == b"\x1c" and at + 5 <= len(content):
        record, dataset = content[at + 1], content[at + 2]
        size = int.from_bytes(content[at + 3 : at + 5])
        if size & 0x8000 or at + 5 + size > len(content):
            return
        if record == 2:
            yield dataset, content[at + 5 : at + 5 + size]
        at += 5 + size


def _created(day: str, time: str) -> WrittenDate:
    """Month and day may be 00, if they are not known (2:55 in the model)."""
    date = read_date(day)
    if not isinstance(date, CaptureTime) or date.meaning is not TimeMeaning.DAY or is_absent(time):
        return date
    text = re.sub(r"(\d{2}):?(\d{2}):?(\d{2})?", r"\1:\2:\3", time, count=1).rstrip(":")
    for offset in _UNKNOWN_OFFSETS:
        text = text.removesuffix(offset)
    whole = read_date(f"{date.reading:%Y-%m-%d}T{text}")
    return whole if isinstance(whole, CaptureTime) else date
