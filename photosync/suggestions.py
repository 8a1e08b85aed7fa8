"""What a person may have meant by a name that does not exist."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(text: str, known: Iterable[str]) -> str:
    """`. Did you mean 'cookies'?`; empty where nothing is like `text`."""
    from difflib import get_close_matches  # noqa: PLC0415 - only messages need it

    by_lower = {each.lower(): each for each in known}
    close = get_close_matches(text.lower(), by_lower, n=1)
    return f". Did you mean '{by_lower[close[0]]}'?" if close else ""
