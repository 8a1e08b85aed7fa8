"""The service's assets as items. Every field of an asset may be missing.

Facts: protocol notes on Aura, sections 4 and 5. An asset is a photo, a video, or a live photo. A live photo is two
items: the still with the asset's id, and the video with the id and `:motion`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from photosync.model import CaptureTime, Item, Kind, TimeMeaning
from photosync.provider_kit import json_fields
from photosync.provider_kit.json_fields import Json, clock_time, number, part

MOTION = ":motion"
"""Follows the id of a live photo in the id of its video."""
HIDDEN = "hidden"
"""The note of a picture that is switched off on its frame."""
UNKNOWN_DATE = "unknown-date"

_MD5_BYTES = 16


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame that assets were listed from, as the user knows it."""

    id: str
    name: str
    meaning: TimeMeaning = TimeMeaning.UNKNOWN
    """Of its times. Apps send both UTC and local time labelled as UTC, and the service does not say which."""


def text(content: object, name: str) -> str | None:
    """The text called `name`; None also for the word `null`, which one uploader writes."""
    value = json_fields.text(content, name)
    return None if value == "null" else value


def items_of(assets: Sequence[Json], hidden: frozenset[str], frame: Frame) -> Iterator[Item]:
    """The items of a page of assets. Uploads that were never finished are left out: see `is_placeholder`."""
    for asset in assets:
        id_ = text(asset, "id")
        if id_ is not None and not is_placeholder(asset):
            yield from _items(asset, id_, frame, (HIDDEN,) if id_ in hidden else ())


def is_placeholder(asset: Json) -> bool:
    """Whether this is an asset without content: it was announced, and its upload was never finished."""
    return text(asset, "file_name") is None and text(asset, "video_url") is None


def _items(asset: Json, id_: str, frame: Frame, notes: tuple[str, ...]) -> Iterator[Item]:
    if text(asset, "video_url") is None:
        yield _photo(asset, id_, frame, notes)
    elif _is_live(asset):
        yield _photo(asset, id_, frame, notes)
        yield _video(asset, id_, f"{id_}{MOTION}", frame, notes)
    else:
        yield _video(asset, id_, id_, frame, notes)


def _is_live(asset: Json) -> bool:
    """A live photo has no duration; one uploader marks its real videos as live, and they have one."""
    return bool(asset.get("is_live")) and asset.get("duration") is None and text(asset, "file_name") is not None


def _photo(asset: Json, id_: str, frame: Frame, notes: tuple[str, ...]) -> Item:
    file_name = text(asset, "file_name") or ""
    taken = clock_time(asset, "taken_at")
    user_id = text(asset, "user_id") or text(part(asset, "user"), "id") or ""
    return Item(
        id=id_,
        name=file_stem(taken, id_) + PurePosixPath(file_name).suffix,
        kind=Kind.PHOTO,
        taken=_taken(taken, frame),
        md5_hint=_md5(asset),
        width=number(asset, "width", least=1),
        height=number(asset, "height", least=1),
        favorite=_favorite(asset),
        collections=(frame.name,),
        folder=frame.name,
        added=_added(asset),
        revision=file_name,
        locator={"frame": frame.id, "user": user_id, "file": file_name},
        notes=notes,
    )


def _video(asset: Json, asset_id: str, id_: str, frame: Frame, notes: tuple[str, ...]) -> Item:
    file_name = text(asset, "video_file_name")
    taken = clock_time(asset, "taken_at")
    is_motion = id_ != asset_id
    return Item(
        id=id_,
        # The still's own name with another extension keeps the two together.
        name=file_stem(taken, asset_id) + (PurePosixPath(file_name or "").suffix or ".mp4"),
        kind=Kind.VIDEO,
        taken=_taken(taken, frame),
        width=None if is_motion else number(asset, "width", least=1),
        height=None if is_motion else number(asset, "height", least=1),
        favorite=_favorite(asset),
        collections=(frame.name,),
        folder=frame.name,
        added=_added(asset),
        revision=file_name or text(asset, "file_name"),
        locator={"frame": frame.id, "video": file_name or ""},
        link=text(asset, "video_url"),
        notes=notes,
    )


def file_stem(taken: datetime | None, asset_id: str) -> str:
    """`2012-04-15-03-15-04.000_ID`: the name that the older script gives, without the extension."""
    return f"{time_words(taken) if taken else UNKNOWN_DATE}_{asset_id}"


def time_words(taken: datetime) -> str:
    """`2012-04-15-03-15-04.000`."""
    return re.sub("[T:]", "-", taken.isoformat(timespec="milliseconds"))


def _taken(reading: datetime | None, frame: Frame) -> CaptureTime | None:
    return CaptureTime(reading, frame.meaning) if reading else None


def _added(asset: Json) -> datetime | None:
    uploaded = clock_time(asset, "uploaded_at") or clock_time(asset, "created_at_on_client")
    return uploaded.replace(tzinfo=UTC) if uploaded else None


def _favorite(asset: Json) -> bool | None:
    value = asset.get("favorite")
    return value if isinstance(value, bool) else None


def _md5(asset: Json) -> str | None:
    """The service writes base64 of the sixteen bytes."""
    try:
        digest = base64.b64decode(text(asset, "md5_hash") or "", validate=True)
    except (binascii.Error, ValueError):
        return None
    return digest.hex() if len(digest) == _MD5_BYTES else None
