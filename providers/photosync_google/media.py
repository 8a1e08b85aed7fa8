"""What Google says of sessions and items, made into values: once, here, and with every field allowed to be missing.

Facts: protocol notes on Google Photos, sections 2.1, 3 and 5.3.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from photosync.errors import ProviderError
from photosync.model import CaptureTime, Item, Kind, TimeMeaning
from photosync.transport.hosts import target

Json = Mapping[str, object]

PROCESSING, FAILED = "PROCESSING", "FAILED"
GPS_STRIPPED, REENCODED = "gps_stripped", "reencoded"

_DURATION = re.compile(r"(\d+(?:\.\d{1,9})?)s")
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)")
_ID = re.compile(r"[A-Za-z0-9_-]{1,512}")
_POLL_EVERY_S = 5.0
_SHORTEST_POLL_S = 0.1
_LONGEST_POLL_S = 60.0
_CLOSES_IN_S = 1800.0


@dataclass(frozen=True, slots=True)
class Session:
    """A picking session as the service describes it now."""

    id: str
    link: str
    """Where a person picks. Dead once that person said 'Done'."""
    is_done: bool
    poll_every_s: float
    closes_in_s: float
    expires: datetime | None


@dataclass(frozen=True, slots=True)
class Media:
    """A picked item, and where its bytes are for the next hour."""

    item: Item
    base_url: str = field(repr=False)
    mime: str
    status: str
    """Of a video: `READY`, `PROCESSING` or `FAILED`; empty where the service does not say."""

    @property
    def url(self) -> str:
        """Of the bytes. Without the `v`, a video's would be those of a still picture (section 4.1)."""
        return f"{self.base_url}={'dv' if self.is_video else 'd'}"

    @property
    def is_video(self) -> bool:
        """Whether it has to be fetched as one."""
        return self.item.kind is Kind.VIDEO


@dataclass(frozen=True, slots=True)
class MediaPage:
    """What one request of a session's listing brought."""

    media: tuple[Media, ...]
    next_token: str | None


def session_of(answer: object) -> Session:
    """A session. Raises `ProviderError` when the answer is none."""
    if not isinstance(answer, Mapping):
        raise ProviderError("Google Photos answered with something else than a picking session.")
    id_, link = _text(answer, "id"), _text(answer, "pickerUri")
    is_done = answer.get("mediaItemsSet") is True
    if id_ is None or (link is None and not is_done):
        raise ProviderError("Google Photos answered with a picking session that has no id or no address.")
    if link is not None:
        target(link)  # no browser is sent anywhere else than to https
    polling = _part(answer, "pollingConfig")
    interval_s = _seconds(polling, "pollInterval", _POLL_EVERY_S)
    return Session(
        id_,
        link or "",
        is_done,
        min(max(interval_s, _SHORTEST_POLL_S), _LONGEST_POLL_S),
        _seconds(polling, "timeoutIn", _CLOSES_IN_S),
        moment(_text(answer, "expireTime")),
    )


def page_of(answer: object) -> MediaPage:
    """A page of a listing. Raises `ProviderError` when the answer is none; an empty object is an empty page."""
    if not isinstance(answer, Mapping) or set(answer) - {"mediaItems", "nextPageToken"}:
        raise ProviderError("Google Photos answered a listing with something else; its protocol may have changed.")
    listed = answer.get("mediaItems", [])
    if not isinstance(listed, list):
        raise ProviderError("Google Photos answered a listing without a list of items.")
    found = (_media(each) for each in listed if isinstance(each, Mapping))
    return MediaPage(tuple(each for each in found if each is not None), _text(answer, "nextPageToken"))


def _media(content: Json) -> Media | None:
    file = _part(content, "mediaFile")
    id_, base_url = _text(content, "id"), _text(file, "baseUrl")
    if id_ is None or not _ID.fullmatch(id_) or base_url is None:
        return None
    metadata = _part(file, "mediaFileMetadata")
    mime = (_text(file, "mimeType") or "").lower()
    is_video = content.get("type") == "VIDEO" or (content.get("type") != "PHOTO" and mime.startswith("video/"))
    item = Item(
        id=id_,
        name=_text(file, "filename") or id_,
        kind=Kind.VIDEO if is_video else Kind.PHOTO,
        taken=_taken(_text(content, "createTime")),
        width=_number(metadata, "width"),
        height=_number(metadata, "height"),
        link=base_url,
        # Both are the service's doing, and documented (section 4.4): what arrives is not the camera's file.
        notes=(REENCODED,) if is_video else (GPS_STRIPPED,),
    )
    return Media(item, base_url, mime, _text(_part(metadata, "videoMetadata"), "processingStatus") or "")


def library_item(content: Json) -> Item | None:
    """An item as the Library API describes it, which is another way than the picker's; None where it has no id."""
    id_ = _text(content, "id")
    if id_ is None or not _ID.fullmatch(id_):
        return None
    metadata = _part(content, "mediaMetadata")
    is_video = (_text(content, "mimeType") or "").lower().startswith("video/") or "video" in metadata
    return Item(
        id=id_,
        name=_text(content, "filename") or "",
        kind=Kind.VIDEO if is_video else Kind.PHOTO,
        taken=_taken(_text(metadata, "creationTime")),
        width=_number(metadata, "width"),
        height=_number(metadata, "height"),
    )


def _taken(text: str | None) -> CaptureTime | None:
    taken = moment(text)
    return CaptureTime(taken.astimezone(UTC).replace(tzinfo=None), TimeMeaning.INSTANT) if taken else None


def moment(text: str | None) -> datetime | None:
    """An RFC 3339 time, of which Google writes up to nine digits of a second; None for what is no time."""
    match = _TIME.fullmatch(text or "")
    if match is None:
        return None
    try:
        return datetime.fromisoformat(f"{match[1]}{(match[2] or '')[:7]}{match[3].replace('Z', '+00:00')}")
    except ValueError:
        return None


def _seconds(content: Json, name: str, default: float) -> float:
    """A duration as Google writes it: `3.5s`."""
    match = _DURATION.fullmatch(_text(content, name) or "")
    seconds = float(match[1]) if match else default
    return seconds if math.isfinite(seconds) else default


def _part(content: Json, name: str) -> Json:
    value = content.get(name)
    return value if isinstance(value, Mapping) else {}


def _text(content: Json, name: str) -> str | None:
    value = content.get(name)
    return value if isinstance(value, str) and value else None


def _number(content: Json, name: str) -> int | None:
    """A whole number; the Library API writes them as text."""
    value = content.get(name)
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
