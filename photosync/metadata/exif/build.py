"""What piexif is used for: it builds blocks of our own fields alone, and is asked whether it can read others.

piexif 1.1.3 rewrites whatever it loads, and loses some of it, so no block with anything else in it is ever dumped to a
file. `load` and `dump` raise anything on strange blocks; these two calls are the only ones behind a catch-all.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from enum import IntEnum

import piexif

from photosync.formats.tiff import BYTE, RATIONAL, Block
from photosync.metadata.exif.fields import Field

PREFIX = b"Exif\0\0"

_MAX_TRIED_BYTES = 1 << 20
"""Longer blocks, such as whole TIFF files, are not given to it."""


class Ability(IntEnum):
    """What piexif can do with a block."""

    NONE = 0
    LOADS = 1
    DUMPS = 2


def build(fields: Iterable[Field]) -> bytes:
    """A new TIFF block that holds `fields` and nothing else."""
    content: dict[str, dict[int, object]] = {"0th": {}, "Exif": {}, "GPS": {}, "Interop": {}, "1st": {}}
    for each in fields:
        content[each.directory][each.tag] = _as_piexif_has_it(each)
    built: bytes = piexif.dump(content)
    return built.removeprefix(PREFIX)


def _as_piexif_has_it(field: Field) -> object:
    value = field.value
    if field.type == RATIONAL:
        numbers = tuple(value)
        pairs = tuple(zip(numbers[::2], numbers[1::2], strict=True))
        return pairs[0] if len(pairs) == 1 else pairs
    if field.type == BYTE:
        return tuple(value)
    return bytes(value).removesuffix(b"\0")


def ability(block: Block) -> Ability:
    """What piexif can do with `block`, if every value of that is inside it."""
    if not block.is_sound or block.window.size > _MAX_TRIED_BYTES:
        return Ability.NONE
    found = Ability.NONE
    with suppress(Exception):  # struct.error, UnboundLocalError, MemoryError, …
        loaded = piexif.load(PREFIX + block.window.read(0, block.window.size))
        found = Ability.LOADS
        piexif.dump(loaded)
        found = Ability.DUMPS
    return found
