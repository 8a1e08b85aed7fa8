"""HEIC, HEIF and AVIF: only changes that keep every length are made, since tables hold the offsets of all items.

ISO/IEC 23008-12, A.2.1: an Exif item begins with four bytes, the distance from there to the TIFF header; some writers
put `Exif` and two NULs between although they say 0.
"""

from __future__ import annotations

from photosync.formats.heif import HeifItems, read_items
from photosync.formats.window import MalformedError, Window
from photosync.metadata.containers.container import (
    Container,
    EditPlan,
    EmbeddedExif,
    Range,
    nothing_written,
    prefix_length,
)
from photosync.metadata.file_metadata import Facts, FileMetadata
from photosync.metadata.missing import Missing
from photosync.metadata.xmp.read import MAX_PACKET_BYTES, read_xmp

_MAX_EXIF_BYTES = 1 << 24


class Heif(Container):
    """A file of items."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._exif_item: Range | None = None
        xmp, damage = Facts(), ""
        try:
            items = read_items(window)
            self._read_exif(items)
            xmp = self._read_xmp(items)
        except MalformedError as error:
            damage = f"the boxes are broken: {error}"
        self._set_damage(damage)
        self.facts = FileMetadata(exif=self._exif.facts, other=xmp, can_tell=not self.problem)

    def _read_exif(self, items: HeifItems) -> None:
        found = items.describing_primary(b"Exif")
        if not found and any(item.type == b"Exif" for item in items.items.values()):
            raise MalformedError("there are several Exif items, none linked to the primary item")
        if not found:
            return
        item = found[0]
        if len(found) > 1 or len(item.extents) != 1 or item.is_protected:
            raise MalformedError("the Exif item is not in one place of its own")
        offset, length = item.extents[0]
        if length > _MAX_EXIF_BYTES:
            raise MalformedError("the Exif item is too large")
        content = self._window.exactly(offset, length)
        start = 4 + int.from_bytes(content[:4])
        if start == 4:
            start += prefix_length(content[4:])
        self._exif_item = (offset, offset + length)
        self._exif = EmbeddedExif.read(Window.over(content[start:]), offset + start)

    def _read_xmp(self, items: HeifItems) -> Facts:
        for item in items.describing_primary(b"mime", b"application/rdf+xml"):
            if len(item.extents) == 1:
                offset, length = item.extents[0]
                return read_xmp(self._window.read(offset, min(length, MAX_PACKET_BYTES)))
        return Facts()

    def mutable(self) -> tuple[Range, ...]:
        """The Exif item."""
        return (self._exif_item,) if self._exif_item else ()

    def plan(self, missing: Missing) -> EditPlan:
        """Patch what keeps its length."""
        if self.block is None:
            return nothing_written(missing, "there is no Exif item")
        return self._exif.edit(self._exif.patch(missing, 0, "an Exif item may not change its length"))
