"""The contents of the simulated account as the service's JSON (protocol notes, section 6).

Items differ in which fields are missing, null or in the other of two positions, as at the service.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from photosync.model import Kind
from photosync.testing.index import Card
from photosync.testing.library import SimulatedItem, SimulatedLibrary
from photosync.testing.media import CAMERAS
from photosync_amazon.simulator.filters import SearchClause
from photosync_amazon.simulator.tree import AccountTree, MadeFolder

Json = dict[str, object]

_FIRST_UPLOAD = datetime(2024, 3, 1, 8, 0, tzinfo=UTC).replace(tzinfo=None)
_BETWEEN_UPLOADS_S = 20
ALBUMS = ("Holiday", "Family", "Garden", "Birthday", "Shared with me")
_ALBUM_STEP = 40
THINGS = ("beach", "plant", "moon", "dog", "mountain", "food")
LOCATIONS = ("CAN#BC#Vancouver", "FRA#IDF#Paris", "DEU#BE#Berlin", "USA#CA#San Francisco", "JPN#13#Tokyo")
PEOPLE = ("cluster-anna", "cluster-ben", "cluster-chloe")
_DATE_PARTS = {"timeYear": "year", "timeMonth": "month", "timeDay": "day"}
_TYPES = {Kind.PHOTO: "PHOTOS", Kind.VIDEO: "VIDEOS"}


@dataclass(frozen=True, slots=True)
class SimulatedAccount:
    """The ids of the customer, and of the folders and albums."""

    seed: int
    tree: AccountTree = field(default_factory=AccountTree, compare=False)

    def __post_init__(self) -> None:
        """Add the usual folders: amazon-photos 0.0.97 fails where there are fewer side by side than processors."""
        videos = self._usual("Videos", self.root)
        self._usual("Documents", self.root)
        for year in range(2010, 2026):
            self._usual(str(year), videos)

    def _usual(self, name: str, parent: str) -> str:
        folder = MadeFolder(f"usual{len(self.tree.usual):03d}of{self.seed:012d}", name, parent)
        self.tree.usual[folder.id] = folder
        return folder.id

    @property
    def owner(self) -> str:
        """The customer."""
        return f"A1SIMULATED{self.seed:04d}"

    @property
    def stranger(self) -> str:
        """Another person, who shares an album with the customer."""
        return f"A1SOMEBODY{self.seed:04d}"

    @property
    def family(self) -> str:
        """The customer's family."""
        return f"family{self.seed:012d}"

    def owner_of(self, number: int) -> str:
        """Whose item it is."""
        return self.stranger if number in self.tree.foreign else self.owner

    def has(self, context: str, number: int) -> bool:
        """Whether an item is in a context of the search."""
        if not self.tree.finds_hidden and self.tree.written.get(number, {}).get("hidden"):
            return False
        if context == "family":
            return number in self.tree.vault
        if context in ("customer", "groups"):
            return (number in self.tree.foreign) is (context == "groups")
        return True

    @property
    def root(self) -> str:
        """The root folder."""
        return f"rootfolder{self.seed:012d}"

    @property
    def pictures(self) -> str:
        """The folder of all photos that were not uploaded to another folder."""
        return f"picturefolder{self.seed:09d}"

    def album(self, index: int) -> str:
        """An album of `ALBUMS`."""
        return f"album{index:03d}of{self.seed:012d}"

    def album_index(self, node_id: str) -> int | None:
        """The index in `ALBUMS` of an id."""
        return next((index for index in range(len(ALBUMS)) if self.album(index) == node_id), None)

    def parent(self, number: int) -> str:
        """The folder of an item."""
        return self.tree.parents.get(number, self.pictures)

    def is_member(self, album_id: str, number: int) -> bool:
        """Whether an item is in an album: from the beginning, or added later."""
        if number in self.tree.left.get(album_id, ()):
            return False
        index = self.album_index(album_id)
        is_old = index is not None and number not in self.tree.parents and in_album(number, index)
        return is_old or self.tree.is_member(album_id, number)

    def special_nodes(self, library: SimulatedLibrary) -> Iterator[Json]:
        """All nodes but photos: the root, the folders, the albums."""
        yield {**self._node(self.root, None, "FOLDER", []), "isRoot": True}
        yield self._node(self.pictures, "Pictures", "FOLDER", [self.root])
        for folder in (*self.tree.usual.values(), *self.tree.folders.values()):
            yield {**self._node(folder.id, folder.name, "FOLDER", [folder.parent]), "status": folder.status}
        for index, name in enumerate(ALBUMS):
            # An exact count would read all items; this one is right while items are only added.
            count = len(range(index, library.next_number, _ALBUM_STEP))
            if self.album(index) in self.tree.deleted:
                continue
            node = self._album_node(self.album(index), name, count)
            node["isShared"] = name.startswith("Shared")
            node["ownerId"] = self.stranger if node["isShared"] else self.owner
            node["collectionProperties"] = {"photoCount": count, "videoCount": 0} if index % 2 else {}
            yield node
        for album in list(self.tree.albums.values()):
            if album.id not in self.tree.deleted:
                yield self._album_node(album.id, album.name, 0)

    def _album_node(self, album_id: str, name: str, changes: int) -> Json:
        """An album, which began with `changes` items that were added one after the other."""
        changes += self.tree.changes[album_id]
        return {
            **self._node(album_id, self.tree.names.get(album_id, name), "VISUAL_COLLECTION", []),
            "modifiedDate": iso(_FIRST_UPLOAD + timedelta(seconds=changes)),
        }

    def _node(self, node_id: str, name: str | None, kind: str, parents: list[str]) -> Json:
        created = iso(_FIRST_UPLOAD - timedelta(days=1))
        return {
            "id": node_id,
            "name": name,
            "kind": kind,
            "status": "AVAILABLE",
            "ownerId": self.owner,
            "parents": parents,
            "isShared": False,
            "createdDate": created,
            "modifiedDate": created,
        }


