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
from photosync.metadata.capture_time.dates import read_date
from photosync.metadata.capture_time.sources import TimeSource
from photosync.metadata.facts import Facts
from photosync.model import CaptureTime

IPTC_RESOURCE = 0x0404
_UNKNOWN_OFFSETS = (None, "+0000", "-0000")
"""The model requires an offset; programs without a known offset write this."""
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
    return Facts()


def read_iptc(content: bytes) -> Facts:
    """The facts in a stream of datasets."""
    found: dict[int, str] = {}
    for dataset, value in _datasets(content):
        found.setdefault(dataset, value.decode("utf-8", "replace").strip("\0 "))
    return Facts(
        {TimeSource.IPTC: _created(found.get(_DATE, ""), found.get(_TIME, ""))},
        has_artist=bool(found.get(_BY_LINE)),
        has_copyright=bool(found.get(_COPYRIGHT_NOTICE)),
    )


def _datasets(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while content[at : at + 1] == b"\x1c" and at + 5 <= len(content):
        record, dataset = content[at + 1], content[at + 2]
        size = int.from_bytes(content[at + 3 : at + 5])
        if size & 0x8000:
            return
        if record == 2:
            yield dataset, content[at + 5 : at + 5 + size]
        at += 5 + size


def _created(day: str, time: str) -> CaptureTime | None:
    if not re.fullmatch(r"\d{8}", day, re.ASCII):
        return None
    text = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    if clock := re.match(r"(\d{2})(\d{2})(\d{2})([+-]\d{4})?", time, re.ASCII):
        *parts, offset = clock.groups()
        text += "T" + ":".join(parts) + ("" if offset in _UNKNOWN_OFFSETS else offset)
    return read_date(text)
