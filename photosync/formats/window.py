"""A range of bytes in a file or in memory: the input of every reader of a format.

Reads stop at the end of the range, so that a wrong size in a file cannot make a reader allocate much memory. The first
bytes of a file are read once, since most metadata is there; each system call lets other threads take the interpreter.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

CHUNK = 1 << 18
_HEAD_BYTES = 1 << 16
"""Kept in memory. An Exif segment of a JPEG has at most as many."""
_BLOCK_BYTES = 1 << 12
"""Read at once behind the head: the heads of boxes and chunks are small, and may be far from each other."""


class MalformedError(Exception):
    """The content does not conform to its format. The readers of metadata report it as a note."""


class CutError(MalformedError):
    """The content needs bytes after the end of the file: it may have been cut off."""


class _OpenFile:
    """Reads a file at any position; what is small, from a block that is read with it."""

    __slots__ = ("_block", "_block_start", "_file", "size")

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self.size = size
        self._block = b""
        self._block_start = 0

    def read(self, start: int, length: int) -> bytes:
        """The bytes at `start`; fewer if the file has become shorter."""
        if length >= _BLOCK_BYTES:
            return self._read(start, length)
        at = start - self._block_start
        if not 0 <= at <= len(self._block) - length:
            self._block, self._block_start, at = self._read(start, min(_BLOCK_BYTES, self.size - start)), start, 0
        return self._block[at : at + length]

    def _read(self, start: int, length: int) -> bytes:
        found = os.pread(self._file.fileno(), length, start)
        while len(found) < length and (more := os.pread(self._file.fileno(), length - len(found), start + len(found))):
            found += more
        return found


class Window:
    """`size` bytes from `start` of a file, or of bytes in memory; offsets count from there.

    `head` has the first bytes, all of them where there is no `rest`.
    """

    __slots__ = ("_head", "_rest", "_start", "size")

    def __init__(self, head: bytes, rest: _OpenFile | None, start: int, size: int) -> None:
        self._head = head
        self._rest = rest
        self._start = start
        self.size = size

    @classmethod
    def over(cls, content: bytes) -> Window:
        """A window over bytes in memory."""
        return cls(content, None, 0, len(content))

    @classmethod
    def of_file(cls, file: BinaryIO) -> Window:
        """A window over the whole `file`, an open file of the system; its position is not used."""
        size = os.fstat(file.fileno()).st_size
        rest = _OpenFile(file, size)
        return cls(rest.read(0, min(size, _HEAD_BYTES)), rest, 0, size)

    def part(self, start: int, size: int) -> Window:
        """A window within this one."""
        return Window(self._head, self._rest, self._start + start, max(0, min(size, self.size - start)))

    def read(self, offset: int, length: int) -> bytes:
        """At most `length` bytes; fewer at the end, none outside the window."""
        length = min(length, self.size - offset)
        if offset < 0 or length <= 0:
            return b""
        start = self._start + offset
        if self._rest is None or start + length <= len(self._head):
            return self._head[start : start + length]
        return self._rest.read(start, length)

    def exactly(self, offset: int, length: int) -> bytes:
        """Exactly `length` bytes; raises `CutError` if there are fewer."""
        found = self.read(offset, length)
        if len(found) != length:
            raise CutError(f"ends before byte {offset + length}")
        return found

    def chunks(self, start: int, end: int) -> Iterator[bytes]:
        """The bytes from `start` to `end`, at most `CHUNK` of them at a time."""
        while start < end:
            chunk = self.exactly(start, min(CHUNK, end - start))
            yield chunk
            start += len(chunk)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Add the file's name to every `OSError` without one; some system calls omit it."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno is not None:
            raise type(error)(error.errno, error.strerror, str(path)) from error
        raise