def in_album(number: int, index: int) -> bool:
    """Whether the item `number` is in the album at `index` of `ALBUMS`."""
    return number % _ALBUM_STEP == index


def iso(moment: datetime) -> str:
    """A naive UTC time as the service writes it: with milliseconds and `Z`."""
    return moment.isoformat(timespec="milliseconds") + "Z"


def created(number: int, revision: int = 0) -> str:
    """The upload time of item `number`; it increases with the number."""
    return iso(_FIRST_UPLOAD + timedelta(seconds=number * _BETWEEN_UPLOADS_S + revision))


def card_test(clause: SearchClause, library: SimulatedLibrary) -> Callable[[Card], bool]:
    """Whether an item matches a clause of a search. Frequent clauses must be quick: they test a million items."""
    if all(len(together) == 1 for together in clause.words):
        words = {together[0] for together in clause.words}
        numbers = {int(word) for word in words if word.isdecimal()}
        if clause.field == "timeYear":
            return lambda card: card.year in numbers
        if clause.field == "type":
            kinds = {kind for kind, word in _TYPES.items() if word in words}
            return lambda card: card.kind in kinds
        if clause.field == "favorite":
            return lambda card: ("true" if card.favorite else "false") in words
    return lambda card: clause.matches(facet_values(library, card, clause.field))


def facet_values(library: SimulatedLibrary, card: Card, field: str) -> tuple[str, ...]:
    """The values that an item has for a search field."""
    if field == "type":
        return (_TYPES[card.kind],)
    if field == "favorite":
        return (str(card.favorite).lower(),)
    if field in _DATE_PARTS:
        return (str(getattr(card, _DATE_PARTS[field])),) if card.year else ()
    luck = library.draw(card.number).luck
    if field == "things":
        return tuple(thing for index, thing in enumerate(THINGS) if luck >> (17 + 3 * index) & 7 == 0)
    known, chance = (LOCATIONS, luck >> 5 & 15) if field == "location" else (PEOPLE, luck >> 40 & 7)
    return known[chance : chance + 1]


