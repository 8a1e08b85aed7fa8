"""Matroska and WebM: the elements of the two upper levels.

RFC 8794 (EBML): an element is an id, a size and data; the leading zero bits of both numbers say how long they are. A
size of ones only means unknown. RFC 9559: an EBML header, then a Segment with all clusters.
"""

from __future__ import annotations

from typing import NamedTuple

from photosync.formats.window import CutError, MalformedError, Window

_HEADER, _SEGMENT = 0x1A45DFA3, 0x18538067
_MAX_ELEMENTS = 100_000


class _Element(NamedTuple):
    id: int
    data: int
    """The offset of the data."""
    size: int | None


def fills_its_size(window: Window) -> bool | None:
    """Whether all elements end inside the file; None if an element of unknown size does not tell.

    Raises `MalformedError`, `CutError` if an element does not end in the file.
    """
    header = _element(window, 0)
    if header.id != _HEADER or header.size is None:
        raise MalformedError("no EBML header")
    segment = _element(window, header.data + header.size)
    if segment.id != _SEGMENT:
        raise MalformedError("no segment")
    if segment.size is not None:
        return _end(window, segment) is not None
    position = segment.data
    for _ in range(_MAX_ELEMENTS):
        if position >= window.size:
            break
        end = _end(window, _element(window, position))
        if end is None:
            break
        position = end
    return None


def _end(window: Window, element: _Element) -> int | None:
    if element.size is None:
        return None
    end = element.data + element.size
    if end > window.size:
        raise CutError("an element runs past the end")
    return end


def _element(window: Window, position: int) -> _Element:
    id_, id_bytes = _number(window, position, longest=4)
    size, size_bytes = _number(window, position + id_bytes, longest=8)
    mark = 1 << 7 * size_bytes
    return _Element(id_, position + id_bytes + size_bytes, None if size == 2 * mark - 1 else size - mark)


def _number(window: Window, position: int, longest: int) -> tuple[int, int]:
    """A number with its length mark, and its length in bytes."""
    length = 9 - window.exactly(position, 1)[0].bit_length()
    if length > longest:
        raise MalformedError(f"no element at {position}")
    return int.from_bytes(window.exactly(position, length)), length
