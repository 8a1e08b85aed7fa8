"""Files of chunks, one of which holds the Exif block."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from photosync.formats.chunks import Chunk
from photosync.formats.sniff import Format
from photosync.formats.window import MalformedError, Window
from photosync.metadata.containers.container import Container


class ChunkedContainer(Container):
    """A PNG or WebP file with its chunks."""

    parts = "chunks"
    exif_type: ClassVar[bytes]

    def __init__(self, window: Window, format_: Format) -> None:
        self._chunks: list[Chunk] = []
        self._exif_chunk: Chunk | None = None
        super().__init__(window, format_)

    def _read_chunks(self, chunks: Iterable[Chunk]) -> None:
        self._chunks.extend(chunks)
        found = [chunk for chunk in self._chunks if chunk.type == self.exif_type]
        if len(found) > 1 or any(chunk.length > self.max_block_bytes for chunk in found):
            raise MalformedError("there is more than one Exif chunk, or one that is too large")
        if found:
            self._exif_chunk = found[0]
            self._read_exif(found[0])

    @abstractmethod
    def _read_exif(self, chunk: Chunk) -> None:
        """Read the block in `chunk`. Raises `MalformedError`."""
