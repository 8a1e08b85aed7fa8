"""The nodes of a simulated drive and the journal of their changes (protocol notes, sections 4 and 8)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from photosync.model import Kind
from photosync.testing.library import SimulatedItem, SimulatedLibrary
from photosync.testing.receiving import Upload
from photosync_clouddrive.simulator.names import FolderEntry, NameIndex

Raw = dict[str, object]

ROOT = "RootExample_AAAAAAAAAA"
PICTURES = "PicturesExample_AAAAAA"
_FIRST_UPLOAD = datetime(2016, 1, 1, tzinfo=UTC)
_MADE = "2015-03-01T10:20:30.123Z"


class DriveLibrary(SimulatedLibrary):
    """A library that records changed items for the journal."""

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
    """Folders by year below `Pictures`, the items in them, and the nodes that a test adds."""

    def __init__(self, library: DriveLibrary) -> None:
        self.library = library
        self.epoch = 1
        """Part of every checkpoint; a checkpoint of another epoch is too old."""
        self._own: dict[str, Raw] = {
            ROOT: {**_folder(ROOT, "", ()), "isRoot": True},
            PICTURES: _folder(PICTURES, "Pictures", (ROOT,)),
        }
        del self._own[ROOT]["name"]
        self._said: dict[str, Raw] = {}
        self._received: dict[str, Raw] = {}
        """Uploaded files, as they were described then."""
        self.hidden: set[str] = set()
        """Nodes that are not listed yet, but reserve their names."""
        self._names = NameIndex(self._entry)
        self._journal: list[str] = []
        self._note(ROOT, PICTURES)
        self._met = 0
        self._touched = 0

    # For tests

    def put(self, node: Mapping[str, object]) -> str:
        """Add a node unchanged, or replace the node of the same id."""
        with self.library.lock:
            id_ = str(node["id"])
            self._own[id_] = dict(node)
            self._note(id_)
            self.library.version += 1
        return id_

    def add_folder(self, name: str, *parents: str) -> str:
        """Add a folder, below the root by default; returns its id."""
        id_ = f"Folder{len(self._own):04d}Example_AAAA"
        return self.put(_folder(id_, name, parents or (ROOT,)))

    def say(self, node_id: str, **fields: object) -> None:
        """Change fields of a node or an item: `parents`, `status`, `name`. None removes a field."""
        with self.library.lock:
            self.catch_up()
            self._said.setdefault(node_id, {}).update(fields)
            self._note(node_id)
            self.library.version += 1

    def tree(self) -> dict[str, str]:
        """The md5 of every existing file, by its path in each of its folders."""
        found: dict[str, str] = {}
        for node in self.all():
            properties = node.get("contentProperties")
            if node.get("kind") == "FILE" and node.get("status") == "AVAILABLE" and isinstance(properties, dict):
                for folder in self._paths(parents_of(node)):
                    path = f"{folder}{node.get('name')}"
                    while path in found:
                        path += " (again)"
                    found[path] = str(properties.get("md5"))
        return found

    def _paths(self, parents: Sequence[str]) -> Iterator[str]:
        """The paths of folders outside the trash, with a slash at the end; the root's is empty."""
        for parent in parents:
            folder = self.node(parent)
            if folder.get("isRoot"):
                yield ""
            elif folder.get("status") == "AVAILABLE":
                yield from (f"{above}{folder.get('name')}/" for above in self._paths(parents_of(folder)))

    # For the service

    def catch_up(self) -> None:
        """Add the library's changes to the journal."""
        library = self.library
        with library.lock:
            for number in range(self._met, library.next_number):
                if library.has(number) and library.id_of(number) not in self._received:
                    self._year_folder(library.item(number))
                self._note(library.id_of(number))
            self._met = library.next_number
            self._note(*library.touched[self._touched :])
            self._touched = len(library.touched)

    def journal(self, start: int, line_nodes: int) -> Iterator[tuple[int, list[Raw]]]:
        """The current nodes for each line, and the line's end. A node is listed once, at its last change."""
        self.catch_up()
        journal = self._journal
        last = {id_: position for position, id_ in enumerate(journal)}
        positions = [position for position in range(start, len(journal)) if last[journal[position]] == position]
        for first in range(0, len(positions), line_nodes):
            line = positions[first : first + line_nodes]
            yield (
                line[-1] + 1,
                [self.node(journal[position]) for position in line if journal[position] not in self.hidden],
            )

    @property
    def length(self) -> int:
        """The length of the journal."""
        self.catch_up()
        return len(self._journal)

    def all(self) -> Iterator[Raw]:
        """Every existing node with any status."""
        self.catch_up()
        yield from (self.node(id_) for id_ in list(self._own))
        numbers = range(self.library.next_number)
        yield from self._seen(self.library.id_of(number) for number in numbers if self.library.has(number))

    def children(self, parent: str) -> Iterator[Raw]:
        """The nodes in a folder, with any status."""
        self.catch_up()
        yield from self._seen(self._names.children(parent))

    def with_md5(self, md5: str) -> Iterator[Raw]:
        """The files with this content and any status."""
        self.catch_up()
        known = [*self._own, *map(self.library.id_of, self.library.with_md5(md5))]
        for node in self._seen(known):
            properties = node.get("contentProperties")
            if isinstance(properties, dict) and properties.get("md5") == md5:
                yield node

    def _seen(self, node_ids: Iterable[str]) -> Iterator[Raw]:
        return (self.node(id_) for id_ in node_ids if id_ not in self.hidden)

    def holder(self, parent: str, name: str) -> str | None:
        """The node outside the trash that has this name in a folder."""
        self.catch_up()
        return self._names.holder(parent, name)

    def is_open_folder(self, node_id: str) -> bool:
        """Whether it is an existing folder outside the trash."""
        node = self.node(node_id) if self.knows(node_id) else {}
        return (node.get("kind"), node.get("status")) == ("FOLDER", "AVAILABLE")

    def used_bytes(self) -> int:
        """The size of all files, including the trash."""
        return sum(item.size_bytes for item in self.library.expected())

    def receive(self, upload: Upload, name: str, parent: str, mime: str) -> str:
        """Store an uploaded file; returns its id."""
        library, is_video = self.library, mime.startswith("video/")
        extension = name.rpartition(".")[2].lower() if "." in name else None
        with library.lock:
            id_ = library.receive(upload, name=name, kind=Kind.VIDEO if is_video else Kind.PHOTO)
            node = self._file(library.item(library.next_number - 1))
            properties = {"version": 1, "contentType": mime, "extension": extension}
            self._received[id_] = {**node, "name": name, "parents": [parent], "contentProperties": properties}
            self._note(id_)
        return id_

    def knows(self, node_id: str) -> bool:
        """Whether the node exists now."""
        self.catch_up()
        number = self.library.number_of(node_id)
        if node_id in self.hidden:
            return False
        return node_id in self._own or (number is not None and self.library.has(number))

    def node(self, node_id: str) -> Raw:
        """A node's JSON; a purged node has little more than the id."""
        if node_id in self._own:
            node = dict(self._own[node_id])
        else:
            number = self.library.number_of(node_id)
            if number is None or not self.library.has(number):
                return {"id": node_id, "kind": "FILE", "status": "PURGED"}
            item = self.library.item(number)
            node = self._as_received(item) if node_id in self._received else self._file(item)
        node.update(self._said.get(node_id, {}))
        return {key: value for key, value in node.items() if value is not None}

    def _year_folder(self, item: SimulatedItem) -> str:
        id_ = f"Year{item.reading.year}Example_AAAAAA"
        if id_ not in self._own:
            self._own[id_] = _folder(id_, str(item.reading.year), (PICTURES,))
            self._note(id_)
        return id_

    def _note(self, *node_ids: str) -> None:
        """Record a change of these nodes."""
        self._journal += node_ids
        for node_id in node_ids:
            self._names.touch(node_id)

    def _entry(self, node_id: str) -> FolderEntry | None:
        """Without reading any content."""
        number = self.library.number_of(node_id)
        if node_id not in self._own and (number is None or not self.library.has(number)):
            return None
        if (node := self._own.get(node_id) or self._received.get(node_id)) is None:
            assert number is not None
            item = self.library.item(number)
            name = "" if "name" in item.missing else item.name
            node = {"name": name, "parents": [f"Year{item.reading.year}Example_AAAAAA"], "status": "AVAILABLE"}
        node = {**node, **self._said.get(node_id, {})}
        status = node.get("status")
        name = str(node.get("name") or "")
        return FolderEntry(name, tuple(parents_of(node)), holds_name=bool(name) and status in ("AVAILABLE", "PENDING"))

    def _as_received(self, item: SimulatedItem) -> Raw:
        node = dict(self._received[item.id])
        properties = node["contentProperties"]
        assert isinstance(properties, dict)
        told = {**properties, "size": item.size_bytes, "md5": self.library.md5(item), "version": item.revision + 1}
        return {**node, "contentProperties": {key: value for key, value in told.items() if value is not None}}

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


def parents_of(node: Raw) -> list[str]:
    """The folders of a node."""
    parents = node.get("parents")
    return parents if isinstance(parents, list) else []


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
