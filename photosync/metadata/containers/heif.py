"""HEIC, HEIF and AVIF: items in boxes, found through tables of places. Only changes that keep every length are made.

ISO/IEC 14496-12, 8.11: `meta` holds `pitm` (the primary item), `iinf` (an `infe` for each item), `iloc` (where items
are) and `iref` (which item describes which, `cdsc`). ISO/IEC 23008-12, A.2.1: an Exif item begins with four bytes, the
distance from there to the TIFF header; some writers put `Exif` and two NULs between although they say 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from photosync.formats.boxes import Box, boxes, children
from photosync.formats.tiff import Block
from photosync.formats.window import MalformedError, Window
from photosync.metadata.containers.container import ExifHome, Filling, Range, left_alone, without_prefix
from photosync.metadata.exif.missing import Wishes
from photosync.metadata.file_metadata import FileMetadata
from photosync.metadata.splice import in_order
from photosync.metadata.xmp.read import MAX_PACKET_BYTES, XmpFacts, read_xmp

_MAX_META_BYTES = 1 << 24
_MAX_EXIF_BYTES = 1 << 24
_MAX_ITEMS = 20_000
_NO_ROOM = "an Exif item may not change its length"


@dataclass(slots=True)
class _Item:
    type: bytes
    content_type: bytes = b""
    is_protected: bool = False
    describes: set[int] = field(default_factory=set)
    places: list[Range] = field(default_factory=list)
    """Offset and length of each extent in the file; empty where the item is not in the file as it is."""


class Heif:
    """A file of items."""

    only_appends = False

    def __init__(self, window: Window) -> None:
        self._window = window
        self.problem = ""
        self.notes: tuple[str, ...] = ()
        self._items: dict[int, _Item] = {}
        self._primary = 0
        self._place: Range | None = None
        self._home = ExifHome()
        self._xmp = XmpFacts()
        try:
            self._read_meta()
            self._read_exif()
            self._xmp = self._read_xmp()
        except MalformedError as error:
            self.problem = f"the boxes are broken: {error}"
        self.problem = self.problem or self._home.problem
        self.is_damaged = bool(self.problem)
        self.facts = FileMetadata(exif=self._home.facts, xmp=self._xmp, can_tell=not self.problem)

    @property
    def block(self) -> Block | None:
        """The block of the primary item's Exif item."""
        return self._home.block

    def _read_meta(self) -> None:
        meta = next((box for box in boxes(self._window, 0, self._window.size) if box.type == b"meta"), None)
        if meta is None or meta.end - meta.position > _MAX_META_BYTES:
            raise MalformedError("there is no meta box")
        tables = {box.type: box for box in children(self._window, meta, skip=4)}
        if b"pitm" in tables:
            fields = self._fields(tables[b"pitm"])
            self._primary = fields.number(4 if fields.version else 2)
        if b"iinf" in tables:
            self._read_infos(tables[b"iinf"])
        if b"iref" in tables:
            self._read_references(tables[b"iref"])
        if b"iloc" in tables:
            self._read_places(tables[b"iloc"])

    def _fields(self, box: Box) -> _Fields:
        return _Fields(self._window.exactly(box.content, min(box.end - box.content, _MAX_META_BYTES)))

    def _read_infos(self, iinf: Box) -> None:
        version = self._window.exactly(iinf.content, 1)[0]
        for box in children(self._window, iinf, skip=6 if version == 0 else 8):
            fields = self._fields(box)
            if box.type != b"infe" or fields.version not in (2, 3):
                continue
            identity = fields.number(2 if fields.version == 2 else 4)
            protection = fields.number(2)
            type_ = fields.take(4)
            content_type = fields.rest().split(b"\0")[1:2] if type_ == b"mime" else []
            self._items[identity] = _Item(type_, b"".join(content_type), protection != 0)

    def _read_references(self, iref: Box) -> None:
        size = 2 if self._window.exactly(iref.content, 1)[0] == 0 else 4
        for box in children(self._window, iref, skip=4):
            if box.type != b"cdsc":
                continue
            fields = _Fields(self._window.exactly(box.content, min(box.end - box.content, 1 << 16)), at=0)
            source, count = fields.number(size), fields.number(2)
            if source in self._items:
                self._items[source].describes.update(fields.number(size) for _ in range(count))

    def _read_places(self, iloc: Box) -> None:
        fields = self._fields(iloc)
        sizes = fields.number(2)
        offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
        index_size = sizes & 15 if fields.version else 0
        wide = 4 if fields.version == 2 else 2
        for _ in range(min(fields.number(wide), _MAX_ITEMS)):
            identity = fields.number(wide)
            method = fields.number(2) & 15 if fields.version else 0
            reference, base = fields.number(2), fields.number(base_size)
            places: list[Range] = []
            for _ in range(fields.number(2)):
                fields.number(index_size)
                offset, length = fields.number(offset_size), fields.number(length_size)
                places.append((base + offset, length))
            if identity in self._items and method == 0 and reference == 0:
                self._items[identity].places = places

    def _linked(self, type_: bytes, content_type: bytes = b"") -> Iterator[_Item]:
        """The items of a type that describe the primary item; a single one needs no link."""
        found = [item for item in self._items.values() if (item.type, item.content_type) == (type_, content_type)]
        linked = [item for item in found if self._primary in item.describes]
        yield from linked or (found if len(found) == 1 else [])

    def _read_exif(self) -> None:
        found = list(self._linked(b"Exif"))
        if not found and any(item.type == b"Exif" for item in self._items.values()):
            raise MalformedError("there are several Exif items, none linked to the primary item")
        if not found:
            return
        item = found[0]
        if len(found) > 1 or len(item.places) != 1 or item.is_protected:
            raise MalformedError("the Exif item is not in one place of its own")
        offset, length = item.places[0]
        if length > _MAX_EXIF_BYTES:
            raise MalformedError("the Exif item is gigantic")
        content = self._window.exactly(offset, length)
        start = 4 + int.from_bytes(content[:4])
        if start == 4:
            start += without_prefix(content[4:])
        self._place = (offset, offset + length)
        self._home = ExifHome.read(Window.over(content[start:]), offset + start)

    def _read_xmp(self) -> XmpFacts:
        for item in self._linked(b"mime", b"application/rdf+xml"):
            if len(item.places) == 1:
                offset, length = item.places[0]
                return read_xmp(self._window.read(offset, min(length, MAX_PACKET_BYTES)))
        return XmpFacts()

    def mutable(self) -> tuple[Range, ...]:
        """The Exif item."""
        return (self._place,) if self._place else ()

    def fill(self, wishes: Wishes) -> Filling:
        """Patch what keeps its length."""
        if self.block is None:
            return left_alone(wishes, "there is no Exif item")
        planned = self._home.patch(wishes, 0, _NO_ROOM)
        splices = in_order(self._home.overwrites(planned))
        return Filling(splices, tuple(planned.changes), tuple(planned.left), planned.expected)


class _Fields:
    """The numbers of a full box, one after the other."""

    def __init__(self, content: bytes, at: int = 4) -> None:
        self._content = content
        self._at = at
        self.version = content[0] if content else 0

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
