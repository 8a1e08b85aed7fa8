"""The user's own filter: checked before it is sent, and made fit to be joined with other clauses."""

from __future__ import annotations

import re

from photosync.errors import UsageError

_TOKEN = re.compile(r'"[^"]*"|[()]|\bOR\b|\S', re.IGNORECASE)


def checked_query(query: str) -> str:
    """`query` as one clause. Raises `UsageError` for a filter that cannot be read.

    A query with an OR outside of brackets is put in brackets, because AND binds closer than OR:
    `type:(PHOTOS) AND a:(x) OR b:(y)` would also match videos with `b:(y)`.
    """
    depth, has_or, tokens = 0, False, _TOKEN.findall(query)
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token, 0)
        has_or = has_or or (depth == 0 and token.upper() == "OR")
        if depth < 0:
            break
    if depth != 0 or '"' in tokens or not tokens:
        raise UsageError(
            f"--query {query}: brackets and quotation marks must come in pairs, as in type:(PHOTOS) AND things:(beach)"
        )
    return f"({query})" if has_or else query