def file_node(library: SimulatedLibrary, account: SimulatedAccount, number: int, *, search: bool) -> Json:
    """The node of a photo or a video. In answers of /search the picture data is at the top in every second account,
    never in a part of the nodes: amazon-photos 0.0.97 cannot read both forms together."""
    item = library.item(number)
    node: Json = {
        "id": item.id,
        "name": item.name,
        "kind": "FILE",
        "status": "AVAILABLE" if library.has(number) else "TRASH",
        "ownerId": account.owner_of(number),
        "parents": [account.parent(number)],
        "isShared": False,
        "createdDate": created(number),
        "modifiedDate": created(number, item.revision + 1),
        "createdBy": "CloudDriveWeb",
        "description": "",
        "labels": [],
        "version": item.revision + 1,
        "settings": {"favorite": item.favorite, "hidden": False},
        "contentProperties": _content_properties(library, item),
    }
    written = account.tree.written.get(number)
    if written is not None:
        node["description"], node["labels"] = written.get("description", ""), written.get("labels", [])
        favorite = written.get("favorite", item.favorite)
        node["settings"] = {"favorite": favorite, "hidden": written.get("hidden", False)}
    if "name" in item.missing:
        _leave_out(node, "name", number)
    _add_details(library, item, node if search and account.seed % 2 else node["contentProperties"])
    return node


def _content_properties(library: SimulatedLibrary, item: SimulatedItem) -> Json:
    video = item.kind is Kind.VIDEO
    properties: Json = {
        "md5": library.md5(item),
        "size": item.size_bytes,
        "contentType": "video/mp4" if video else "image/jpeg",
        "extension": "mp4" if video else "jpg",
        "contentDate": iso(item.instant),
        "version": item.revision + 1,
    }
    for word, key in (("md5", "md5"), ("size", "size"), ("taken", "contentDate"), ("details", "extension")):
        if word in item.missing:
            _leave_out(properties, key, item.number)
    return properties


def _leave_out(part: Json, key: str, number: int) -> None:
    """Remove a field or set it to null: the service does both."""
    if number % 2:
        part[key] = None
    else:
        del part[key]


GPS_EVERY = 4
"""One in this many photos has a position."""


def _add_details(library: SimulatedLibrary, item: SimulatedItem, part: object) -> None:
    assert isinstance(part, dict)
    word = "video" if item.kind is Kind.VIDEO else "image"
    if "details" in item.missing:
        part[word] = None
        return
    width, height = library.dimensions(item)
    details: Json = {"width": width, "height": height}
    camera = CAMERAS[item.shape.camera]
    if item.kind is Kind.VIDEO:
        seconds = library.duration_s(item)
        details |= {"duration": seconds if item.number % 2 else int(seconds * 1000), "videoCodec": "mjpeg"}
    elif camera is not None:
        details |= {"make": camera.make, "model": camera.model}
        if "taken" not in item.missing:
            details["dateTimeOriginal"] = iso(item.instant)
        if item.number % GPS_EVERY == 0:
            details["location"] = f"{49 + item.number % 7}.2827, -{123 - item.number % 11}.1207"
    part[word] = details


_CHEAP: dict[str, object] = {"kind": "FILE", "isRoot": False, "labels": (), "description": "", "settings.hidden": False}


def field_value(library: SimulatedLibrary, account: SimulatedAccount, number: int, field: str) -> object:
    """A field of a node by its dotted name, without generating the whole node where possible."""
    if field in _CHEAP and number not in account.tree.written:
        return _CHEAP[field]
    if field == "createdDate":
        return created(number)
    if field == "parents":
        return [account.parent(number)]
    return dotted(file_node(library, account, number, search=False), field)


def dotted(node: Json, field: str) -> object:
    """A field of any node by its dotted name."""
    value: object = node.get("settings") if field == "favorite" else node
    for key in field.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def used_storage(library: SimulatedLibrary) -> Json:
    """The answer to /account/usage (section 10)."""
    sizes, counts = Counter[Kind](), Counter[Kind]()
    for number in filter(library.has, range(library.next_number)):
        item = library.item(number)
        sizes[item.kind] += item.size_bytes
        counts[item.kind] += 1
    nothing = {"bytes": 0, "count": 0}

    def used(kind: Kind) -> Json:
        total = {"bytes": sizes[kind], "count": counts[kind]}
        return {"billable": nothing if kind is Kind.PHOTO else total, "total": total}  # photos are free with Prime

    return {
        "lastCalculated": "2024-03-01T08:00:00.000Z",
        "photo": used(Kind.PHOTO),
        "video": used(Kind.VIDEO),
        "doc": used(Kind.OTHER),
        "other": used(Kind.OTHER),
    }
