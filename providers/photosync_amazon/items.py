"""Items and albums from the service's nodes.

Facts: protocol notes on Amazon Photos, section 6.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from photosync.model import PERSON, Collection, Item, Kind
from photosync.provider_kit.amazon_drive import nodes
from photosync.provider_kit.amazon_drive.nodes import AVAILABLE, DriveNode, NodeKind
from photosync.provider_kit.json_fields import Json, identifier, number, part, text

_UNNAMED = re.compile(r"[0-9a-f]{16,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""A person's name is a hash until the user gives one."""
_MOST_ITEMS = 10**9
"""More than any album has: a count above it is none, and two can be added up."""
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


def items_of(listed: Iterable[DriveNode], album: AmazonAlbum | None = None) -> Iterator[Item]:
    """The photos and videos among these, without folders and nodes in the trash."""
    return (item_of(node, album) for node in listed if node.kind is NodeKind.FILE and node.is_available)


def item_of(node: DriveNode, album: AmazonAlbum | None = None) -> Item:
    """A photo or video with any status."""
    return node.item(
        kind=Kind.PHOTO if node.media is Kind.OTHER else node.media,
        favorite=node.favorite,
        collections=(album.name,) if album else (),
        collection_ids=(album.id,) if album else (),
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
    modified: str | None = None
    """Changes when the album does."""

    @property
    def collection(self) -> Collection:
        """The album as the core knows it."""
        mark = None if self.count is None and self.modified is None else f"{self.modified} {self.count}"
        return Collection(self.id, self.name, "album", self.count, mark)


def parse_album(content: Json) -> AmazonAlbum | None:
    """An album; None for all other nodes, and for those in the trash."""
    id_ = identifier(content)
    if id_ is None or content.get("kind") != "VISUAL_COLLECTION" or text(content, "status") not in (None, AVAILABLE):
        return None
    properties = part(content, "collectionProperties")
    photos, videos = (number(properties, name, most=_MOST_ITEMS) for name in ("photoCount", "videoCount"))
    return AmazonAlbum(
        id=id_,
        name=text(content, "name") or id_,
        owner=identifier(content, "ownerId"),
        is_shared=content.get("isShared") is True,
        count=None if photos is None and videos is None else (photos or 0) + (videos or 0),
        modified=text(content, "modifiedDate"),
    )


def person_of(entry: Json) -> Collection | None:
    """A person among the aggregations; None for one whom the user has not named."""
    person = anybody_of(entry)
    return person if person is not None and person.name else None


def anybody_of(entry: Json) -> Collection | None:
    """The same (section 10: keys differ); the name is empty for one whom the user has not named."""
    id_ = identifier(entry, "clusterId") or identifier(entry, "value") or identifier(entry)
    name = text(entry, "name")
    if id_ is None:
        return None
    if name is None or name == id_ or _UNNAMED.fullmatch(name):
        name = ""
    count = number(entry, "count")
    hero = (
        identifier(entry, "heroNodeId") or identifier(part(entry, "hero"), "nodeId") or identifier(part(entry, "hero"))
    )
    return Collection(id_, name, PERSON, count, None if count is None else str(count), hero)
