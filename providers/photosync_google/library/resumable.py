"""Uploads a large file in pieces, and continues after an interruption at the offset that Google reports.

Facts: protocol notes on Google Photos, section 5.2.
"""

from __future__ import annotations

import io
from typing import BinaryIO

from photosync.errors import LostAnswerError, ProviderError, Reason, TemporaryError
from photosync.provider import FileToUpload
from photosync_google.library.api import LibraryApi, UploadSession

PIECE_BYTES = 16 * 1024**2
"""Google recommends no size. An interruption loses one piece at most."""
MOST_PIECES = 100
"""Each counts for the daily quota (section 4.6), so pieces of very large files are larger."""
MOST_BREAKS = 5
"""The maximum number of attempts in a row without progress."""
MOST_STARTS = 3
_CLOSED = (400, 404, 409, 410, 412)
"""Statuses of a session that does not accept the next bytes."""


def upload_in_pieces(api: LibraryApi, file: FileToUpload) -> str:
    """Send a file; returns its upload token. The file is read once, unless the upload is interrupted."""
    with file.open() as source:
        for _ in range(MOST_STARTS):
            token = _one_session(api, api.begin_upload(file), source, file.size_bytes)
            if token is not None:
                return token
    raise TemporaryError(
        f"Google closed {MOST_STARTS} uploads of {file.name} before they were complete. Push again later.",
        Reason.SERVER_ERROR,
    )


def _one_session(api: LibraryApi, session: UploadSession, source: BinaryIO, size_bytes: int) -> str | None:
    """The upload token, or None if Google has closed the session."""
    step = piece_size(size_bytes, session.granularity)
    offset, breaks = 0, 0
    while True:
        piece = Piece(source, offset, min(step, size_bytes - offset))
        is_last = offset + len(piece) == size_bytes
        try:
            token = api.send_piece(session, piece, offset, is_last=is_last)
        except LostAnswerError as error:
            # All of its bytes or a part may have arrived. `received` waits if the service has a problem.
            received = api.received(session)
            if received is None or received > size_bytes:
                return None
            breaks = breaks + 1 if received <= offset else 0
            if breaks > MOST_BREAKS:
                raise TemporaryError(
                    "the connection to Google breaks off again and again while a large file is sent. "
                    "The next push begins with that file anew.",
                    error.reason,
                ) from error
            offset = received
            continue
        except ProviderError as error:
            if error.status in _CLOSED:
                return None
            raise
        if is_last:
            return token
        offset, breaks = offset + len(piece), 0


def piece_size(size_bytes: int, granularity: int) -> int:
    """The size of the pieces of a file of this size: a multiple of `granularity`."""
    wanted = max(PIECE_BYTES, -(-size_bytes // MOST_PIECES))
    return -(-wanted // granularity) * granularity


class Piece(io.BufferedIOBase, BinaryIO):
    """A part of an open file, as a body to send: each `with` starts again at its beginning."""

    def __init__(self, source: BinaryIO, offset: int, size_bytes: int) -> None:
        self._source = source
        self._offset = offset
        self._size_bytes = size_bytes
        self._position = 0

    def __enter__(self) -> Piece:
        self._position = 0
        if self._source.tell() != self._offset:  # after a seek, the file cannot compute its hashes while it is read
            self._source.seek(self._offset)
        return self

    def __exit__(self, *_: object) -> None:
        """The file stays open for the next piece."""

    def __len__(self) -> int:
        return self._size_bytes

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes of the part."""
        room = self._size_bytes - self._position
        piece = self._source.read(room if size is None or size < 0 else min(size, room))
        self._position += len(piece)
        return piece

    def tell(self) -> int:
        """The position in the part."""
        return self._position
