"""Boxes, the structure of MP4, QuickTime, HEIF, AVIF and JPEG XL files.

ISO/IEC 14496-12, 4.2: a box is a size of four bytes that counts itself, a type, and its content. Size 1: eight bytes of
size follow. Size 0: the box goes to the end of the file. Content is skipped without reading it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from photosync.formats.window import CutError, MalformedError, Window

MAX_BOXES = 10_000


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its type, its start, the start of its content, and the offset after its last byte."""

    type: bytes
    position: int
    content: int
    end: int


def boxes(window: Window, start: int, end: int) -> Iterator[Box]:
    """The boxes between two offsets; raises `MalformedError` at the first that exceeds them."""
    for _ in range(MAX_BOXES):
        if end - start < 8:
            return
        box = read_box(window, start, end)
        yield box
        start = box.end
    raise MalformedError("there are too many boxes")


def read_box(window: Window, start: int, end: int) -> Box:
    """The box at an offset. Raises `MalformedError`, `CutError` if it exceeds `end`."""
    head = window.exactly(start, 8)
    size, header = int.from_bytes(head[:4]), 8
    if size == 1:
        size, header = int.from_bytes(window.exactly(start + 8, 8)), 16
    elif size == 0:
        size = end - start
    if size < header:
        raise MalformedError(f"the box at {start} is smaller than its head")
    if start + size > end:
        raise CutError(f"the box at {start} does not fit")
    return Box(head[4:], start, start + header, start + size)


def content_of(window: Window, box: Box, skip: int = 0) -> Window:
    """What is in a box, without its first `skip` bytes."""
    return window.part(box.content + skip, box.end - box.content - skip)


def children(window: Window, parent: Box, skip: int = 0) -> Iterator[Box]:
    """The boxes in a box; `skip` bytes come first where it is a full box (version and flags) or more."""
    return boxes(window, parent.content + skip, parent.end)


def child(window: Window, parent: Box, type_: bytes, skip: int = 0) -> Box | None:
    """The first box of a type in a box."""
    return next((box for box in children(window, parent, skip) if box.type == type_), None)
