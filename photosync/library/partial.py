"""An unfinished download: hashed while it is written, and synced before it gets its final name."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from photosync.file_systems import open_regular
from photosync.library.disk_errors import disk_errors
from photosync.library.size_bound import GENERAL, SizeBound
from photosync.model import Digest

HEAD_BYTES = 4096
"""The number of bytes at the beginning that are kept in memory, to detect the content's type."""
_READ_BYTES = 1 << 20
_CLOSED = -1


def digest_of(path: Path) -> Digest:
    """Read a regular file to its end. Raises `OSError`."""
    hashes = Hashes()
    with open_regular(path) as file:
        while chunk := file.read(_READ_BYTES):
            hashes.update(chunk)
    return hashes.digest()


class Hashes:
    """The hashes of a content, computed chunk by chunk."""

    def __init__(self) -> None:
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._sha256 = hashlib.sha256()
        self.size_bytes = 0

    def update(self, chunk: bytes | memoryview) -> None:
        """Add the next bytes."""
        self._md5.update(chunk)
        self._sha256.update(chunk)
        self.size_bytes += len(chunk)

    def digest(self) -> Digest:
        """The digest of all bytes so far."""
        return Digest(self.size_bytes, self._md5.hexdigest(), self._sha256.hexdigest())


class PartialFile:
    """The file to which the transport writes a body: a `Destination`.

    Bytes of an earlier run are hashed when the file is opened, so that a resumed download is verified as a whole.
    `provable`: the provider gave a hash to verify it with. `bound` is checked before anything is written. `on_bytes`
    gets the size of every chunk.
    """

    def __init__(
        self,
        path: Path,
        provable: bool,
        bound: SizeBound = GENERAL,
        on_bytes: Callable[[int], None] | None = None,
    ) -> None:
        self._bound = bound
        self._on_bytes = on_bytes
        self.path = path
        self.provable = provable
        self.validator: str | None = None
        self.head = b""
        self._hashes = Hashes()
        with disk_errors(path):
            # The descriptor alone: a file object asks the system five times before the first byte.
            self._descriptor, is_new = _opened(path)
            try:
                while not is_new and (chunk := os.read(self._descriptor, _READ_BYTES)):
                    self._take(chunk)
            except BaseException:
                os.close(self._descriptor)
                raise

    def _take(self, chunk: bytes | memoryview) -> None:
        if len(self.head) < HEAD_BYTES:
            self.head += bytes(chunk[: HEAD_BYTES - len(self.head)])
        self._hashes.update(chunk)

    @property
    def offset(self) -> int:
        """The number of bytes in the file."""
        return self._hashes.size_bytes

    @property
    def md5(self) -> str:
        """The md5 of the present bytes, 32 lower-case hex digits."""
        return self.digest.md5

    @property
    def digest(self) -> Digest:
        """The digest of the present bytes."""
        return self._hashes.digest()

    def begin(self, offset: int, total: int | None, validator: str | None) -> None:
        """Prepare for a body that starts at `offset`; 0 empties the file. Raises `ItemError` if it is too large."""
        if total is not None:
            self._bound.check(offset, total, self.path.parent)
        if offset not in (0, self.offset):
            raise ValueError(f"a body that starts at {offset} does not fit {self.offset} bytes")
        if offset == 0 and self.offset:
            self.restart()
        self.validator = validator

    def restart(self) -> None:
        """Empty the file."""
        with disk_errors(self.path):
            os.ftruncate(self._descriptor, 0)
        self._hashes = Hashes()
        self.head = b""
        self.validator = None

    def write(self, chunk: bytes | memoryview) -> None:
        """Append. Raises `DestinationError` if the disk is full or gone, `ItemError` if the file becomes too large."""
        self._bound.check(self.offset, self.offset + len(chunk), self.path.parent)
        rest = memoryview(chunk)
        with disk_errors(self.path):
            while rest:  # a disk that becomes full takes a part
                rest = rest[os.write(self._descriptor, rest) :]
        self._take(chunk)
        if self._on_bytes:
            self._on_bytes(len(chunk))

    def finish(self) -> Digest:
        """Sync the file. Returns the digest of its content."""
        with disk_errors(self.path):
            os.fsync(self._descriptor)
        return self.digest

    def close(self) -> None:
        """Close the complete file."""
        with disk_errors(self.path):
            self._close()

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, _CLOSED
        if descriptor != _CLOSED:
            os.close(descriptor)

    def abandon(self) -> None:
        """Close the file, to be resumed later; delete it if it is empty."""
        with suppress(OSError):
            self._close()
        with suppress(OSError):
            if self.path.stat().st_size == 0:
                self.path.unlink()


def _opened(path: Path) -> tuple[int, bool]:
    """Open or create a partial file; whether it is new. Anything else with its name is replaced: a link, a second name.

    So is a file of another user, such as one of a run as root.
    """
    flags = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK
    with suppress(FileExistsError):
        return _created(path, flags), True
    if stat.S_ISREG(path.lstat().st_mode) and os.access(path, os.R_OK | os.W_OK):
        descriptor = os.open(path, flags)
        found = os.fstat(descriptor)
        if stat.S_ISREG(found.st_mode) and found.st_nlink == 1:
            return descriptor, False
        os.close(descriptor)
    path.unlink()
    return _created(path, flags), True


def _created(path: Path, flags: int) -> int:
    return os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o666)
