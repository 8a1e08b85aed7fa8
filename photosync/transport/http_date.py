"""Dates in the headers of answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def http_date(value: str) -> datetime | None:
    """The aware time that `value` gives (RFC 9110, 5.6.7); None for anything else."""
    try:
        moment = parsedate_to_datetime(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def service_time(headers: Mapping[str, str]) -> datetime | None:
    """The service's time at the answer. A cache keeps the `Date` of the answer that it stored (RFC 9111, 5.1)."""
    return None if "Age" in headers else http_date(headers.get("Date", ""))
