"""HEIC, HEIF and AVIF: the items in the tables of the `meta` box. No image is decoded.

ISO/IEC 14496-12, 8.11: `meta` holds `pitm` (the primary item), `iinf` (an `infe` for each item), `iloc` (where items
are) and `iref` (which item describes which, `cdsc`). ISO/IEC 23008-12, 6.5 and 9.3: `iprp` holds `ipco`, a list of
properties, and `ipma`, which gives each item its own; `ispe` is the size in pixels, and `irot` the rotation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from photosync.formats.boxes import Box, boxes, child, children
from photosync.formats.window import MalformedError, Window

_MAX_META_BYTES = 1 << 24
_MAX_ITEMS = 20_000
_ORIENTATIONS = (1, 8, 3, 6)
"""The EXIF orientation for 0 to 3 quarter turns anticlockwise."""
_MIRROR_OR_CROP = frozenset({b"imir", b"clap"})


@dataclass(slots=True)
class HeifItem:
    """One item."""

    type: bytes
    content_type: bytes = b""
    is_protected: bool = False
    describes: set[int] = field(default_factory=set)
    """Ids of other items."""
    extents: list[tuple[int, int]] = field(default_factory=list)
    """The offset in the file and length of each extent; empty if the item is not stored unchanged in the file."""


@dataclass(slots=True)
class HeifItems:
    """The items of a file by their ids, and the id of the primary one."""

    items: dict[int, HeifItem] = field(default_factory=dict)
    primary: int = 0

    def describing_primary(self, type_: bytes, content_type: bytes = b"") -> list[HeifItem]:
        """The items of a type that describe the primary item; a single item needs no reference to it."""
        found = [item for item in self.items.values() if (item.type, item.content_type) == (type_, content_type)]
        linked = [item for item in found if self.primary in item.describes]
        return linked or (found if len(found) == 1 else [])


class HeifSize(NamedTuple):
    """The primary image as stored, in pixels, and the EXIF orientation (1 to 8) in which it is shown."""

    width: int
    height: int
    orientation: int


def read_items(window: Window) -> HeifItems:
    """The items of a file. Raises `MalformedError`."""
    tables = _tables(window)
    found = HeifItems()
    if b"pitm" in tables:
        found.primary = _primary(window, tables[b"pitm"])
    if b"iinf" in tables:
        found.items.update(_infos(window, tables[b"iinf"]))
    if b"iref" in tables:
        _add_references(window, tables[b"iref"], found.items)
    if b"iloc" in tables:
        _add_extents(window, tables[b"iloc"], found.items)
    return found


def read_size(window: Window) -> HeifSize | None:
    """The size of the primary image; None if the boxes do not give it clearly.

    A mirrored or cropped image has none: readers interpret these properties differently.
    """
    try:
        tables = _tables(window)
        container = child(window, tables[b"iprp"], b"ipco")
        associations = child(window, tables[b"iprp"], b"ipma")
        if container is None or associations is None:
            return None
        properties = list(children(window, container))
        numbers = _property_numbers(_Fields(window, associations), _primary(window, tables[b"pitm"]))
        return _size(window, [properties[number - 1] for number in numbers if number])
    except (MalformedError, LookupError):
        return None


def _size(window: Window, properties: list[Box]) -> HeifSize | None:
    sizes = [box for box in properties if box.type == b"ispe"]
    turns = [box for box in properties if box.type == b"irot"]
    if len(sizes) != 1 or len(turns) > 1 or any(box.type in _MIRROR_OR_CROP for box in properties):
        return None
    fields = _Fields(window, sizes[0])
    width, height = fields.number(4), fields.number(4)
    orientation = _ORIENTATIONS[_Fields(window, turns[0], at=0).number(1) & 3 if turns else 0]
    return HeifSize(width, height, orientation) if width and height else None


def _tables(window: Window) -> dict[bytes, Box]:
    meta = next((box for box in boxes(window, 0, window.size) if box.type == b"meta"), None)
    if meta is None or meta.end - meta.position > _MAX_META_BYTES:
        raise MalformedError("there is no meta box")
    return {box.type: box for box in children(window, meta, skip=4)}


def _primary(window: Window, pitm: Box) -> int:
    fields = _Fields(window, pitm)
    return fields.number(4 if fields.version else 2)


def _infos(window: Window, iinf: Box) -> Iterator[tuple[int, HeifItem]]:
    version = window.exactly(iinf.content, 1)[0]
    for box in children(window, iinf, skip=6 if version == 0 else 8):
        fields = _Fields(window, box)
        if box.type != b"infe" or fields.version not in (2, 3):
            continue
        identity = fields.number(2 if fields.version == 2 else 4)
        protection = fields.number(2)
        type_ = fields.take(4)
        content_type = fields.rest().split(b"\0")[1:2] if type_ == b"mime" else []
        yield identity, HeifItem(type_, b"".join(content_type), protection != 0)


def _add_references(window: Window, iref: Box, items: dict[int, HeifItem]) -> None:
    size = 2 if window.exactly(iref.content, 1)[0] == 0 else 4
    for box in children(window, iref, skip=4):
        if box.type != b"cdsc":
            continue
        fields = _Fields(window, box, at=0)
        source, count = fields.number(size), fields.number(2)
        if source in items:
            items[source].describes.update(fields.number(size) for _ in range(count))


def _add_extents(window: Window, iloc: Box, items: dict[int, HeifItem]) -> None:
    fields = _Fields(window, iloc)
    sizes = fields.number(2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if fields.version else 0
    id_size = 4 if fields.version == 2 else 2
    for _ in range(min(fields.number(id_size), _MAX_ITEMS)):
        identity = fields.number(id_size)
        method = fields.number(2) & 15 if fields.version else 0
        reference, base = fields.number(2), fields.number(base_size)
        extents: list[tuple[int, int]] = []
        for _ in range(fields.number(2)):
            fields.number(index_size)
            offset, length = fields.number(offset_size), fields.number(length_size)
            extents.append((base + offset, length))
        if identity in items and method == 0 and reference == 0:
            items[identity].extents = extents


def _property_numbers(ipma: _Fields, item: int) -> list[int]:
    """The numbers, from 1, of the properties that belong to `item`."""
    number_size = 2 if ipma.flags & 1 else 1
    # The highest bit only forbids a reader that does not know the property to show the image.
    mask = (1 << (8 * number_size - 1)) - 1
    for _ in range(ipma.number(4)):
        identity = ipma.number(4 if ipma.version else 2)
        numbers = [ipma.number(number_size) & mask for _ in range(ipma.number(1))]
        if identity == item:
            return numbers
    raise MalformedError("the primary item has no properties")


class _Fields:
    """Reads the numbers of a box one after another, from `at`; a full box begins with version and flags."""

    def __init__(self, window: Window, box: Box, at: int = 4) -> None:
        self._content = window.exactly(box.content, min(box.end - box.content, _MAX_META_BYTES))
        self._at = at
        self.version = int.from_bytes(self._content[:1])
        self.flags = int.from_bytes(self._content[1:4])

    def take(self, size: int) -> bytes:
        found = self._content[self._at : self._at + size]
        if len(found) != size:
            raise MalformedError("a table ends too early")
        self._at += size
        return found

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size))

    def rest(self) -> bytes:
        return self._content[self._at :]
