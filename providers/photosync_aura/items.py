"""The service's assets as items. Every field of an asset may be missing.

Facts: protocol notes on Aura, sections 4 and 5. An asset is a photo, a video, or a live photo. A live photo is two
items: the still with the asset's id, and the video with the id and `:motion`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from photosync.model import CaptureTime, Item, Kind, TimeMeaning
from photosync.provider_kit import json_fields
from photosync.provider_kit.json_fields import Json, clock_time, dimension, identifier, part, parts

MOTION = ":motion"
"""Added to the id of a live photo for the id of its video."""
_HIDDEN = "hidden"
"""The note of a picture that is hidden on its frame."""
_UNKNOWN_DATE = "unknown-date"

_MD5_BYTES = 16


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of listed assets, under the user's name for it."""

    id: str
    name: str
    time_zone: ZoneInfo | None = None
    """If given, the frame's times are local times there. Apps send both UTC and local time labelled as UTC, and the
    service does not say which."""


def text(content: object, name: str) -> str | None:
    """The text of this name; None also for the word `null`, which one uploading program writes."""
    value = json_fields.text(content, name)
    return None if value == "null" else value


def items_of(assets: Sequence[Json], hidden: frozenset[str], frame: Frame) -> Iterator[Item]:
    """The items of a page of assets. Uploads that were never finished are left out: see `is_placeholder`."""
    for asset in assets:
        id_ = identifier(asset)
        if id_ is not None and not is_placeholder(asset):
            is_hidden = id_ in hidden
            notes = (_HIDDEN,) if is_hidden else ()
            yield from (replace(item, notes=notes, hidden=is_hidden or None) for item in _items(asset, id_, frame))


def is_placeholder(asset: Json) -> bool:
    """Whether this is an asset without content: it was announced, and its upload was never finished."""
    return text(asset, "file_name") is None and text(asset, "video_url") is None


def _items(asset: Json, id_: str, frame: Frame) -> Iterator[Item]:
    if text(asset, "video_url") is None:
        yield _photo(asset, id_, frame)
    elif _is_live(asset):
        motion = f"{id_}{MOTION}"
        yield replace(_photo(asset, id_, frame), pair=motion)
        # Its name is the still's own with another extension, which keeps the two together.
        yield replace(_video(asset, id_, frame), id=motion, pair=id_, width=None, height=None)
    else:
        yield _video(asset, id_, frame)


def _is_live(asset: Json) -> bool:
    """A live photo has no duration; one uploading program marks videos as live, and they have one."""
    return bool(asset.get("is_live")) and asset.get("duration") is None and text(asset, "file_name") is not None


def _photo(asset: Json, id_: str, frame: Frame) -> Item:
    file_name = text(asset, "file_name") or ""
    user_id = text(asset, "user_id") or text(part(asset, "user"), "id") or ""
    return replace(
        _item(asset, id_, Kind.PHOTO, PurePosixPath(file_name).suffix, frame),
        md5_hint=_md5(asset),
        revision=file_name,
        locator={"frame": frame.id, "user": user_id, "file": file_name},
    )


def _video(asset: Json, id_: str, frame: Frame) -> Item:
    file_name = text(asset, "video_file_name")
    return replace(
        _item(asset, id_, Kind.VIDEO, PurePosixPath(file_name or "").suffix or ".mp4", frame),
        revision=file_name or text(asset, "file_name"),
        locator={"frame": frame.id, "video": file_name or ""},
        link=text(asset, "video_url"),
    )


def _item(asset: Json, id_: str, kind: Kind, suffix: str, frame: Frame) -> Item:
    """The fields that photos and videos share."""
    taken = clock_time(asset, "taken_at")
    meaning = TimeMeaning.UNKNOWN if frame.time_zone is None else TimeMeaning.LOCAL
    uploaded = clock_time(asset, "uploaded_at") or clock_time(asset, "created_at_on_client")
    favorite = asset.get("favorite")
    return Item(
        id=id_,
        # The older script's names.
        name=f"{time_words(taken) if taken else _UNKNOWN_DATE}_{id_}{suffix}",
        kind=kind,
        taken=CaptureTime(taken, meaning) if taken else None,
        width=dimension(asset, "width"),
        height=dimension(asset, "height"),
        favorite=favorite if isinstance(favorite, bool) else None,
        collections=(frame.name,),
        collection_ids=(frame.id,),
        folder=frame.name,
        added=uploaded.replace(tzinfo=UTC) if uploaded else None,
        description=_caption(asset, frame.id),
    )


def _caption(asset: Json, frame_id: str) -> str | None:
    """What people wrote about the picture on this frame; None if nobody did."""
    notes = [each for each in parts(asset, "attachments") if text(each, "type") == "caption"]
    of_frame = [each for each in notes if text(each, "frame_id") in (frame_id, None)]
    return "\n".join(filter(None, (text(each, "data") for each in of_frame))) or None


def time_words(taken: datetime) -> str:
    """`2012-04-15-03-15-04.000`."""
    return re.sub("[T:]", "-", taken.isoformat(timespec="milliseconds"))


def _md5(asset: Json) -> str | None:
    """The service writes base64 of the sixteen bytes."""
    try:
        digest = base64.b64decode(text(asset, "md5_hash") or "", validate=True)
    except (binascii.Error, ValueError):
        return None
    return digest.hex() if len(digest) == _MD5_BYTES else None
