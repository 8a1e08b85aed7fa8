"""The use of piexif: it builds blocks that have only our fields, and checks whether it can read others.

piexif 1.1.3 rewrites all data that it loads, and loses some, so blocks with other data are never dumped to a file.
`load` and `dump` raise any exception on unusual blocks; only these two calls catch all exceptions.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from enum import IntEnum

import piexif

from photosync.formats.tiff import ASCII, BYTE, Block
from photosync.metadata.exif.fields import Field

PREFIX = b"Exif\0\0"

_MAX_TRIED_BYTES = 1 << 20
"""Longer blocks, such as whole TIFF files, are not given to it."""


class Ability(IntEnum):
    """The operations that piexif can do with a block."""

    NONE = 0
    LOADS = 1
    DUMPS = 2


def build(fields: Iterable[Field]) -> bytes:
    """A new TIFF block with `fields` only."""
    content: dict[str, dict[int, object]] = {"0th": {}, "Exif": {}, "GPS": {}, "Interop": {}, "1st": {}}
    for each in fields:
        content[each.directory][each.tag] = _as_piexif_has_it(each)
    built: bytes = piexif.dump(content)
    return built.removeprefix(PREFIX)


def _as_piexif_has_it(field: Field) -> object:
    if isinstance(field.value, tuple):
        numbers = field.value
        pairs = tuple(zip(numbers[::2], numbers[1::2], strict=True))
        return pairs[0] if len(pairs) == 1 else pairs
    value = field.encode(">")  # the order of bytes in the blocks that piexif builds
    if field.type == BYTE:
        return tuple(value)
    return value.removesuffix(b"\0") if field.type == ASCII else value


def ability(block: Block) -> Ability:
    """The operations that piexif can do with `block`, if all its values are inside it."""
    if not block.is_sound or block.window.size > _MAX_TRIED_BYTES:
        return Ability.NONE
    found = Ability.NONE
    with suppress(Exception):  # struct.error, UnboundLocalError, MemoryError, …
        loaded = piexif.load(PREFIX + block.window.read(0, block.window.size))
        found = Ability.LOADS
        piexif.dump(loaded)
        found = Ability.DUMPS
    return found
