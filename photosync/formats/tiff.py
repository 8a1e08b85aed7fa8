"""The TIFF structure of Exif: a header, and directories (IFDs) of entries. A bounded reader.

TIFF 6.0, section 2: the header is the byte order (`II` or `MM`), 42, and the offset of the first directory. A directory
is a count, that many entries of 12 bytes (tag, type, count, value or the offset of the value), and the offset of the
next directory. CIPA DC-008 (Exif) 4.6.3 adds pointers to further directories: Exif, GPS, Interoperability.

Each directory is read once, with at most 1 000 entries; values are read on demand. `Block.problems` says why a block
must not be changed, `Block.growth_problems` why it must not grow.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from photosync.formats.window import MalformedError, Window

ByteOrder = Literal["<", ">"]
DirectoryName = Literal["0th", "Exif", "GPS", "Interop", "1st"]

BYTE, ASCII, SHORT, LONG, RATIONAL, SBYTE, UNDEFINED, SSHORT, SLONG, SRATIONAL, FLOAT, DOUBLE, IFD = range(1, 14)
TYPE_SIZES = {
    **dict.fromkeys((BYTE, ASCII, SBYTE, UNDEFINED), 1),
    **dict.fromkeys((SHORT, SSHORT), 2),
    **dict.fromkeys((LONG, SLONG, FLOAT, IFD), 4),
    **dict.fromkeys((RATIONAL, SRATIONAL, DOUBLE), 8),
}
_WHOLE_NUMBERS = {BYTE: "B", SHORT: "H", LONG: "I", IFD: "I", SBYTE: "b", SSHORT: "h", SLONG: "i"}
MAX_ENTRIES = 1000
MAX_VALUE_BYTES = 1 << 16
"""The maximum number of bytes that are read of a value."""

POINTERS: dict[tuple[DirectoryName, int], DirectoryName] = {
    ("0th", 0x8769): "Exif",
    ("0th", 0x8825): "GPS",
    ("Exif", 0xA005): "Interop",
}
_SUB_IFDS = 0x014A
THUMBNAIL_OFFSET, THUMBNAIL_LENGTH = 0x0201, 0x0202
_DNG_VERSION, _PHOTOMETRIC = 0xC612, 0x0106
_RAW_PHOTOMETRICS = {32803, 34892}
"""Colour filter array and linear raw (DNG specification 1.7, PhotometricInterpretation)."""
_STRIPS = {0x0111: 0x0117, 0x0144: 0x0145}
"""The tags of the offsets of strips and tiles, and those of their lengths."""
_STRIPS_AND_THUMBNAIL = {THUMBNAIL_OFFSET: THUMBNAIL_LENGTH, **_STRIPS}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a directory. Positions count from the block's first byte."""

    tag: int
    type: int
    count: int
    position: int
    """The position of the entry's 12 bytes."""
    value_position: int
    """The position of the value: inside the entry if it has at most 4 bytes."""
    length: int | None
    """The length of the value in bytes; None for an unknown type."""

    @property
    def is_inline(self) -> bool:
        """Whether the value is in the entry itself."""
        return self.length is None or self.length <= 4


@dataclass(frozen=True, slots=True)
class Directory:
    """One directory, as far as it could be read."""

    name: DirectoryName
    position: int
    entries: tuple[Entry, ...]

    @property
    def next_position(self) -> int:
        """The position of the pointer to the next directory."""
        return self.position + 2 + 12 * len(self.entries)

    @property
    def end(self) -> int:
        """The offset after the directory."""
        return self.next_position + 4

    def entry(self, tag: int) -> Entry | None:
        """The first entry with `tag`, the one that readers use."""
        for entry in self.entries:
            if entry.tag == tag:
                return entry
        return None


