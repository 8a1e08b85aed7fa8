"""Corrects entries with a wrong type, if that loses nothing.

The table of right types is piexif's, and a type counts as wrong if its `dump` fails; without a lossless correction the
entry keeps its bytes. Raw values are read, never piexif's interpretation.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import piexif

from photosync.formats.tiff import (
    BYTE,
    DOUBLE,
    FLOAT,
    LONG,
    MAX_VALUE_BYTES,
    RATIONAL,
    SBYTE,
    SHORT,
    SLONG,
    SRATIONAL,
    SSHORT,
    UNDEFINED,
    Block,
    DirectoryName,
    Entry,
)
from photosync.metadata.exif import read as tags

_WHOLE = (BYTE, SHORT, LONG, SBYTE, SSHORT, SLONG)
_AS_SHOT_NEUTRAL = 50728
"""A rational by the DNG specification; piexif's table is wrong."""


@dataclass(frozen=True, slots=True)
class Retype:
    """The correction of an entry's type."""

    directory: DirectoryName
    entry: Entry
    name: str
    type: int
    count: int
    value: bytes | None
    """None: the bytes keep their position."""


def retypes(block: Block) -> Iterator[Retype]:
    """The corrections of a block."""
    for name, directory in block.directories.items():
        table: dict[int, dict[str, str | int]] = piexif.TAGS[name]
        for entry in directory.entries:
            known = table.get(entry.tag)
            if known is None or known["type"] == entry.type or not _can_be_retyped(block, entry):
                continue
            found = _right(block, entry, int(known["type"]))
            if found is not None:
                yield Retype(name, entry, str(known["name"]), int(known["type"]), *found)


def _can_be_retyped(block: Block, entry: Entry) -> bool:
    """MakerNotes, AsShotNeutral, and empty and unreadable values are left as they are."""
    return (
        entry.tag not in (tags.MAKER_NOTE, _AS_SHOT_NEUTRAL)
        and entry.length is not None
        and 0 < entry.length <= MAX_VALUE_BYTES
        and entry.value_position + entry.length <= block.window.size
    )


def _right(block: Block, entry: Entry, right: int) -> tuple[int, bytes | None] | None:
    """Count and value under the type `right`; a value of None stays as it is."""
    numbers = block.numbers(entry)
    if right == UNDEFINED and entry.type == BYTE:
        return entry.count, None
    if right == UNDEFINED and entry.type in (SHORT, LONG) and numbers and max(numbers) <= 255:
        return len(numbers), bytes(numbers)
    if right in (RATIONAL, SRATIONAL):
        return _as_fraction(block, entry, right)
    if right == BYTE and entry.tag == tags.GPS_ALTITUDE_REF and entry.type == SHORT and entry.count == 1:
        first = block.raw(entry)[:1]  # the intended byte, in either byte order
        return (1, first) if numbers[0] > 255 and first in (b"\0", b"\1") else None
    if right == SHORT and entry.type in (FLOAT, DOUBLE, RATIONAL, SRATIONAL):
        return _as_short(block, entry)
    return None


def _as_fraction(block: Block, entry: Entry, right: int) -> tuple[int, bytes | None] | None:
    code = block.order + ("I" if right == RATIONAL else "i")
    if entry.type in (FLOAT, DOUBLE):
        pairs = [_fraction(value, entry.type) for value in _floats(block, entry)]
        if any(pair is None or not _fits(pair[0], right) for pair in pairs):
            return None
        return len(pairs), b"".join(struct.pack(code + code[1], *pair) for pair in pairs if pair)
    if entry.type in _WHOLE and entry.count == 1:
        (value,) = block.numbers(entry)
        return (1, struct.pack(code + code[1], value, 1)) if _fits(value, right) else None
    if (entry.type, entry.count) in ((SHORT, 4), (BYTE, 8)):
        return (1, None) if block.raw(entry)[4:] != b"\0\0\0\0" else None
    if right == SRATIONAL and entry.type == RATIONAL and max(map(max, block.rationals(entry))) >= 1 << 31:
        return entry.count, None  # negative numbers under an unsigned type
    return None


def _fits(value: int, right: int) -> bool:
    return 0 <= value < 1 << 32 if right == RATIONAL else -(1 << 31) <= value < 1 << 31


def _floats(block: Block, entry: Entry) -> tuple[float, ...]:
    code = "f" if entry.type == FLOAT else "d"
    return struct.unpack(f"{block.order}{entry.count}{code}", block.raw(entry))


def _fraction(value: float, type_: int) -> tuple[int, int] | None:
    """A fraction of two 32-bit numbers that reads back as the same float."""
    if not abs(value) < 1 << 31:
        return None
    for limit in (1, 10, 100, 1000, 10_000, 1_000_000, (1 << 31) - 1):
        found = Fraction(value).limit_denominator(limit)
        back = found.numerator / found.denominator
        if type_ == FLOAT:
            (back,) = struct.unpack("<f", struct.pack("<f", back))
        if back == value and abs(found.numerator) < 1 << 31:
            return found.numerator, found.denominator
    return None


def _as_short(block: Block, entry: Entry) -> tuple[int, bytes | None] | None:
    if entry.type in (FLOAT, DOUBLE):
        values = [int(value) if value.is_integer() else -1 for value in _floats(block, entry)]
    elif entry.count == 1:
        return None  # piexif reads numerator and denominator as two numbers, and does not fail
    else:
        values = [top // bottom if bottom and top % bottom == 0 else -1 for top, bottom in block.rationals(entry)]
    if not values or min(values) < 0 or max(values) > 65535:
        return None
    return len(values), struct.pack(f"{block.order}{len(values)}H", *values)
