"""What the service calls an asset, made into items: once, here, and with every field allowed to be missing.

Facts: protocol notes on Aura, sections 4 and 5. An asset is a photo, a video, or a live photo, which is two items: the
still under the asset's own id, and what moves under the id with `:motion` behind it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from photosync.model import CaptureTime, Item, Kind, TimeMeaning

Json = Mapping[str, object]

MOTION = ":motion"
"""Behind the id of a live photo: its video."""
HIDDEN = "hidden"
"""The note of a picture that is switched off on its frame."""
UNKNOWN_DATE = "unknown-date"

_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?Z?")
_MD5_BYTES = 16


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame that assets were listed from, as the user knows it."""

    id: str
    name: str
    meaning: TimeMeaning = TimeMeaning.UNKNOWN
    """Of its times. Apps send both true UTC and wall-clock time labelled as UTC, so nobody knows by itself."""


def part(content: object, name: str) -> Json:
    """The object called `name` in `content`; empty where there is none."""
    value = content.get(name) if isinstance(content, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def parts(content: Json, name: str) -> list[Json]:
    """The objects in the list called `name`; empty where there is none."""
    value = content.get(name)
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def text(content: Mapping[str, object], name: str) -> str | None:
    """A text that says something: neither empty nor the word `null`, which one uploader writes."""
    value = content.get(name)
    return value if isinstance(value, str) and value not in ("", "null") else None


def number(content: Json, name: str) -> int | None:
    """A whole number above nothing."""
    value = content.get(name)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None


def items_of(assets: Sequence[Json], hidden: frozenset[str], frame: Frame) -> Iterator[Item]:
    """The items of a page of assets. Uploads that were never finished are none: see `is_placeholder`."""
    for asset in assets:
        id_ = text(asset, "id")
        if id_ is not None and not is_placeholder(asset):
            yield from _items(asset, id_, frame, (HIDDEN,) if id_ in hidden else ())


def is_placeholder(asset: Json) -> bool:
    """Whether this is only the promise of a picture, with nothing behind it."""
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
    taken = _time(asset, "taken_at")
    user_id = text(asset, "user_id") or text(part(asset, "user"), "id") or ""
    return Item(
        id=id_,
        name=file_stem(taken, id_) + PurePosixPath(file_name).suffix,
        kind=Kind.PHOTO,
        taken=_taken(taken, frame),
        md5_hint=_md5(asset),
        width=number(asset, "width"),
        height=number(asset, "height"),
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
    taken = _time(asset, "taken_at")
    is_motion = id_ != asset_id
    return Item(
        id=id_,
        # The still's own name with another extension: what keeps the two together everywhere.
        name=file_stem(taken, asset_id) + (PurePosixPath(file_name or "").suffix or ".mp4"),
        kind=Kind.VIDEO,
        taken=_taken(taken, frame),
        width=None if is_motion else number(asset, "width"),
        height=None if is_motion else number(asset, "height"),
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
    """`2012-04-15-03-15-04.000_ID`: the name that people know from the older script, without the extension."""
    return f"{time_words(taken) if taken else UNKNOWN_DATE}_{asset_id}"


def time_words(taken: datetime) -> str:
    """`2012-04-15-03-15-04.000`."""
    return re.sub("[T:]", "-", taken.isoformat(timespec="milliseconds"))


def _taken(reading: datetime | None, frame: Frame) -> CaptureTime | None:
    return CaptureTime(reading, frame.meaning) if reading else None


def _added(asset: Json) -> datetime | None:
    uploaded = _time(asset, "uploaded_at") or _time(asset, "created_at_on_client")
    return uploaded.replace(tzinfo=UTC) if uploaded else None


def _favorite(asset: Json) -> bool | None:
    value = asset.get("favorite")
    return value if isinstance(value, bool) else None


def _time(asset: Json, name: str) -> datetime | None:
    """`2024-04-28T19:03:11.250Z` as it reads; None for what is no time."""
    match = _TIME.fullmatch(text(asset, name) or "")
    if match is None:
        return None
    try:
        return datetime.fromisoformat(f"{match[1]}T{match[2]}.{(match[3] or '0'):0<6}")
    except ValueError:
        return None


def _md5(asset: Json) -> str | None:
    """The service writes base64 of the sixteen bytes."""
    try:
        digest = base64.b64decode(text(asset, "md5_hash") or "", validate=True)
    except (binascii.Error, ValueError):
        return None
    return digest.hex() if len(digest) == _MD5_BYTES else None
