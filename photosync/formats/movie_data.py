"""Where the media data of a movie lies: the last chunk of each track of an MP4 or QuickTime file.

ISO/IEC 14496-12, 8.7: `stco` and `co64` have the offset of each chunk of samples, `stsc` how many samples a chunk has,
and `stsz` the size of each sample. `dref` (8.7.2) says whether the data is in the same file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from photosync.formats.boxes import Box, child, children
from photosync.formats.window import MalformedError, Window

_MAX_SAMPLES = 100_000


def ends_of_media_data(window: Window, movie: Box) -> Iterator[int]:
    """For each track of `movie`, the box `moov`, an offset up to which the file must reach."""
    for track in children(window, movie):
        if track.type == b"trak":
            try:
                yield _end_of_track(window, track)
            except MalformedError:
                continue  # a track that cannot be read says nothing about the file's end


def _end_of_track(window: Window, track: Box) -> int:
    information = _path(window, track, b"mdia", b"minf")
    if not _is_in_this_file(window, information):
        return 0
    table = _path(window, information, b"stbl")
    last = _last_chunk(window, table)
    return 0 if last is None else last + max(1, _size_of_last_chunk(window, table))


def _path(window: Window, box: Box, *types: bytes) -> Box:
    for type_ in types:
        found = child(window, box, type_)
        if found is None:
            raise MalformedError(f"a track without {type_!r}")
        box = found
    return box


def _is_in_this_file(window: Window, information: Box) -> bool:
    references = _path(window, information, b"dinf", b"dref")
    return all(window.exactly(each.content, 4)[3] & 1 for each in children(window, references, skip=8))


def _last_chunk(window: Window, table: Box) -> int | None:
    for type_, size in ((b"stco", 4), (b"co64", 8)):
        box = child(window, table, type_)
        if box is not None:
            count = _count(window, box, 4)
            at = box.content + 8 + size * (count - 1)
            return int.from_bytes(window.exactly(at, size)) if count and at + size <= box.end else None
    return None


def _size_of_last_chunk(window: Window, table: Box) -> int:
    """At least; 0 where samples have no size of their own, as in sound without compression."""
    sizes, chunks = _path(window, table, b"stsz"), _path(window, table, b"stsc")
    size_of_all, samples, runs = _count(window, sizes, 4), _count(window, sizes, 8), _count(window, chunks, 4)
    if size_of_all or not samples or not runs:
        return 0
    per_chunk = int.from_bytes(window.exactly(chunks.content + 8 + 12 * (runs - 1) + 4, 4))
    if per_chunk > min(samples, _MAX_SAMPLES):
        return 0
    raw = window.exactly(sizes.content + 12 + 4 * (samples - per_chunk), 4 * per_chunk)
    return sum(struct.unpack(f">{per_chunk}I", raw))


def _count(window: Window, box: Box, at: int) -> int:
    return int.from_bytes(window.exactly(box.content + at, 4))
