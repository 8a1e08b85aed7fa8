"""TIFF files: the whole file is the block. Only the first page is looked at, and the file is only ever appended to.

TIFF 6.0. Strips and tiles keep their places, so nothing that addresses them has to change. Raw pictures in TIFF's
clothes are only read.
"""

from __future__ import annotations

from photosync.formats.tiff import MAX_VALUE_BYTES, Block
from photosync.formats.window import Window
from photosync.metadata.containers.container import ExifHome, Filling, Range
from photosync.metadata.exif.missing import Wishes
from photosync.metadata.file_metadata import FileMetadata
from photosync.metadata.iptc import IptcFacts, read_iptc
from photosync.metadata.splice import Splice, in_order
from photosync.metadata.xmp.read import MAX_PACKET_BYTES, XmpFacts, read_xmp

_MAX_FILE_BYTES = (1 << 32) - 1
_XMP, _IPTC = 0x02BC, 0x83BB
_DNG_VERSION, _PHOTOMETRIC, _RAW_PHOTOMETRICS = 0xC612, 0x0106, {32803, 34892}


class TiffFile:
    """A TIFF file, or a raw file with TIFF's structure, which is only read."""

    only_appends = True

    def __init__(self, window: Window) -> None:
        self._window = window
        self.notes: tuple[str, ...] = ()
        self._home = ExifHome.read(window, 0)
        self.problem = self._home.problem
        self.is_damaged = bool(self.problem)
        if self.block is not None and _is_raw(self.block):
            self.problem = self.problem or "a raw picture is inside"
        self.facts = FileMetadata(
            exif=self._home.facts, xmp=self._read_xmp(), iptc=self._read_iptc(), can_tell=self.block is not None
        )

    @property
    def block(self) -> Block | None:
        """The file."""
        return self._home.block

    def _value(self, tag: int) -> bytes:
        entry = self.block.entry("0th", tag) if self.block else None
        return self.block.raw(entry, MAX_PACKET_BYTES) if entry and self.block else b""

    def _read_xmp(self) -> XmpFacts:
        return read_xmp(self._value(_XMP))

    def _read_iptc(self) -> IptcFacts:
        return read_iptc(self._value(_IPTC))

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

    def fill(self, wishes: Wishes) -> Filling:
        """Patch the block; what is new goes behind the file's last byte."""
        planned = self._home.patch(wishes, _MAX_FILE_BYTES - self._window.size)
        splices = self._home.overwrites(planned)
        if planned.tail:
            splices.append(Splice(self._window.size, 0, bytes(planned.tail)))
        return Filling(in_order(splices), tuple(planned.changes), tuple(planned.left), planned.expected)


def _is_raw(block: Block) -> bool:
    photometric = block.entry("0th", _PHOTOMETRIC)
    values = block.numbers(photometric) if photometric else ()
    return block.entry("0th", _DNG_VERSION) is not None or not _RAW_PHOTOMETRICS.isdisjoint(values)
