"""A change to a file as a list of splices: each replaces a number of bytes at an offset by others.

The second file is the first one with the splices applied. It is on the disk before it is read again. The splices
backwards are the undo record.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from photosync.file_systems import copy_stat
from photosync.formats.window import CHUNK, Window, naming


@dataclass(frozen=True, slots=True, order=True)
class Splice:
    """At `offset`, `removed` bytes are replaced by `inserted`."""

    offset: int
    removed: int
    inserted: bytes

    @property
    def growth(self) -> int:
        """The growth of the file in bytes."""
        return len(self.inserted) - self.removed


@dataclass(frozen=True, slots=True)
class Written:
    """A second file, and the hashes of the first and of itself."""

    path: Path
    old_sha256: str
    new_sha256: str


def in_order(splices: Iterable[Splice]) -> tuple[Splice, ...]:
    """Sorted by offset; two splices that overlap are a bug."""
    ordered = tuple(sorted(splices))
    for first, second in pairwise(ordered):
        assert first.offset + first.removed <= second.offset, "splices overlap"
    return ordered


def reversed_splices(window: Window, splices: tuple[Splice, ...]) -> tuple[Splice, ...]:
    """The splices that turn the second file into the first; `window` is the first."""
    back: list[Splice] = []
    shift = 0
    for splice in splices:
        old = window.exactly(splice.offset, splice.removed)
        back.append(Splice(splice.offset + shift, len(splice.inserted), old))
        shift += splice.growth
    return tuple(back)


def write_spliced(
    path: Path, first: Window, splices: tuple[Splice, ...], workspace: Path, old_sha256: str = ""
) -> Written:
    """The second file, in `workspace`, with the first one's permissions; removed again if the disk fails.

    `first` is over the first file, `path`. `old_sha256` is its hash, if known already.
    """
    with naming(workspace):
        descriptor, name = tempfile.mkstemp(prefix="fixed-", suffix=".partial", dir=workspace)
    second, old, new = Path(name), hashlib.sha256(), hashlib.sha256()
    try:
        with naming(second), os.fdopen(descriptor, "wb", CHUNK) as target:
            for piece in spliced(_chunks(path, first, old.update if not old_sha256 else None), splices):
                new.update(piece)
                target.write(piece)
            target.flush()
            os.fsync(target.fileno())
        with naming(second):
            copy_stat(path, second)
    except BaseException:
        second.unlink(missing_ok=True)
        raise
    return Written(second, old_sha256 or old.hexdigest(), new.hexdigest())


def spliced(chunks: Iterable[bytes | memoryview], splices: tuple[Splice, ...]) -> Iterator[bytes | memoryview]:
    """The content of `chunks` with the splices applied, a piece at a time."""
    left, position, to_skip = deque(splices), 0, 0
    for chunk in chunks:
        rest = memoryview(chunk)
        while rest:
            if left and not to_skip and position == left[0].offset:
                splice = left.popleft()
                to_skip = splice.removed
                yield splice.inserted
            elif to_skip:
                skipped = min(to_skip, len(rest))
                to_skip -= skipped
                position += skipped
                rest = rest[skipped:]
            else:
                end = min(len(rest), left[0].offset - position) if left else len(rest)
                yield rest[:end]
                position += end
                rest = rest[end:]
    yield from (splice.inserted for splice in left)


def _chunks(path: Path, file: Window, hash_too: Callable[[bytes], None] | None) -> Iterator[bytes]:
    """The file's bytes."""
    position = 0
    with naming(path):
        while chunk := file.read(position, CHUNK):
            if hash_too is not None:
                hash_too(chunk)
            yield chunk
            position += len(chunk)
