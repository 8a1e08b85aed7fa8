"""Chunks, the structure of PNG and of RIFF files such as WebP.

PNG specification, third edition, 5.3: a length, a type, data, and a CRC over type and data; the last chunk is IEND.
RFC 9649, 2.3 and 2.4 (RIFF): a type, a length and data padded to an even length; the file header holds the file's size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from photosync.formats.window import CutError, MalformedError, Window

_MAX_CHUNKS = 1_000_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk. `end` is the offset after it, CRC or padding included."""

    type: bytes
    position: int
    length: int
    """The length of the data in bytes."""
    end: int

    @property
    def data(self) -> int:
        """The start of the data."""
        return self.position + 8


def png_chunks(window: Window) -> Iterator[Chunk]:
    """The chunks of a PNG up to IEND; raises `MalformedError` at the first incomplete one."""
    position = 8
    for _ in range(_MAX_CHUNKS):
        head = window.exactly(position, 8)
        length = int.from_bytes(head[:4])
        chunk = Chunk(head[4:], position, length, position + length + 12)
        if not chunk.type.isalpha():
            raise MalformedError(f"no chunk at {position}")
        if chunk.end > window.size:
            raise CutError(f"the chunk at {position} runs past the end")
        yield chunk
        if chunk.type == b"IEND":
            return
        position = chunk.end
    raise MalformedError("there are too many chunks")


def riff_size(window: Window) -> int:
    """The size in a RIFF file's header; raises `MalformedError` if there is no header."""
    return int.from_bytes(window.exactly(4, 4), "little") + 8


def riff_chunks(window: Window) -> Iterator[Chunk]:
    """The chunks of a RIFF file; raises `MalformedError` at the first that exceeds the file."""
    if riff_size(window) != window.size:
        raise MalformedError("the RIFF size is not the file's")
    position = 12
    for _ in range(_MAX_CHUNKS):
        if position == window.size:
            return
        head = window.exactly(position, 8)
        length = int.from_bytes(head[4:], "little")
        chunk = Chunk(head[:4], position, length, position + 8 + length + length % 2)
        if chunk.end > window.size:
            raise MalformedError(f"the chunk at {position} runs past the end")
        yield chunk
        position = chunk.end
    raise MalformedError("there are too many chunks")
