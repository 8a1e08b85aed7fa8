"""What the Library API says of items that it was to make, made into values: once, here.

Facts: protocol notes on Google Photos, section 5.3.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from photosync.model import Item
from photosync_google.media import library_item

# The codes of google.rpc.Code that have been seen or reported for an item.
DONE = 0
INVALID = 3
KNOWN_ALREADY = 6
EXHAUSTED = 8
INTERNAL = 13

_SHOWN_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one upload token."""

    code: int
    message: str
    """Google's words."""
    item: Item | None

    @property
    def is_about_content(self) -> bool:
        """Whether a refusal is about the picture itself, as far as Google's words tell."""
        return "BAD_IMAGE" in self.message


def results_of(body: bytes) -> Mapping[str, Result]:
    """The results by upload token; empty where the answer is none. HTTP 200 says nothing about any of them."""
    try:
        content: object = json.loads(body)
    except ValueError:
        return {}
    results = content.get("newMediaItemResults") if isinstance(content, Mapping) else None
    found = {}
    for each in results if isinstance(results, list) else ():
        token = each.get("uploadToken") if isinstance(each, Mapping) else None
        if isinstance(token, str):
            found[token.strip()] = _result(each, token)
    return found


def _result(content: Mapping[str, object], token: str) -> Result:
    status = content.get("status")
    status = status if isinstance(status, Mapping) else {}
    code = status.get("code", DONE)
    message = str(status.get("message", "")).replace(token, "***")  # a token is nobody's business
    media = content.get("mediaItem")
    return Result(
        code if isinstance(code, int) else INTERNAL,
        " ".join(message.split())[:_SHOWN_CHARACTERS],
        library_item(media) if isinstance(media, Mapping) else None,
    )
