"""Reads the text of a date, in the ways that cameras, programs and people write it.

A text is absent (blanks, zeros), readable (whole, or only a day, a month or a year), or unreadable. Only what is absent
may be filled: a text that no rule reads is somebody's date all the same. Two-digit years, and numbers whose order is
not certain, are not guessed.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

from photosync.metadata.capture_time.dates import read_offset, shifted
from photosync.model import CaptureTime, TimeMeaning

_MAX_LENGTH = 100
"""No date is longer; the rest of a longer text is not looked at."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
_NAME = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_YEAR = r"(?P<year>\d{4})(?!\d)"
_MONTH = r"(?P<month>\d{1,2})(?!\d)"
_DAY = r"(?P<day>\d{1,2})(?![\d?])"
_NTH = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\b"
_MARK = r"\s?[-:/.]\s?"
_GAP = r"(?:[-:/.,]|\s){1,3}"
_CLOCK = (
    r"(?:(?P<am>[ap])\.?m\.?\s*)?(?P<hour>\d{1,2})[-:.h]\s?(?P<minute>\d{1,2})(?!\d)"
    r"(?:[-:.m]\s?(?P<second>\d{1,2})(?!\d)(?:[.,](?P<fraction>\d{1,9}))?)?(?:\s*(?P<pm>[ap])\.?m\b\.?)?"
)
_ZONE = r"\s*(?:(?:utc|gmt)?(?P<offset>[-+]\d{1,2}(?:[:']?\d{2})?(?!\d))|(?P<utc>z|utc|gmt)\b)?"


def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.ASCII | re.IGNORECASE) for pattern in patterns)


_DAYS = _compiled(
    r"(?:d:)?(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?P<compact>)(?=\D|\Z|\d{4}(?:\d{2})?(?!\d))",
    rf"{_YEAR}{_MARK}{_MONTH}{_MARK}{_DAY}",
    rf"{_YEAR}{_MARK}{_MONTH}{_MARK}(?P<day>\d{{2}})(?=\d{{2}}:\d{{2}})",
    rf"{_YEAR}\s{_MONTH}\s{_DAY}(?![:.])",
    rf"(?P<one>\d{{1,2}})(?:{_MARK}|\s)(?P<two>\d{{1,2}})(?:{_MARK}|\s){_YEAR}",
    rf"{_WEEKDAY}{_NAME},?\s{{0,2}}{_NTH},?\s+{_YEAR}",
    rf"{_WEEKDAY}{_NAME}\s{{1,2}}{_DAY}\s+(?P<time>{_CLOCK})\s+(?:(?P<zone>[a-z]{{3,4}})\s+)?{_YEAR}",
    rf"{_WEEKDAY}{_NTH}(?:\sof)?{_GAP}{_NAME}{_GAP}{_YEAR}",
    rf"{_YEAR}{_GAP}{_NAME}{_GAP}{_DAY}",
)
"""Dates with a day. A time may follow; anything else behind them is ignored."""
_MONTHS_AND_YEARS = _compiled(
    *(
        rf"{pattern}[\s:/.\-]*(?:[t\s]*{_CLOCK}{_ZONE}\s*)?\Z"
        for pattern in (
            rf"{_YEAR}{_MARK}{_MONTH}",
            rf"{_YEAR}\s{_MONTH}(?![:.])",
            rf"{_MONTH}{_MARK}{_YEAR}",
            rf"{_NAME},?{_GAP}{_YEAR}",
            rf"{_YEAR}{_GAP}{_NAME}",
            _YEAR,
        )
    )
)
"""Dates without a day. Nothing but blanks and a time may follow, else the year may be part of something else."""
_TIMES = _compiled(rf"(?:[t\s_,;]+(?:at\s)?|\s*-\s*|:)?{_CLOCK}{_ZONE}")
_COMPACT_TIMES = _compiled(
    rf"[t\s_-]*(?P<hour>\d{{2}})(?P<minute>\d{{2}})(?:(?P<second>\d{{2}})(?:[.,](?P<fraction>\d{{1,9}}))?)?(?!\d){_ZONE}"
)
_RFC_5322 = re.compile(
    r"(?:[a-z]{3},\s*)?\d{1,2}\s+[a-z]{3}\s+\d{2,4}\s+\d{1,2}:\d{2}(?::\d{2})?\s+(?:[-+]\d{4}|(?![ap]m)[a-z]{1,4})",
    re.ASCII | re.IGNORECASE,
)
"""With a zone: then even a year of two digits is certain (4.3)."""
_ABSENT = re.compile(
    r"[\s:/.,_\-0]*|(?:0[\s:/.,_\-]*){8,}(?:T[\s:/.,_\-0]*)?(?:Z|[-+]\d{2}:?\d{2})?",
    re.ASCII,
)
"""Blanks, zeros and separators. The letters and the offset of ISO 8601 only behind a day of zeros."""

_EAST_ASIAN = str.maketrans("年月日時时分", "-- :::")
"""The marks of year, month, day, hour and minute."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The text of a date that is there, but that no rule reads."""

    text: str
    """Its beginning, without control characters."""

    def __post_init__(self) -> None:
        shown = "".join(letter if letter.isprintable() else "?" for letter in self.text[:_MAX_LENGTH])
        object.__setattr__(self, "text", shown)


