"""Nodes, which is what the drive API calls files and folders: parsed once, with every field but the id optional.

Facts: protocol notes on Amazon Photos, section 6, and on Amazon Cloud Drive, sections 3.9 and 8.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from photosync.errors import ProviderError
from photosync.model import CaptureTime, GpsPosition, Item, Kind, TimeMeaning
from photosync.provider_kit.json_fields import (
    Json,
    as_object,
    clock_time,
    dimension,
    file_size,
    identifier,
    identifiers,
    number,
    part,
    parts,
    text,
    texts,
)

AVAILABLE = "AVAILABLE"
PENDING = "PENDING"
"""An upload that is still running, or was never finished."""
PURGED = "PURGED"
TRASH = "TRASH"
MD5_OF_NOTHING = "d41d8cd98f00b204e9800998ecf8427e"

_MD5 = re.compile(r"[0-9a-fA-F]{32}")
_GPS = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s*")
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
    """The kinds of nodes that are used here."""

    FILE = "FILE"
    FOLDER = "FOLDER"


@dataclass(frozen=True, slots=True)
class DriveNode:
    """A file or folder. Everything but the id may be unknown."""

    id: str
    kind: NodeKind
    status: str
    name: str | None
    parents: tuple[str, ...] = ()
    """Folders, in the service's order. Several are hard links."""
    is_root: bool = False
    owner: str | None = None
    media: Kind = Kind.OTHER
    created: datetime | None = None
    """When it came to the service: a naive time in UTC."""
    taken: datetime | None = None
    """The clock of the camera."""
    size_bytes: int | None = None
    md5: str | None = None
    """In lower case."""
    version: str | None = None
    """Of the content."""
    width: int | None = None
    height: int | None = None
    gps: GpsPosition | None = None
    favorite: bool = False
    hidden: bool = False
    description: str | None = None
    """What a person wrote about it."""
    labels: tuple[str, ...] = ()
    created_by: str | None = None
    """The client that made it, which owns its properties."""

    @property
    def is_available(self) -> bool:
        """Whether it is neither in the trash nor unfinished."""
        return self.status == AVAILABLE

    @property
    def is_broken(self) -> bool:
        """Whether it lacks so much that there is nothing to keep."""
        if self.name or self.is_root or self.status != AVAILABLE:
            return False
        return self.kind is NodeKind.FOLDER or self.media is Kind.OTHER

    def is_named(self, name: str) -> bool:
        """Whether it has this name, which no second node of its folder can have."""
        return folded(self.name or "") == folded(name)

    def item(
        self,
        *,
        kind: Kind | None = None,
        favorite: bool | None = None,
        collections: tuple[str, ...] = (),
        collection_ids: tuple[str, ...] = (),
        folder: str | None = None,
        gps: GpsPosition | None = None,
        revision: str | None = None,
        locator: Mapping[str, str] | None = None,
    ) -> Item:
        """This file as an item. The arguments are what the services treat differently."""
        return Item(
            id=self.id,
            name=self.name or self.id,
            kind=kind or self.media,
            taken=CaptureTime(self.taken, TimeMeaning.LOCAL) if self.taken else None,
            size_bytes=self.size_bytes,
            md5=self.md5,
            width=self.width,
            height=self.height,
            favorite=favorite,
            collections=collections,
            collection_ids=collection_ids,
            folder=folder,
            gps=gps,
            added=self.created.replace(tzinfo=UTC) if self.created else None,
            revision=revision,
            locator=locator or {},
            description=self.description,
            labels=self.labels,
            hidden=self.hidden or None,
        )


