"""GIF: the blocks up to the trailer.

GIF89a, 18 to 27: a header with a colour table, then blocks: extensions (21) and images (2C), whose data are sub-blocks
of at most 255 bytes, each after its length, up to one of length 0; the trailer (3B) is the last block.
"""

from __future__ import annotations

from photosync.formats.window import MalformedError, Window

_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B


def end_of_gif(window: Window) -> int:
    """The offset after the trailer. Raises `MalformedError`, `CutError` if the file ends before."""
    position = 13 + _colour_table_bytes(window.exactly(10, 1)[0])
    while True:
        kind = window.exactly(position, 1)[0]
        if kind == _TRAILER:
            return position + 1
        if kind == _EXTENSION:
            position = _after_sub_blocks(window, position + 2)
        elif kind == _IMAGE:
            position += 10 + _colour_table_bytes(window.exactly(position + 9, 1)[0])
            position = _after_sub_blocks(window, position + 1)
        else:
            raise MalformedError(f"no block at {position}")


def _colour_table_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_sub_blocks(window: Window, position: int) -> int:
    while length := window.exactly(position, 1)[0]:
        position += 1 + length
    return position + 1
