"""Parses the Library API's results of creating items.

Facts: protocol notes on Google Photos, section 5.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from photosync.model import Item, Kind
from photosync.provider_kit.json_fields import Json, identifier, json_object, number, part, parts, text
from photosync_google.picker.items import capture_time

# The codes of google.rpc.Code that have been seen or reported for an item.
DONE = 0
INVALID = 3
ALREADY_EXISTS = 6
EXHAUSTED = 8
INTERNAL = 13

_SHOWN_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class CreateResult:
    """The result of one upload token."""

    code: int
    message: str
    """Google's message."""
    item: Item | None

    @property
    def is_about_content(self) -> bool:
        """Whether a refusal is about the picture itself, as far as Google's message shows."""
        return "BAD_IMAGE" in self.message


def results_of(body: bytes) -> Mapping[str, CreateResult]:
    """The results by upload token; empty if the answer has none. HTTP 200 does not mean that any succeeded."""
    results = parts(json_object(body), "newMediaItemResults")
    return {token.strip(): _result(each, token) for each in results if (token := text(each, "uploadToken"))}


def _result(content: Json, token: str) -> CreateResult:
    status = part(content, "status")
    code = status.get("code", DONE)
    message = str(status.get("message", "")).replace(token, "***")  # a token is a secret
    return CreateResult(
        code if isinstance(code, int) else INTERNAL,
        " ".join(message.split())[:_SHOWN_CHARACTERS],
        _item(part(content, "mediaItem")),
    )


def _item(content: Json) -> Item | None:
    """Parse an item of the Library API, whose form differs from the picker's; None without an id."""
    id_ = identifier(content)
    if id_ is None:
        return None
    metadata = part(content, "mediaMetadata")
    is_video = (text(content, "mimeType") or "").lower().startswith("video/") or "video" in metadata
    return Item(
        id=id_,
        name=text(content, "filename") or "",
        kind=Kind.VIDEO if is_video else Kind.PHOTO,
        taken=capture_time(metadata, "creationTime"),
        width=number(metadata, "width", least=1),
        height=number(metadata, "height", least=1),
    )
