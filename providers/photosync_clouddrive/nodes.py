"""What the service calls a node: parsed once, here, with every field allowed to be missing.

Facts: protocol notes on Amazon Cloud Drive, section 8.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from photosync.model import CaptureTime, Item, Kind, TimeMeaning

Json = Mapping[str, object]

AVAILABLE = "AVAILABLE"
PENDING = "PENDING"
"""An upload that is still running, or never came to its end."""
PURGED = "PURGED"
MD5_OF_NOTHING = "d41d8cd98f00b204e9800998ecf8427e"

_MD5 = re.compile(r"[0-9a-fA-F]{32}")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)?")
_PHOTO_EXTENSIONS = frozenset(
    (
        *("jpg", "jpeg", "jpe", "png", "gif", "bmp", "tif", "tiff", "webp", "heic", "heif", "avif"),
        *("dng", "cr2", "cr3", "nef", "arw", "orf", "rw2", "raf", "pef", "srw"),
    )
)
_VIDEO_EXTENSIONS = frozenset(
    (
        *("mp4", "m4v", "qt", "mov", "mpg", "mpeg", "3g2", "3gp", "flv", "f4v", "asf", "avi", "wmv"),
        *("mts", "m2ts", "mkv", "ogv", "webm"),
    )
)


class NodeKind(StrEnum):
    """Which nodes this program has a use for."""

    FILE = "FILE"
    FOLDER = "FOLDER"


@dataclass(frozen=True, slots=True)
class Node:
    """A file or folder of the drive. Everything but the id may be unknown."""

    id: str
    kind: NodeKind
    status: str
    name: str | None
    parents: tuple[str, ...]
    """Folders; in the service's order. Several are hard links."""
    is_root: bool = False
    media: Kind = Kind.OTHER
    created: str | None = None
    """ISO 8601 with all digits alike, so that texts sort as times do."""
    taken: datetime | None = None
    size_bytes: int | None = None
    md5: str | None = None
    version: str | None = None
    """Of the content."""
    width: int | None = None
    height: int | None = None

    @property
    def is_broken(self) -> bool:
        """A node that lacks so much that there is nothing to keep."""
        if self.name or self.is_root or self.status != AVAILABLE:
            return False
        return self.kind is NodeKind.FOLDER or self.media is Kind.OTHER

    def item(self, paths: tuple[str, ...]) -> Item:
        """This file as an item that lies at `paths`, the first of which is its folder."""
        added = _time(self.created)
        return Item(
            id=self.id,
            name=self.name or self.id,
            kind=self.media,
            taken=CaptureTime(self.taken, TimeMeaning.LOCAL) if self.taken else None,
            size_bytes=self.size_bytes,
            md5=self.md5,
            width=self.width,
            height=self.height,
            collections=tuple(path for path in paths if path),
            folder=paths[0] if paths else "",
            added=added.replace(tzinfo=UTC) if added else None,
            revision=self.version,
        )


def parse_node(content: Json) -> Node | None:
    """A node out of its JSON; None for what this program has no use for: assets, albums, unknown kinds, no id."""
    id_, status = text(content, "id"), text(content, "status") or AVAILABLE
    if id_ is None:
        return None
    if status == PURGED:
        return Node(id_, NodeKind.FILE, PURGED, None, ())  # the other fields may be missing, whatever it was
    kind = content.get("kind")
    parents = content.get("parents")
    listed = parents if isinstance(parents, list) else []
    links = tuple(dict.fromkeys(parent for parent in listed if isinstance(parent, str)))
    if kind == NodeKind.FOLDER:
        is_root = content.get("isRoot") is True or content.get("isRoot") == "true"
        return Node(id_, NodeKind.FOLDER, status, text(content, "name"), links, is_root)
    return _file(content, id_, status, links) if kind == NodeKind.FILE else None


def _file(content: Json, id_: str, status: str, parents: tuple[str, ...]) -> Node:
    properties = part(content, "contentProperties")
    image, video = part(properties, "image"), part(properties, "video")
    size, md5 = number(properties, "size"), text(properties, "md5")
    if md5 is None and size == 0:
        md5 = MD5_OF_NOTHING
    version = number(properties, "version")
    created = _time(text(content, "createdDate") or text(content, "creationDate"))
    return Node(
        id=id_,
        kind=NodeKind.FILE,
        status=status,
        name=_name(content, properties, id_),
        parents=parents,
        media=_media(content, properties),
        created=created.isoformat(timespec="microseconds") if created else None,
        taken=_taken(properties, image, video),
        size_bytes=size,
        md5=md5.lower() if md5 and _MD5.fullmatch(md5) else None,
        version=None if version is None else str(version),
        width=number(image or video, "width"),
        height=number(image or video, "height"),
    )


def _name(content: Json, properties: Json, id_: str) -> str | None:
    """A file without a name that says what it holds gets one of its id."""
    name, extension = text(content, "name"), text(properties, "extension")
    return name or (f"{id_}.{extension}" if extension else None)


def _media(content: Json, properties: Json) -> Kind:
    """By the content type's major part; where that says nothing, by the extension."""
    major = (text(properties, "contentType") or "").lower().partition("/")[0]
    if major in ("image", "video"):
        return Kind.PHOTO if major == "image" else Kind.VIDEO
    for key, kind in (("image", Kind.PHOTO), ("video", Kind.VIDEO)):
        if part(properties, key):
            return kind
    name = text(content, "name") or ""
    extension = (text(properties, "extension") or (name.rpartition(".")[2] if "." in name else "")).lower()
    if extension in _PHOTO_EXTENSIONS:
        return Kind.PHOTO
    return Kind.VIDEO if extension in _VIDEO_EXTENSIONS else Kind.OTHER


def _taken(properties: Json, image: Json, video: Json) -> datetime | None:
    """The best of the capture times. They carry a Z and are the camera's clock all the same."""
    candidates = (
        text(properties, "contentDate"),
        text(image, "dateTimeOriginal"),
        text(image, "dateTimeDigitized"),
        text(image, "dateTime"),
        text(video, "creationDate"),
    )
    return next((time for candidate in candidates if (time := _time(candidate))), None)


def _time(value: str | None) -> datetime | None:
    """`2015-02-28T09:00:00.000Z` as it reads, with any number of fraction digits; None for what is no time."""
    match = _TIME.match(value or "")
    if match is None:
        return None
    try:
        return datetime.fromisoformat(f"{match[1]}T{match[2]}{(match[3] or '')[:7].ljust(7, '0') if match[3] else ''}")
    except ValueError:
        return None


def json_object(body: bytes) -> Json:
    """The object that a body holds; empty for anything else."""
    try:
        content: object = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, Mapping) else {}


def part(content: object, name: str) -> Json:
    """The object called `name` in `content`; empty where there is none."""
    value = content.get(name) if isinstance(content, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def text(content: object, name: str) -> str | None:
    """A text that is there and not empty. JSON can hold halves of characters, which no file and no database takes."""
    value = content.get(name) if isinstance(content, Mapping) else None
    if not isinstance(value, str) or not value:
        return None
    return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def number(content: object, name: str) -> int | None:
    """A whole number that is not negative; services send them as text now and then."""
    value = content.get(name) if isinstance(content, Mapping) else None
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None
