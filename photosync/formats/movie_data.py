"""Where the media data of a movie lies: the last chunk of each track of an MP4 or QuickTime file.

ISO/IEC 14496-12, 8.7: `stco` and `co64` have the offset of each chunk of samples, `stsc` how many samples a chunk has,
and `stsz` the size of each sample. `dref` (8.7.2) says whether the data is in the same file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from photosync.formats.boxes import Box, child, children
from photosync.formats.window import MalformedError, Window

_MOST_SAMPLES, _MOST_RUNS = 100_000, 100_000


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
    chunks, last = _last_chunk(window, table)
    return last + max(1, _size_of_last_chunk(window, table, chunks)) if chunks else 0


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


def _last_chunk(window: Window, table: Box) -> tuple[int, int]:
    """The number of chunks, and the offset of the last one."""
    for type_, size in ((b"stco", 4), (b"co64", 8)):
        box = child(window, table, type_)
        if box is not None:
            chunks = _count(window, box, 4)
            at = box.content + 8 + size * (chunks - 1)
            if chunks and at + size <= box.end:
                return chunks, int.from_bytes(window.exactly(at, size))
    return 0, 0


def _size_of_last_chunk(window: Window, table: Box, chunks: int) -> int:
    """0 where samples have no size of their own, as in sound without compression, or the tables do not agree."""
    sizes = _path(window, table, b"stsz")
    size_of_all, samples = _count(window, sizes, 4), _count(window, sizes, 8)
    number = samples - _samples_before_last_chunk(window, _path(window, table, b"stsc"), chunks)
    if size_of_all or not 0 < number <= _MOST_SAMPLES:
        return 0
    raw = window.exactly(sizes.content + 12 + 4 * (samples - number), 4 * number)
    return sum(struct.unpack(f">{number}I", raw))


def _samples_before_last_chunk(window: Window, box: Box, chunks: int) -> int:
    """From runs of chunks with the same number of samples: the first chunk of each run, from 1, and the number."""
    runs = min(_count(window, box, 4), _MOST_RUNS)
    table = list(struct.iter_unpack(">III", window.exactly(box.content + 8, 12 * runs)))
    ends = [*(first for first, _, _ in table[1:]), chunks]
    return sum((end - first) * number for (first, number, _), end in zip(table, ends, strict=False))


def _count(window: Window, box: Box, at: int) -> int:
    return int.from_bytes(window.exactly(box.content + at, 4))
