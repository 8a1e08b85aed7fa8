"""Sizes, rates and durations as people write them, and back."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

_PREFIXES = ("", "k", "m", "g", "t")
_DURATIONS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LARGEST_SIZE = 2**62
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)
_AGO = re.compile(r"(\d+)([dwmy])", re.ASCII)
_AGO_DAYS = {"d": 1, "w": 7}
_AGO_MONTHS = {"m": 1, "y": 12}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?\s*[smhdw]\s*)+", re.IGNORECASE)


def size(value: object) -> int:
    """Bytes from `500`, `10M`, `1.5GB` (powers of 1000) or `2GiB` (of 1024). Raises `ValueError`."""
    match = _SIZE.fullmatch(str(value).strip())
    if match is None:
        raise ValueError(f"expected a size such as 500M or 2GiB, not '{value}'")
    size_bytes = float(match[1]) * (1024 if match[3] else 1000) ** _PREFIXES.index(match[2].lower())
    if size_bytes > _LARGEST_SIZE:
        raise ValueError(f"'{value}' is more than any disk holds")
    return int(size_bytes)


def positive_size(value: object) -> int:
    """The same, above 0. Raises `ValueError`."""
    size_bytes = size(value)
    if size_bytes == 0:
        raise ValueError("expected a size above 0, such as 500M")
    return size_bytes


def rate(value: object) -> int:
    """Bytes per second from `5M` or `5MB/s`. Raises `ValueError`."""
    bytes_a_second = size(str(value).strip().removesuffix("/s"))
    if bytes_a_second == 0:
        raise ValueError("expected a rate above 0, such as 5M")
    return bytes_a_second


def duration(value: object) -> timedelta:
    """A time span from `90` (seconds), `30s`, `1h30m` or `2d`. Raises `ValueError`."""
    text = str(value).strip().lower()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        text += "s"
    if not _DURATION.fullmatch(text):
        raise ValueError(f"expected a duration such as 30s, 1h30m or 2d, not '{value}'")
    parts = re.findall(r"(\d+(?:\.\d+)?)\s*([smhdw])", text)
    try:
        return sum((timedelta(**{_DURATIONS[unit]: float(number)}) for number, unit in parts), timedelta())
    except OverflowError as error:
        raise ValueError(f"'{value}' is too long") from error


def positive_duration(value: object) -> timedelta:
    """The same, above 0. Raises `ValueError`."""
    span = duration(value)
    if not span:
        raise ValueError("expected a time above 0, such as 2h30m")
    return span


def day_before(text: str, today: date) -> date:
    """The day so long before `today`, by the calendar: `30d`, `6w`, `18m` (months) or `5y`. Raises `ValueError`."""
    if (found := _AGO.fullmatch(text.strip().lower())) is None:
        raise ValueError(f"expected a time such as 5y, 18m or 60d, not '{text}'")
    try:
        number, unit = int(found[1]), found[2]
        if unit in _AGO_DAYS:
            return today - timedelta(days=number * _AGO_DAYS[unit])
        year, month = divmod(today.year * 12 + today.month - 1 - number * _AGO_MONTHS[unit], 12)
        return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError) as error:  # the latter also for thousands of digits
        raise ValueError(f"'{text}' is before all calendars") from error


def format_size(size_bytes: float) -> str:
    """`2.3 MB`; powers of 1000, as disks are sold."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size_bytes < 1000:
            return f"{size_bytes:.0f} bytes" if unit == "bytes" else f"{size_bytes:.1f} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:.1f} TB"


def format_duration(seconds: float) -> str:
    """`41 s`, `12 min`, `3 h 20 min`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
