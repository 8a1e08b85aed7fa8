"""Files of chunks, one of which holds the Exif block."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from photosync.formats.chunks import Chunk
from photosync.formats.window import MalformedError, Window
from photosync.metadata.containers.container import Container, EmbeddedExif

MAX_EXIF_BYTES = 1 << 24
"""The largest Exif chunk that is read or written."""


class ChunkedContainer(Container):
    """A PNG or WebP file, its chunks found."""

    exif_type: ClassVar[bytes]

    def __init__(self, window: Window, chunks: Iterable[Chunk]) -> None:
        super().__init__(window)
        self._chunks: list[Chunk] = []
        self._exif_chunk: Chunk | None = None
        damage = ""
        try:
            self._chunks.extend(chunks)
            self._find_exif()
        except MalformedError as error:
            damage = f"the chunks are broken: {error}"
        self._set_damage(damage)

    def _find_exif(self) -> None:
        found = [chunk for chunk in self._chunks if chunk.type == self.exif_type]
        if len(found) > 1 or any(chunk.length > MAX_EXIF_BYTES for chunk in found):
            raise MalformedError("there is more than one Exif chunk, or one that is too large")
        if found:
            self._exif_chunk = found[0]
            self._exif = self._read_exif(found[0])

    @abstractmethod
    def _read_exif(self, chunk: Chunk) -> EmbeddedExif:
        """The block in `chunk`. Raises `MalformedError`."""
