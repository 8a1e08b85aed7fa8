"""The nodes of a simulated drive and the journal of what happened to them (protocol notes, sections 4 and 8)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from photosync.model import Kind
from photosync.testing.library import SimulatedItem, SimulatedLibrary

Raw = dict[str, object]

ROOT = "RootExample_AAAAAAAAAA"
PICTURES = "PicturesExample_AAAAAA"
_FIRST_UPLOAD = datetime(2016, 1, 1, tzinfo=UTC)
_MADE = "2015-03-01T10:20:30.123Z"


class DriveLibrary(SimulatedLibrary):
    """Remembers what was touched, because the journal tells of it."""

    def __init__(self, count: int, **options: object) -> None:
        super().__init__(count, **options)  # type: ignore[arg-type]  # the base class checks
        self.touched: list[str] = []

    def change(self, item_id: str) -> None:
        """Give an item another content."""
        super().change(item_id)
        self.touched.append(item_id)

    def remove(self, item_id: str) -> None:
        """Purge an item."""
        super().remove(item_id)
        self.touched.append(item_id)


class Drive:
    """Folders by year below `Pictures`, the items in them, and whatever a test puts beside them."""

    def __init__(self, library: DriveLibrary) -> None:
        self.library = library
        self.epoch = 1
        """Part of every checkpoint; one of another epoch is too old."""
        self._own: dict[str, Raw] = {
            ROOT: {**_folder(ROOT, "", ()), "isRoot": True},
            PICTURES: _folder(PICTURES, "Pictures", (ROOT,)),
        }
        del self._own[ROOT]["name"]
        self._said: dict[str, Raw] = {}
        self._journal = [ROOT, PICTURES]
        self._met = 0
        self._touched = 0

    # What tests do

    def put(self, node: Mapping[str, object]) -> str:
        """Add a node as it is, or put it in place of the one of that id."""
        with self.library.lock:
            id_ = str(node["id"])
            self._own[id_] = dict(node)
            self._journal.append(id_)
            self.library.version += 1
        return id_

    def add_folder(self, name: str, *parents: str) -> str:
        """A new folder, below the root unless told otherwise; its id."""
        id_ = f"Folder{len(self._own):04d}Example_AAAA"
        return self.put(_folder(id_, name, parents or (ROOT,)))

    def say(self, node_id: str, **fields: object) -> None:
        """Change fields of a node or an item: `parents`, `status`, `name`. None takes one away."""
        with self.library.lock:
            self.catch_up()
            self._said.setdefault(node_id, {}).update(fields)
            self._journal.append(node_id)
            self.library.version += 1

    # What the service does

    def catch_up(self) -> None:
        """Take into the journal what happened to the library."""
        library = self.library
        with library.lock:
            for number in range(self._met, library.next_number):
                if library.has(number):
                    self._year_folder(library.item(number))
                self._journal.append(library.id_of(number))
            self._met = library.next_number
            self._journal += library.touched[self._touched :]
            self._touched = len(library.touched)

    def journal(self, start: int, line_nodes: int) -> Iterator[tuple[int, list[Raw]]]:
        """The nodes as they are now, a line at a time, and where each line ends. Each node once, where it is last."""
        self.catch_up()
        journal = self._journal
        last = {id_: place for place, id_ in enumerate(journal)}
        places = [place for place in range(start, len(journal)) if last[journal[place]] == place]
        for first in range(0, len(places), line_nodes):
            line = places[first : first + line_nodes]
            yield line[-1] + 1, [self.node(journal[place]) for place in line]

    @property
    def length(self) -> int:
        """Of the journal."""
        self.catch_up()
        return len(self._journal)

    def all(self) -> Iterator[Raw]:
        """Every node that is there, whatever its status."""
        self.catch_up()
        yield from (self.node(id_) for id_ in list(self._own))
        for number in range(self.library.next_number):
            if self.library.has(number):
                yield self.node(self.library.id_of(number))

    def knows(self, node_id: str) -> bool:
        """Whether there is such a node now."""
        self.catch_up()
        number = self.library.number_of(node_id)
        return node_id in self._own or (number is not None and self.library.has(number))

    def node(self, node_id: str) -> Raw:
        """A node's JSON; of one that is gone there is hardly more than the id."""
        if node_id in self._own:
            node = dict(self._own[node_id])
        else:
            number = self.library.number_of(node_id)
            if number is None or not self.library.has(number):
                return {"id": node_id, "kind": "FILE", "status": "PURGED"}
            node = self._file(self.library.item(number))
        node.update(self._said.get(node_id, {}))
        return {key: value for key, value in node.items() if value is not None}

    def _year_folder(self, item: SimulatedItem) -> str:
        id_ = f"Year{item.reading.year}Example_AAAAAA"
        if id_ not in self._own:
            self._own[id_] = _folder(id_, str(item.reading.year), (PICTURES,))
            self._journal.append(id_)
        return id_

    def _file(self, item: SimulatedItem) -> Raw:
        missing, is_video = item.missing, item.kind is Kind.VIDEO
        taken = None if item.taken is None else f"{item.taken.isoformat(timespec='milliseconds')}Z"
        width, height = self.library.dimensions(item)
        details: Raw = {"width": width, "height": height}
        if taken:
            details["creationDate" if is_video else "dateTimeOriginal"] = taken
        properties: Raw = {
            "version": item.revision + 1,
            "size": None if "size" in missing else item.size_bytes,
            "md5": None if "md5" in missing else self.library.md5(item),
            "contentType": "video/mp4" if is_video else "image/jpeg",
            "extension": "mp4" if is_video else "jpg",
            "contentDate": taken,
            "video" if is_video else "image": None if "details" in missing else details,
        }
        return {
            "id": item.id,
            "name": None if "name" in missing else item.name,
            "kind": "FILE",
            "status": "AVAILABLE",
            "version": item.revision + 1,
            "createdDate": f"{_FIRST_UPLOAD + timedelta(seconds=item.number):%Y-%m-%dT%H:%M:%S}.000Z",
            "modifiedDate": _MADE,
            "createdBy": "simulator",
            "parents": [f"Year{item.reading.year}Example_AAAAAA"],
            "restricted": False,
            "isShared": False,
            "contentProperties": {key: value for key, value in properties.items() if value is not None},
        }


def _folder(id_: str, name: str, parents: Sequence[str]) -> Raw:
    return {
        "id": id_,
        "name": name,
        "kind": "FOLDER",
        "status": "AVAILABLE",
        "version": 1,
        "createdDate": _MADE,
        "modifiedDate": _MADE,
        "parents": list(parents),
    }


def line(content: Mapping[str, object]) -> bytes:
    """One line of the stream."""
    return json.dumps(content).encode() + b"\n"
