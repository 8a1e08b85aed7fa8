"""The uploads that a simulator received: kept on the disk, so that a large file costs no memory."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import weakref
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from aiohttp import StreamReader

_PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded content."""

    path: Path
    """The file; it is never changed."""
    size_bytes: int
    md5: str
    sha256: str

    def content(self) -> bytes:
        """The whole content."""
        return self.path.read_bytes()

    def head(self, size: int = 4096) -> bytes:
        """Its beginning, from which a service recognises the format."""
        with self.path.open("rb") as file:
            return file.read(size)


class Inbox:
    """A temporary folder for uploads; it is deleted with the simulator."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._numbers = count()

    async def take(self, pieces: AsyncIterator[bytes] | StreamReader) -> Upload:
        """Store a body while it arrives. After an error the incomplete file is deleted and the error is raised."""
        path = self._made() / str(next(self._numbers))
        md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
        stream = pieces.iter_chunked(_PIECE_BYTES) if isinstance(pieces, StreamReader) else pieces
        try:
            with path.open("wb") as file:
                async for piece in stream:
                    file.write(piece)
                    md5.update(piece)
                    sha256.update(piece)
                    size += len(piece)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Upload(path, size, md5.hexdigest(), sha256.hexdigest())

    def _made(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="photosync-simulator-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder
