"""Items and albums from the service's nodes.

Facts: protocol notes on Amazon Photos, section 6.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from photosync.model import Item, Kind
from photosync.provider_kit.amazon_drive import nodes
from photosync.provider_kit.amazon_drive.nodes import AVAILABLE, DriveNode, NodeKind
from photosync.provider_kit.json_fields import Json, identifier, number, part, text

_CAPTURE_TIMES = (
    ("image", "dateTimeOriginal"),
    ("image", "dateTime"),
    ("video", "dateTimeOriginal"),
    ("video", "creationDate"),
    ("video", "dateTime"),
)


def parse_node(content: object, missing_kind: NodeKind = NodeKind.FILE) -> DriveNode | None:
    """A file or folder; None for albums and other nodes. A node without a kind has `missing_kind`."""
    return nodes.parse_node(content, times=_CAPTURE_TIMES, missing_kind=missing_kind)


def items_of(listed: Iterable[DriveNode], album: str | None = None) -> Iterator[Item]:
    """The photos and videos among these, without folders and nodes in the trash."""
    return (item_of(node, album) for node in listed if node.kind is NodeKind.FILE and node.is_available)


def item_of(node: DriveNode, album: str | None = None) -> Item:
    """A photo or video with any status."""
    return node.item(
        kind=Kind.PHOTO if node.media is Kind.OTHER else node.media,
        favorite=node.favorite,
        collections=(album,) if album else (),
        gps=node.gps,
        locator={"owner": node.owner} if node.owner else None,
    )


@dataclass(frozen=True, slots=True)
class AmazonAlbum:
    """An album, owned by the account or shared by others."""

    id: str
    name: str
    owner: str | None
    is_shared: bool
    count: int | None
    """The number of its photos and videos."""


def parse_album(content: Json) -> AmazonAlbum | None:
    """An album; None for all other nodes, and for those in the trash."""
    id_ = identifier(content)
    if id_ is None or content.get("kind") != "VISUAL_COLLECTION" or text(content, "status") not in (None, AVAILABLE):
        return None
    properties = part(content, "collectionProperties")
    photos, videos = number(properties, "photoCount"), number(properties, "videoCount")
    return AmazonAlbum(
        id=id_,
        name=text(content, "name") or id_,
        owner=identifier(content, "ownerId"),
        is_shared=content.get("isShared") is True,
        count=None if photos is None and videos is None else (photos or 0) + (videos or 0),
    )
