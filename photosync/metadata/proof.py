"""The proof that a fixed file differs from the delivered one only in the intended changes.

It reads both files again, and does not know how the change was made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Set

from photosync.formats.tiff import Block, DirectoryName
from photosync.formats.window import CHUNK, MalformedError, Window
from photosync.metadata.containers import Container, Range
from photosync.metadata.exif.build import Ability, ability
from photosync.metadata.exif.read import EXIF_POINTER, GPS_POINTER

Expected = Mapping[tuple[DirectoryName, int], bytes | None]
_SHORT_BYTES = 1024
_POINTERS: frozenset[tuple[DirectoryName, int]] = frozenset({("0th", EXIF_POINTER), ("0th", GPS_POINTER)})


def failure(before: Container, second: Window, expected: Expected) -> str:
    """The error of `second`, the fixed file of `before`; empty if there is none."""
    after = type(before)(second, before.format)
    if after.problem:
        return f"the fixed file cannot be read: {after.problem}"
    try:
        return next((text for text, holds in _checks(before, after, expected) if not holds), "")
    except MalformedError as error:
        return f"the fixed file is not whole: {error}"


def _checks(before: Container, after: Container, expected: Expected) -> Iterator[tuple[str, bool]]:
    old, new = before.block, after.block
    yield "bytes changed that were not to change", _same_outside(before, after)
    yield "Exif entries changed that were not to change", _same_entries(old, new, expected)
    yield "an Exif entry does not hold what was written", _holds(new, expected)
    yield "piexif can do less with the fixed file than with the delivered one", not _piexif_lost(old, new)


def _same_outside(before: Container, after: Container) -> bool:
    """Whether all other bytes are the same."""
    first, second = before.window, after.window
    mask = before.mutable()
    old = _outside(mask, first.size)
    new = _outside(mask, first.size) if before.only_appends else _outside(after.mutable(), second.size)
    if sum(stop - start for start, stop in old) != sum(stop - start for start, stop in new):
        return False
    return all(first.exactly(a, length) == second.exactly(b, length) for a, b, length in _aligned(old, new))


def _outside(mask: Iterable[Range], end: int) -> list[Range]:
    found: list[Range] = []
    position = 0
    for start, stop in (*mask, (end, end)):
        if position < min(start, end):
            found.append((position, min(start, end)))
        position = max(position, stop)
    return found


def _aligned(old: list[Range], new: list[Range]) -> Iterator[tuple[int, int, int]]:
    """Pieces of both files that must be the same: two positions and a length, at most `CHUNK`."""
    behind, ahead = list(reversed(old)), list(reversed(new))
    while behind and ahead:
        (a, a_end), (b, b_end) = behind.pop(), ahead.pop()
        length = min(a_end - a, b_end - b, CHUNK)
        yield a, b, length
        if a + length < a_end:
            behind.append((a + length, a_end))
        if b + length < b_end:
            ahead.append((b + length, b_end))


def _same_entries(before: Block | None, after: Block | None, expected: Expected) -> bool:
    """Whether all other entries have the same type, count, position and bytes."""
    if after is None or before is None:
        return after is before or before is None
    if before.order != after.order:
        return False
    return list(_entries(before, _POINTERS | expected.keys())) == list(_entries(after, _POINTERS | expected.keys()))


def _holds(block: Block | None, expected: Expected) -> bool:
    """Whether the written data can be read."""
    return all(
        value == (block.raw(entry) if block and (entry := block.entry(*key)) else None)
        for key, value in expected.items()
    )


def _entries(block: Block, but: Set[tuple[DirectoryName, int]]) -> Iterator[tuple[object, ...]]:
    """Directory, tag, type, count, the value's position unless it is in the entry itself, its bytes or their hash."""
    for name, directory in block.directories.items():
        for entry in directory.entries:
            if (name, entry.tag) in but:
                continue
            position = -1 if entry.is_inline else entry.value_position
            length = 4 if entry.is_inline else entry.length or 0
            yield name, entry.tag, entry.type, entry.count, position, _value(block.window, entry.value_position, length)


def _value(window: Window, position: int, length: int) -> bytes:
    """The bytes of a value up to the end of the window, or their hash if there are many."""
    if length <= _SHORT_BYTES:
        return window.read(position, length)
    end = min(position + length, window.size)
    value = hashlib.sha256()
    for chunk in window.chunks(min(position, end), end):
        value.update(chunk)
    return value.digest()


def _piexif_lost(before: Block | None, after: Block | None) -> bool:
    if after is None:
        return False
    able = ability(after)
    if able is Ability.DUMPS:
        return False
    return able < (Ability.DUMPS if before is None else ability(before))
