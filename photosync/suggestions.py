"""What a person may have meant by a name that does not exist."""

from __future__ import annotations

from collections.abc import Iterable

_ALIKE = 0.7
"""From 0 to 1: with less, almost any name is like a short one."""


def did_you_mean(text: str, known: Iterable[str]) -> str:
    """`. Did you mean 'cookies'?`; empty where nothing is like `text`."""
    from difflib import get_close_matches  # noqa: PLC0415 - only messages need it

    by_lower = {each.lower(): each for each in known}
    close = get_close_matches(text.lower(), by_lower, n=1, cutoff=_ALIKE)
    return f". Did you mean '{by_lower[close[0]]}'?" if close else ""
