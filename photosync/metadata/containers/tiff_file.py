"""TIFF files: the whole file is the block. Only the first page is read, and data is only appended to the file.

TIFF 6.0. Strips and tiles keep their positions, so their offsets do not change. Raw pictures with the
structure of a TIFF are only read.
"""

from __future__ import annotations

from photosync.formats.sniff import Format
from photosync.formats.tiff import MAX_VALUE_BYTES
from photosync.formats.window import Window
from photosync.metadata.containers.container import Container, Range
from photosync.metadata.exif.patch import Patch
from photosync.metadata.facts import Facts
from photosync.metadata.iptc import read_iptc
from photosync.metadata.splice import Splice
from photosync.metadata.xmp.read import MAX_PACKET_BYTES, read_xmp

_XMP, _IPTC = 0x02BC, 0x83BB


class TiffFile(Container):
    """A TIFF file, or a raw file with TIFF's structure, which is only read."""

    max_block_bytes = (1 << 32) - 1
    only_appends = True

    def __init__(self, window: Window, format_: Format) -> None:
        super().__init__(window, format_)
        if self.block is not None and self.block.holds_raw:
            self.problem = self.problem or "a raw picture is inside"

    def _read(self) -> None:
        self._read_block(self.window, 0)
        other = read_xmp(self._value(_XMP)) | read_iptc(self._value(_IPTC))
        self.facts |= other | Facts(can_tell=self.block is not None)

    def _value(self, tag: int) -> bytes:
        entry = self.block.entry("0th", tag) if self.block else None
        return self.block.raw(entry, MAX_PACKET_BYTES) if entry and self.block else b""

    def mutable(self) -> tuple[Range, ...]:
        """The header's pointer, the directories and their values; entries are proved one by one."""
        assert self.block is not None
        ranges = [(4, 8)]
        for directory in self.block.directories.values():
            ranges.append((directory.position, directory.end))
            ranges.extend(
                (entry.value_position, entry.value_position + entry.length)
                for entry in directory.entries
                if entry.length is not None and not entry.is_inline and entry.length <= MAX_VALUE_BYTES
            )
        return tuple(sorted(ranges))

    def _around(self, planned: Patch) -> tuple[Splice, ...]:
        return (Splice(self.window.size, 0, bytes(planned.tail)),) if planned.tail else ()