WrittenDate = CaptureTime | Unreadable | None
"""None: absent."""


def read_date(text: str) -> WrittenDate:
    """The date in `text`.

    >>> read_date("2023-04-05T12:34").reading.isoformat()
    '2023-04-05T12:34:00'
    >>> read_date("1978:09:00 00:00:00").meaning
    <TimeMeaning.MONTH: 'month'>
    >>> read_date("0000:00:00 00:00:00")
    >>> read_date("one summer")
    Unreadable(text='one summer')
    """
    plain = _plain(text)
    if _ABSENT.fullmatch(plain):
        return None
    return _read_plain(plain[:_MAX_LENGTH])


@lru_cache(maxsize=256)
def _read_plain(text: str) -> CaptureTime | Unreadable:
    """The same date is in most files several times, and is read again for the proof."""
    return _rfc_date(text) or _day(text) or _month_or_year(text) or Unreadable(text)


def is_absent(text: str) -> bool:
    """Whether a text is blank, or has only the zeros and separators of a date that was never set."""
    return _ABSENT.fullmatch(_plain(text)) is not None


def _plain(text: str) -> str:
    """With the digits, spaces and separators of ASCII."""
    if text.isascii():
        return text.replace("\0", " ").strip()
    folded = unicodedata.normalize("NFKC", text.replace("\0", " ")).translate(_EAST_ASIAN)
    return "".join(
        "-" if unicodedata.category(letter) == "Pd" else str(unicodedata.decimal(letter, letter)) for letter in folded
    ).strip()


def _rfc_date(text: str) -> CaptureTime | None:
    """A date as in e-mail (RFC 5322), which the PNG specification recommends for `Creation Time`."""
    if not _RFC_5322.fullmatch(text):
        return None
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return CaptureTime(found.replace(tzinfo=None), TimeMeaning.LOCAL, found.utcoffset())


def _day(text: str) -> CaptureTime | None:
    found = next((match for pattern in _DAYS if (match := pattern.match(text))), None)
    if found is None:
        return None
    parts = found.groupdict()
    date = _date(int(parts["year"]), *_month_and_day(parts))
    if date is None or date.meaning is not TimeMeaning.DAY:
        return date
    if parts.get("time"):
        clock: dict[str, str | None] | None = parts | {"utc": parts["zone"]}
    else:
        patterns = (*_COMPACT_TIMES, *_TIMES) if parts.get("compact") is not None else _TIMES
        clock = next((match.groupdict() for each in patterns if (match := each.match(text, found.end()))), None)
    since_midnight = _since_midnight(clock) if clock else None
    reading = shifted(date.reading, since_midnight) if since_midnight is not None else None
    return CaptureTime(reading, TimeMeaning.LOCAL, _offset(clock)) if reading and clock else date


def _month_or_year(text: str) -> CaptureTime | None:
    found = next((match for pattern in _MONTHS_AND_YEARS if (match := pattern.match(text))), None)
    if found is None:
        return None
    parts = found.groupdict()
    return _date(int(parts["year"]), _month_and_day(parts)[0], 0)


def _month_and_day(parts: dict[str, str | None]) -> tuple[int, int]:
    """0 for what is not known, as in `03/04/2005`, which is in March or in April."""
    if name := parts.get("name"):
        month = 1 + _MONTHS.index(name[:3].lower())
    elif one := parts.get("one"):
        numbers = sorted((int(one), int(parts["two"] or 0)))
        is_certain = numbers[0] <= 12 and (numbers[1] > 12 or numbers[0] == numbers[1])
        return (numbers[0], numbers[1]) if is_certain else (0, 0)
    else:
        month = int(parts.get("month") or 0)
    return month, int(parts.get("day") or 0)


def _date(year: int, month: int, day: int) -> CaptureTime | None:
    """The first moment of the day, month or year, as far as the numbers are possible."""
    for numbers, meaning in (
        ((year, month, day), TimeMeaning.DAY),
        ((year, month, 1), TimeMeaning.MONTH),
        ((year, 1, 1), TimeMeaning.YEAR),
    ):
        with suppress(ValueError):
            return CaptureTime(datetime(*numbers, tzinfo=UTC).replace(tzinfo=None), meaning)
    return None


def _since_midnight(clock: dict[str, str | None]) -> timedelta | None:
    """None for an impossible time. Hour 24 is the end of the day (ISO 8601); a leap second belongs to its minute."""
    hour, minute, second = (int(clock.get(name) or 0) for name in ("hour", "minute", "second"))
    half = (clock.get("am") or clock.get("pm") or "").lower()
    microsecond = int((clock.get("fraction") or "0").ljust(6, "0")[:6])
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    is_end_of_day = (hour, minute, second, microsecond, half) == (24, 0, 0, 0, "")
    if (hour > 23 and not is_end_of_day) or minute > 59 or second > 60 or (half == "a" and hour > 12):
        return None
    return timedelta(hours=hour, minutes=minute, seconds=min(second, 59), microseconds=microsecond)


def _offset(clock: dict[str, str | None]) -> timedelta | None:
    if (clock.get("utc") or "").lower() in ("z", "utc", "gmt"):
        return timedelta()
    return read_offset((clock.get("offset") or "").replace("'", ""))
