"""The body of an upload: the metadata, then the content, read from its file in chunks.

Facts: protocol notes on Amazon Cloud Drive, section 5.1: the order of the two matters, the name of the file in the
content part does not.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import BinaryIO

from photosync.provider import FileToUpload

_PIECE_BYTES = 1 << 20


class MultipartBody(io.BufferedIOBase, BinaryIO):
    """A file-like object with a known length."""

    def __init__(self, file: FileToUpload, metadata: Mapping[str, object] | None, boundary: str) -> None:
        """Opens `file`. Without `metadata`, the content alone is sent. Raises `ItemError` if it cannot be opened."""
        described = f'--{boundary}\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n{json.dumps(metadata)}\r\n'
        head = (
            f"{'' if metadata is None else described}"
            f'--{boundary}\r\nContent-Disposition: form-data; name="content"; filename="content"\r\n'
            f"Content-Type: {file.mime}\r\n\r\n"
        ).encode()
        tail = f"\r\n--{boundary}--\r\n".encode()
        self._size_bytes = len(head) + file.size_bytes + len(tail)
        self._content = file.open()
        self._parts: list[BinaryIO] = [io.BytesIO(head), self._content, io.BytesIO(tail)]
        self._position = 0

    def __len__(self) -> int:
        return self._size_bytes

    @property
    def is_read_whole(self) -> bool:
        """Whether all of it was read."""
        return self._position == self._size_bytes

    def tell(self) -> int:
        """The number of bytes read."""
        return self._position

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes, at most `size`; empty only at the end."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(_PIECE_BYTES), b""))
        while size and self._parts:
            if piece := self._parts[0].read(size):
                self._position += len(piece)
                return piece
            self._parts.pop(0)
        return b""

    def close(self) -> None:
        """Close the file."""
        self._content.close()
        super().close()
