"""What the service calls a node, made into an item: once, here, and with every field allowed to be missing.

Facts: protocol notes on Amazon Photos, section 6.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from photosync.errors import ProviderError
from photosync.model import CaptureTime, GpsPosition, Item, Kind, TimeMeaning

Json = Mapping[str, object]

_MD5 = re.compile(r"[0-9a-fA-F]{32}")
_PLACE = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s*")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)?")
_VIDEO_EXTENSIONS = frozenset(
    ("mp4", "m4v", "qt", "mov", "mpg", "mpeg", "3g2", "3gp", "flv", "f4v", "asf", "avi", "wmv")
)


def part(content: object, name: str) -> Json:
    """The object called `name` in `content`; empty where there is none."""
    value = content.get(name) if isinstance(content, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def text(content: Json, name: str) -> str | None:
    """A text that is there and not empty."""
    value = content.get(name)
    return value if isinstance(value, str) and value else None


def number(content: Json, name: str) -> int | None:
    """A whole number that is not negative; services send them as text now and then."""
    value = content.get(name)
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None


def nodes_of(answer: object, where: str) -> list[Json]:
    """The nodes of a listing's answer. Raises `ProviderError` when it is no listing."""
    data = answer.get("data") if isinstance(answer, Mapping) else None
    if not isinstance(data, list):
        raise ProviderError(f"Amazon Photos answered {where} without a list of nodes; its protocol may have changed")
    return [node for node in data if isinstance(node, Mapping)]


def items_of(nodes: list[Json], album: str | None = None) -> Iterator[Item]:
    """The photos and videos among `nodes`; folders and what lies in the trash are left out."""
    for node in nodes:
        if text(node, "id") and is_file(node) and is_available(node):
            yield item_of(node, album)


def is_file(node: Json) -> bool:
    """Whether it is no folder and no album."""
    return node.get("kind") in (None, "FILE")


def is_available(node: Json) -> bool:
    """Whether it lies neither in the trash nor on the way there."""
    return node.get("status") in (None, "AVAILABLE")


def md5_of(node: Json) -> str | None:
    """The hash of its content, in lower case; None where the service does not tell it, or nonsense."""
    md5 = text(part(node, "contentProperties"), "md5")
    return md5.lower() if md5 and _MD5.fullmatch(md5) else None


def size_of(node: Json) -> int | None:
    """How large its content is, where the service tells that."""
    return number(part(node, "contentProperties"), "size")


def folded(name: str) -> str:
    """What two names have in common that differ in case, or in how accents are written, alone."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def item_of(node: Json, album: str | None = None) -> Item:
    """A node of a photo or video, wherever it lies. Raises `ValueError` if it has no id."""
    id_ = text(node, "id")
    if id_ is None:
        raise ValueError("a node without an id")
    content = part(node, "contentProperties")
    image = part(content, "image") or part(node, "image")
    video = part(content, "video") or part(node, "video")
    added = _time(text(node, "createdDate"))
    owner = text(node, "ownerId")
    return Item(
        id=id_,
        name=_name(node, content, id_),
        kind=_kind(node, content, video),
        taken=_taken(content, image, video),
        size_bytes=size_of(node),
        md5=md5_of(node),
        width=number(image or video, "width"),
        height=number(image or video, "height"),
        favorite=part(node, "settings").get("favorite") is True,
        collections=(album,) if album else (),
        gps=_gps(text(image, "location") or text(video, "location")),
        added=added.replace(tzinfo=UTC) if added else None,
        locator={"owner": owner} if owner else {},
    )


def _name(node: Json, content: Json, id_: str) -> str:
    extension = text(content, "extension")
    return text(node, "name") or (f"{id_}.{extension}" if extension else id_)


def _kind(node: Json, content: Json, video: Json) -> Kind:
    type_ = (text(content, "contentType") or "").lower()
    if type_.startswith("image/"):
        return Kind.PHOTO
    extension = text(content, "extension") or (text(node, "name") or "").rpartition(".")[2]
    if video or type_.startswith("video/") or extension.lower() in _VIDEO_EXTENSIONS:
        return Kind.VIDEO
    return Kind.PHOTO


def _taken(content: Json, image: Json, video: Json) -> CaptureTime | None:
    """The best of the capture times. They carry a Z and are the camera's clock all the same."""
    candidates = (
        text(content, "contentDate"),
        text(image, "dateTimeOriginal"),
        text(image, "dateTime"),
        text(video, "dateTimeOriginal"),
        text(video, "creationDate"),
        text(video, "dateTime"),
    )
    reading = next((time for candidate in candidates if (time := _time(candidate))), None)
    return CaptureTime(reading, TimeMeaning.LOCAL) if reading else None


def _gps(value: str | None) -> GpsPosition | None:
    """`49.2827, -123.1207`: latitude and longitude; None for what cannot be one."""
    match = _PLACE.fullmatch(value or "")
    if match is None:
        return None
    latitude, longitude = float(match[1]), float(match[2])
    return GpsPosition(latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _time(value: str | None) -> datetime | None:
    """`2023-08-14T18:02:11.000Z` as it reads; None for what is no time."""
    match = _TIME.match(value or "")
    if match is None:
        return None
    try:
        return datetime.fromisoformat(f"{match[1]}T{match[2]}{(match[3] or '')[:7]}")
    except ValueError:
        return None
