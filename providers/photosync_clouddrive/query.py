"""The user's own filter, in the service's language.

Facts: protocol notes on Amazon Cloud Drive, section 3.3.
"""

from __future__ import annotations

import re

from photosync.errors import UsageError
from photosync.provider_kit.amazon_drive.filters import NODE_FIELDS, NODE_RANGES, check_lists_items, read_filter

_OR = re.compile(r"(?<=\s)OR(?=\s)")


def checked_query(text: str) -> str:
    """The filter as it is sent. Raises `UsageError` for one that the service cannot have."""
    filter_ = read_filter(text)
    if filter_.has_open_or or _OR.search(text):
        raise UsageError(f"--query {text}: the filters of Amazon Cloud Drive have no OR. Ask once for each part.")
    filter_.check(NODE_FIELDS, NODE_RANGES)
    check_lists_items(filter_)
    return text.strip()
