"""Parses the Picker API's sessions and picked items.

Facts: protocol notes on Google Photos, sections 2.1, 3 and 4.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC

from photosync.errors import ProviderError
from photosync.model import GPS_STRIPPED, REENCODED, CaptureTime, Item, Kind, TimeMeaning
from photosync.provider import PickingSession
from photosync.provider_kit.json_fields import (
    Json,
    date_time,
    dimension,
    identifier,
    page_token,
    part,
    parts,
    text,
    unusable,
)
from photosync.transport.hosts import target

PROCESSING, FAILED = "PROCESSING", "FAILED"

_DURATION = re.compile(r"(\d+(?:\.\d{1,9})?)s")
_POLL_EVERY_S = 5.0
_SHORTEST_POLL_S = 0.1
_LONGEST_POLL_S = 60.0
_CLOSES_IN_S = 1800.0


@dataclass(frozen=True, slots=True)
class PickedItem:
    """A picked item, and the address of its content for the next hour."""

    item: Item
    base_url: str = field(repr=False)
    """Empty if the service gave none."""
    mime: str
    status: str
    """The state of a video: `READY`, `PROCESSING` or `FAILED`; empty if unknown."""

    @property
    def url(self) -> str:
        """The address of the content. Without the `v`, a video's would be that of a still picture (section 4.1)."""
        return f"{self.base_url}={'dv' if self.is_video else 'd'}"

    @property
    def is_video(self) -> bool:
        """Whether it must be downloaded as a video."""
        return self.item.kind is Kind.VIDEO


@dataclass(frozen=True, slots=True)
class PickedPage:
    """The result of one request of a session's listing."""

    picked: tuple[PickedItem, ...]
    next_token: str | None
    unusable: int
    """The number of entries without a usable id."""


def session_of(answer: object) -> PickingSession:
    """Parse a session. Raises `ProviderError` for any other answer."""
    if not isinstance(answer, Mapping):
        raise ProviderError("Google Photos answered with something else than a picking session.")
    id_, link = text(answer, "id"), text(answer, "pickerUri")
    is_done = answer.get("mediaItemsSet") is True
    if id_ is None or (link is None and not is_done):
        raise ProviderError("Google Photos answered with a picking session that has no id or no address.")
    if link is not None:
        target(link)  # a browser is sent only to https addresses
    polling = part(answer, "pollingConfig")
    poll_every_s = _seconds(polling, "pollInterval", _POLL_EVERY_S)
    return PickingSession(
        id=id_,
        link=link or "",
        # With this ending the browser's tab closes itself; on a phone no page would be left (2.1).
        browser_link=f"{(link or '').rstrip('/')}/autoclose",
        is_done=is_done,
        poll_every_s=min(max(poll_every_s, _SHORTEST_POLL_S), _LONGEST_POLL_S),
        closes_in_s=_seconds(polling, "timeoutIn", _CLOSES_IN_S),
    )


def page_of(answer: object) -> PickedPage:
    """Parse a page of a listing. Raises `ProviderError` for any other answer; an empty object is an empty page."""
    if not isinstance(answer, Mapping) or set(answer) - {"mediaItems", "nextPageToken"}:
        raise ProviderError("Google Photos answered a listing with something else; its protocol may have changed.")
    if not isinstance(answer.get("mediaItems", []), list):
        raise ProviderError("Google Photos answered a listing without a list of items.")
    picked = tuple(filter(None, map(_picked_item, parts(answer, "mediaItems"))))
    return PickedPage(picked, page_token(answer, "nextPageToken"), unusable(answer, "mediaItems"))


def capture_time(content: Json, name: str) -> CaptureTime | None:
    """Parse Google's form of an instant, in UTC."""
    taken = date_time(content, name)
    return CaptureTime(taken.astimezone(UTC).replace(tzinfo=None), TimeMeaning.INSTANT) if taken else None


def _picked_item(content: Json) -> PickedItem | None:
    file = part(content, "mediaFile")
    id_, base_url = identifier(content), text(file, "baseUrl")
    if id_ is None:
        return None
    metadata = part(file, "mediaFileMetadata")
    mime = (text(file, "mimeType") or "").lower()
    is_video = content.get("type") == "VIDEO" or (content.get("type") != "PHOTO" and mime.startswith("video/"))
    item = Item(
        id=id_,
        name=text(file, "filename") or id_,
        kind=Kind.VIDEO if is_video else Kind.PHOTO,
        taken=capture_time(content, "createTime"),
        width=dimension(metadata, "width"),
        height=dimension(metadata, "height"),
        link=base_url,
        # The service documents both changes (section 4.4): the download is not the camera's file.
        notes=(REENCODED,) if is_video else (GPS_STRIPPED,),
    )
    return PickedItem(item, base_url or "", mime, text(part(metadata, "videoMetadata"), "processingStatus") or "")


def _seconds(content: Json, name: str, default: float) -> float:
    """Parse Google's form of a duration: `3.5s`."""
    match = _DURATION.fullmatch(text(content, name) or "")
    seconds = float(match[1]) if match else default
    return seconds if math.isfinite(seconds) else default
