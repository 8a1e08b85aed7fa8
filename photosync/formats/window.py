"""A range of bytes in a file or in memory: the input of every reader of a format.

Reads stop at the end of the range, so that a wrong size in a file cannot make a reader allocate much memory.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

CHUNK = 1 << 18


class MalformedError(Exception):
    """The content does not conform to its format. The readers of metadata report it as a note."""


class CutError(MalformedError):
    """The content needs bytes after the end of the file: it may have been cut off."""


class Window:
    """`size` bytes of `file` from `start`; offsets count from there."""

    __slots__ = ("_file", "_start", "size")

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file = file
        self._start = start
        self.size = size

    @classmethod
    def over(cls, content: bytes) -> Window:
        """A window over bytes in memory."""
        return cls(io.BytesIO(content), 0, len(content))

    @classmethod
    def of_file(cls, file: BinaryIO) -> Window:
        """A window over the whole `file`."""
        return cls(file, 0, file.seek(0, io.SEEK_END))

    def part(self, start: int, size: int) -> Window:
        """A window within this one."""
        return Window(self._file, self._start + start, max(0, min(size, self.size - start)))

    def read(self, offset: int, length: int) -> bytes:
        """At most `length` bytes; fewer at the end, none outside the window."""
        length = min(length, self.size - offset)
        if offset < 0 or length <= 0:
            return b""
        self._file.seek(self._start + offset)
        return self._file.read(length)

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
