"""HEIC, HEIF and AVIF: only changes that keep every length are made, since tables hold the offsets of all items.

ISO/IEC 23008-12, A.2.1: an Exif item begins with four bytes, the distance from there to the TIFF header; some writers
put `Exif` and two NULs between although they say 0.
"""

from __future__ import annotations

from photosync.formats.heif import HeifItems, read_items
from photosync.formats.sniff import Format
from photosync.formats.window import MalformedError, Window
from photosync.metadata.containers.container import Container, Range, prefix_length
from photosync.metadata.facts import Facts
from photosync.metadata.xmp.read import MAX_PACKET_BYTES, read_xmp


class Heif(Container):
    """A file of items."""

    parts = "boxes"
    cannot_grow = "an Exif item may not change its length"

    def __init__(self, window: Window, format_: Format) -> None:
        self._exif_item: Range | None = None
        super().__init__(window, format_)
        self.facts |= Facts(can_tell=not self.problem)

    def _read(self) -> None:
        items = read_items(self.window)
        self._read_exif(items)
        for item in items.describing_primary(b"mime", b"application/rdf+xml"):
            if len(item.extents) == 1:
                offset, length = item.extents[0]
                self.facts |= read_xmp(self.window.read(offset, min(length, MAX_PACKET_BYTES)))
                return

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
        if length > self.max_block_bytes:
            raise MalformedError("the Exif item is too large")
        content = self.window.exactly(offset, length)
        start = 4 + int.from_bytes(content[:4])
        if start == 4:
            start += prefix_length(content[4:])
        self._exif_item = (offset, offset + length)
        self._read_block(Window.over(content[start:]), offset + start)

    def mutable(self) -> tuple[Range, ...]:
        """The Exif item."""
        return (self._exif_item,) if self._exif_item else ()
