"""A body on its way out: sent a piece at a time, under the bandwidth limit, and no further once the run ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import BinaryIO

from photosync import clock
from photosync.transport.bandwidth import BandwidthLimit

PIECE_BYTES = 128 * 1024


class OutgoingBody:
    """What requests and urllib3 need of a file, and no more."""

    def __init__(
        self, source: BinaryIO, size_bytes: int, bandwidth: BandwidthLimit | None, cancel: threading.Event | None
    ) -> None:
        self._source = source
        self._size_bytes = size_bytes
        self._bandwidth = bandwidth
        self._cancel = cancel

    def __len__(self) -> int:
        """How many bytes there are to send in all."""
        return self._size_bytes

    def __iter__(self) -> Iterator[bytes]:
        """The pieces."""
        while piece := self.read():
            yield piece

    def read(self, size: int = -1) -> bytes:
        """The next piece, at most `size` bytes; empty at the end."""
        clock.check(self._cancel)
        piece = self._source.read(PIECE_BYTES if size < 0 else min(size, PIECE_BYTES))
        if self._bandwidth is not None:
            self._bandwidth.take(len(piece), self._cancel)
        return piece