@dataclass(frozen=True, slots=True)
class Block:
    """A parsed TIFF block."""

    window: Window
    order: ByteOrder
    directories: dict[DirectoryName, Directory] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    """Why the block must not be changed."""
    growth_problems: list[str] = field(default_factory=list)
    """Why nothing may be appended to the block."""
    shared: set[DirectoryName] = field(default_factory=set)
    """The directories to which more than one pointer leads."""

    def entry(self, directory: DirectoryName, tag: int) -> Entry | None:
        """The entry with `tag` in `directory`, if both exist."""
        found = self.directories.get(directory)
        return found.entry(tag) if found else None

    def raw(self, entry: Entry, limit: int = MAX_VALUE_BYTES) -> bytes:
        """The unchanged bytes of the value, cut at `limit` and at the block's end."""
        return self.window.read(entry.value_position, min(entry.length or 0, limit))

    def numbers(self, entry: Entry) -> tuple[int, ...]:
        """The values of an entry of whole numbers; none for other types."""
        return tuple(number for (number,) in self._values(entry, _WHOLE_NUMBERS))

    def rationals(self, entry: Entry) -> tuple[tuple[int, int], ...]:
        """Numerators and denominators of an entry of rationals; none for other types."""
        return tuple((top, bottom) for top, bottom in self._values(entry, {RATIONAL: "II", SRATIONAL: "ii"}))

    def _values(self, entry: Entry, codes: Mapping[int, str]) -> Iterator[tuple[int, ...]]:
        if entry.type in codes:
            raw, size = self.raw(entry), TYPE_SIZES[entry.type]
            yield from struct.iter_unpack(self.order + codes[entry.type], raw[: len(raw) // size * size])

    def text(self, directory: DirectoryName, tag: int) -> str | None:
        """A text up to its first NUL, stripped; None if there is no entry or it has no text."""
        whole = self.characters(directory, tag)
        return None if whole is None else whole.split("\0")[0].strip()

    def characters(self, directory: DirectoryName, tag: int) -> str | None:
        """A text with its NULs."""
        entry = self.entry(directory, tag)
        if entry is None or entry.type not in (BYTE, ASCII, UNDEFINED) or not entry.length:
            return None
        return self.raw(entry).decode("utf-8", "replace")

    @property
    def is_sound(self) -> bool:
        """Whether all offsets and lengths are valid, so that other libraries can read it safely."""
        return not self.problems and not self.growth_problems

    @property
    def holds_raw(self) -> bool:
        """Whether the first directory says that this is a raw picture."""
        photometric = self.entry("0th", _PHOTOMETRIC)
        values = self.numbers(photometric) if photometric else ()
        return self.entry("0th", _DNG_VERSION) is not None or not _RAW_PHOTOMETRICS.isdisjoint(values)


TIFF_SIGNATURES = (b"II*\0", b"MM\0*")
RAW_SIGNATURES = (*TIFF_SIGNATURES, b"IIRO", b"IIRS", b"MMOR", b"IIU\0")
"""Olympus and Panasonic use other values in place of 42."""


def read_block(window: Window, signatures: tuple[bytes, ...] = TIFF_SIGNATURES) -> Block:
    """Read the directories of a block; raises `MalformedError` if there is no TIFF header or first directory."""
    header = window.exactly(0, 8)
    if header[:4] not in signatures:
        raise MalformedError("no TIFF header")
    block = Block(window, "<" if header[:2] == b"II" else ">")
    _BlockReader(block).read()
    return block


class _BlockReader:
    """Fills a block."""

    def __init__(self, block: Block) -> None:
        self._block = block
        self._window = block.window
        self._positions: list[int] = []

    def read(self) -> None:
        block = self._block
        self._visit("0th", self._long(4), ())
        if "0th" not in block.directories:
            raise MalformedError("the first directory cannot be read")
        for name, directory in block.directories.items():
            if self._positions.count(directory.position) > 1:
                block.shared.add(name)
            self._check_ends(directory)

    def _visit(self, name: DirectoryName, position: int, ancestors: tuple[int, ...]) -> None:
        if position in ancestors:
            self._block.problems.append(f"the pointer to the {name} directory leads back to where it came from")
            return
        self._positions.append(position)
        if self._positions.count(position) > 1:
            return
        directory = self._directory(name, position)
        if directory is None:
            return
        self._block.directories[name] = directory
        path = (*ancestors, position)
        for entry in directory.entries:
            self._follow(name, entry, path)
        if name == "0th" and (following := self._long(directory.next_position)):
            self._visit("1st", following, path)

    def _follow(self, name: DirectoryName, entry: Entry, ancestors: tuple[int, ...]) -> None:
        if entry.tag == _SUB_IFDS and entry.type in (LONG, IFD):
            self._positions.extend(self._block.numbers(entry))
        target = POINTERS.get((name, entry.tag))
        if target is None:
            return
        if target in self._block.directories:
            self._block.growth_problems.append(f"two pointers lead to {target} directories")
        elif entry.type not in (LONG, IFD) or entry.count != 1:
            self._block.problems.append(f"the pointer to the {target} directory has a wrong type")
        else:
            self._visit(target, self._long(entry.value_position), ancestors)

    def _directory(self, name: DirectoryName, position: int) -> Directory | None:
        head = self._window.read(position, 2) if position >= 8 else b""
        if len(head) < 2:
            self._block.problems.append(f"the pointer to the {name} directory leads outside the block")
            return None
        count = struct.unpack(self._block.order + "H", head)[0]
        raw = self._window.read(position + 2, 12 * min(count, MAX_ENTRIES))
        if count > MAX_ENTRIES or len(raw) < 12 * count:
            self._block.problems.append(f"the {name} directory does not end inside the block")
        return Directory(name, position, tuple(self._entries(raw, position + 2)))

    def _entries(self, raw: bytes, position: int) -> Iterator[Entry]:
        usable = raw[: len(raw) // 12 * 12]
        for tag, type_, count, offset in struct.iter_unpack(self._block.order + "HHII", usable):
            size = TYPE_SIZES.get(type_)
            length = None if size is None else size * count
            inline = length is None or length <= 4
            yield Entry(tag, type_, count, position, position + 8 if inline else offset, length)
            position += 12

    def _check_ends(self, directory: Directory) -> None:
        """Values that run past the end would include bytes that are appended there."""
        block, size = self._block, self._window.size
        for entry in directory.entries:
            if entry.length is not None and entry.value_position + entry.length > size:
                block.growth_problems.append(f"the value of tag 0x{entry.tag:04x} runs past the end of the Exif block")
        for start_tag, length_tag in _STRIPS_AND_THUMBNAIL.items():
            start, length = directory.entry(start_tag), directory.entry(length_tag)
            ends = zip(block.numbers(start), block.numbers(length), strict=False) if start and length else ()
            if any(at + length > size for at, length in ends):
                block.growth_problems.append("the thumbnail or a strip runs past the end of the block")

    def _long(self, position: int) -> int:
        """A number of four bytes; 0 where the block ends before."""
        raw = self._window.read(position, 4)
        return int.from_bytes(raw, "little" if self._block.order == "<" else "big") if len(raw) == 4 else 0