def parse_node(
    content: object, *, times: Sequence[tuple[str, str]] = (), missing_kind: NodeKind | None = None
) -> DriveNode | None:
    """Parse a node's JSON; None for other kinds, and without an id.

    `times` names the capture times after `contentDate`, the best first: `("image", "dateTimeOriginal")`. A node
    without a kind has `missing_kind`.
    """
    id_, status = identifier(content), text(content, "status") or AVAILABLE
    if id_ is None:
        return None
    if status == PURGED:
        return DriveNode(id_, NodeKind.FILE, PURGED, None)  # the other fields may be missing for any kind
    kind = text(content, "kind") or missing_kind
    parents, owner = tuple(dict.fromkeys(identifiers(content, "parents"))), identifier(content, "ownerId")
    if kind == NodeKind.FOLDER:
        return DriveNode(
            id=id_,
            kind=NodeKind.FOLDER,
            status=status,
            name=text(content, "name"),
            parents=parents,
            is_root=as_object(content).get("isRoot") in (True, "true"),
            owner=owner,
            description=text(content, "description"),
            labels=_labels(content),
            created_by=text(content, "createdBy"),
        )
    if kind != NodeKind.FILE:
        return None
    properties, settings = part(content, "contentProperties"), part(content, "settings")
    # Answers to searches can have these two at the top level.
    image = part(properties, "image") or part(content, "image")
    video = part(properties, "video") or part(content, "video")
    size_bytes, version = file_size(properties, "size"), number(properties, "version")
    extension = text(properties, "extension")
    name = text(content, "name") or (f"{id_}.{extension}" if extension else None)
    return DriveNode(
        id=id_,
        kind=NodeKind.FILE,
        status=status,
        name=name,
        parents=parents,
        owner=owner,
        media=_media(text(properties, "contentType"), image, video, extension or _ending(name)),
        created=clock_time(content, "createdDate") or clock_time(content, "creationDate"),
        taken=clock_time(properties, "contentDate") or _taken(image, video, times),
        size_bytes=size_bytes,
        md5=_md5(text(properties, "md5"), size_bytes),
        version=None if version is None else str(version),
        width=dimension(image or video, "width"),
        height=dimension(image or video, "height"),
        gps=_gps(text(image, "location") or text(video, "location")),
        favorite=settings.get("favorite") is True,
        hidden=settings.get("hidden") is True,
        description=text(content, "description"),
        labels=_labels(content),
        created_by=text(content, "createdBy"),
    )


def nodes_of(answer: object, service: str) -> list[Json]:
    """The nodes of a listing. Raises `ProviderError` for any other answer."""
    if not isinstance(as_object(answer).get("data"), list):
        raise ProviderError(f"{service} answered without a list of nodes; its protocol may have changed")
    return parts(answer, "data")


def check_node(answer: object, service: str) -> None:
    """Raise `ProviderError` for an answer that is no node of any kind."""
    if identifier(answer) is None:
        raise ProviderError(f"{service} answered without the node that was asked for; its protocol may have changed")


def folded(name: str) -> str:
    """Equal for names that cannot be in one folder: case and the encoding of accents are ignored."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _labels(content: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts(content, "labels")))


def _taken(image: Json, video: Json, times: Sequence[tuple[str, str]]) -> datetime | None:
    parts_ = {"image": image, "video": video}
    return next(filter(None, (clock_time(parts_[where], field) for where, field in times)), None)


def _ending(name: str | None) -> str:
    _, dot, ending = (name or "").rpartition(".")
    return ending if dot else ""


def _media(content_type: str | None, image: Json, video: Json, extension: str) -> Kind:
    """By the content type; without one, by the properties and the extension."""
    major = (content_type or "").lower().partition("/")[0]
    if major in ("image", "video"):
        return Kind.PHOTO if major == "image" else Kind.VIDEO
    if video or extension.lower() in _VIDEO_EXTENSIONS:
        return Kind.VIDEO
    return Kind.PHOTO if image or extension.lower() in _PHOTO_EXTENSIONS else Kind.OTHER


def _md5(value: str | None, size_bytes: int | None) -> str | None:
    if value is None and size_bytes == 0:
        return MD5_OF_NOTHING
    return value.lower() if value and _MD5.fullmatch(value) else None


def _gps(value: str | None) -> GpsPosition | None:
    """`49.2827, -123.1207`: latitude and longitude; None for an impossible position."""
    match = _GPS.fullmatch(value or "")
    if match is None:
        return None
    latitude, longitude = float(match[1]), float(match[2])
    return GpsPosition(latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None
