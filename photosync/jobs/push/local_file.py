"""A local file that is uploaded: its kind, bytes and hashes. Implements the provider interface's `FileToUpload`."""

from __future__ import annotations

import io
import os
import unicodedata
from collections.abc import Callable
from contextlib import ExitStack
from copy import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from photosync import metadata
from photosync.errors import ItemError, Reason
from photosync.formats.sniff import FormatKind, by_name, sniff
from photosync.library import Hashes
from photosync.model import CaptureTime, Digest, Kind

_HEAD_BYTES = 4096
_READ_BYTES = 1 << 20
_KINDS = {FormatKind.PHOTO: Kind.PHOTO, FormatKind.RAW: Kind.PHOTO, FormatKind.VIDEO: Kind.VIDEO}
_LOOK_ONLY = metadata.Settings(mode=metadata.Mode.OFF)


class LocalFile:
    """One file, as it was when the push found it. Used by one thread at a time."""

    def __init__(
        self, path: Path, folder: tuple[str, ...] = (), on_bytes: Callable[[int], None] = lambda _: None
    ) -> None:
        """`folder`: its folders at the service. `on_bytes` gets the size of each piece read. Raises `OSError`."""
        self.path = path
        self.name = sendable(path.name)
        self.folder = folder
        self.on_bytes = on_bytes
        self.is_read_whole = False
        """Whether the last reader read the whole file."""
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            format_ = sniff(file.read(_HEAD_BYTES), path.name) or by_name(path.name)
        self.kind = _KINDS.get(format_.kind, Kind.OTHER) if format_ else Kind.OTHER
        self.mime = format_.mime if format_ else "application/octet-stream"
        self.size_bytes = found.st_size
        self._mtime_ns = found.st_mtime_ns
        self.stamp = _stamp(found)
        """Its size and times: the same means unchanged, since any change of content changes `ctime`."""
        self.known_digest: Digest | None = None

    @property
    def modified(self) -> datetime:
        """The file's own time."""
        return datetime.fromtimestamp(self._mtime_ns / 1e9, UTC)

    @property
    def destination(self) -> str:
        """`Holiday/IMG_0042.JPG`: its path at the service."""
        return "/".join((*self.folder, self.name))

    def renamed(self, name: str) -> LocalFile:
        """The same file, with another name at the service."""
        other = copy(self)
        other.name = name
        return other

    def taken(self) -> CaptureTime | None:
        """Its capture time, only from the file."""
        try:
            winner = metadata.choose_capture_time(self.path, metadata.Given(self.path.name), _LOOK_ONLY).winner
        except OSError as error:
            raise unreadable(self.path, error) from error
        return winner.time if winner else None

    def digest(self) -> Digest:
        """Its hashes; reads the file unless it was read to its end already."""
        if self.known_digest is None:
            with self._reader(lambda _: None) as reader:
                while reader.read(_READ_BYTES):
                    pass
        assert self.known_digest is not None
        return self.known_digest

    def open(self) -> BinaryIO:
        """Its bytes from the beginning, hashed while they are read."""
        self.is_read_whole = False
        return self._reader(self.on_bytes)

    def _reader(self, on_bytes: Callable[[int], None]) -> _Reader:
        with ExitStack() as stack:
            try:
                file = stack.enter_context(self.path.open("rb"))
            except OSError as error:
                raise unreadable(self.path, error) from error
            reader = _Reader(self, file, on_bytes)
            stack.pop_all()
            return reader


def stamp_of(path: Path) -> str | None:
    """What `LocalFile.stamp` is for the file; None if there is none."""
    try:
        return _stamp(path.stat())
    except OSError:
        return None


def _stamp(found: os.stat_result) -> str:
    return f"{found.st_size}:{found.st_mtime_ns}:{found.st_ctime_ns}"


def unreadable(path: Path, error: OSError) -> ItemError:
    """The error for a file that cannot be read."""
    reason = error.strerror or type(error).__name__
    return ItemError(f"cannot read {path}: {reason}. Check the file and its permissions.", Reason.UNREADABLE)


def sendable(name: str) -> str:
    """A local file name in a form that services accept: NFC, with bytes that are not UTF-8 replaced."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return unicodedata.normalize("NFC", text)


class _Reader(io.BufferedIOBase, BinaryIO):
    """Reads a file, hashes it on the way, and detects that it changed: `ItemError`."""

    def __init__(self, owner: LocalFile, file: BinaryIO, on_bytes: Callable[[int], None]) -> None:
        self._owner = owner
        self._file = file
        self._on_bytes = on_bytes
        self._hashes: Hashes | None = None if owner.known_digest else Hashes()
        """None if the hashes are known, and once the file is not read in order."""
        self._check_unchanged()
        if not self._owner.size_bytes:
            self._ended()

    def __len__(self) -> int:
        return self._owner.size_bytes

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes. Raises `ItemError` if the file has become shorter."""
        room = self._owner.size_bytes - self._file.tell()
        wanted = room if size is None or size < 0 else min(size, room)
        try:
            piece = self._file.read(wanted)
        except OSError as error:
            raise unreadable(self._owner.path, error) from error
        if len(piece) < wanted:
            raise self._changed()
        if self._hashes is not None:
            self._hashes.update(piece)
        self._on_bytes(len(piece))
        if piece and len(piece) == room:
            self._ended()
        return piece

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move to another position; a file that is not read from beginning to end gives no hashes."""
        before = self._file.tell()
        after = self._file.seek(offset, whence)
        if after != before:
            self._hashes = Hashes() if after == 0 and self._owner.known_digest is None else None
        return after

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()
        super().close()

    def _ended(self) -> None:
        """After the last byte: check again that the file is unchanged; then the hashes are valid."""
        self._check_unchanged()
        self._owner.is_read_whole = True
        if self._hashes is not None:
            self._owner.known_digest = self._hashes.digest()

    def _check_unchanged(self) -> None:
        if _stamp(os.fstat(self._file.fileno())) != self._owner.stamp:
            raise self._changed()

    def _changed(self) -> ItemError:
        return ItemError(
            f"{self._owner.path} changed while it was being pushed. The next push takes it as it is then.",
            Reason.CHANGED,
        )
