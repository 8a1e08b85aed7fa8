"""Google answers with small pictures of its own where something is wrong, now and then without saying so.

Facts: protocol notes on Google Photos, sections 4.2 and 4.5.
"""

from __future__ import annotations

from photosync.errors import ItemError, Reason
from photosync.transport import Destination

_PNG = b"\x89PNG\r\n\x1a\n"
_LARGEST_ERROR_BYTES = 20_000


class CheckedPicture:
    """Passes a photo's bytes on, and keeps their beginning; fulfils the transport's `Destination`."""

    def __init__(self, destination: Destination, mime: str) -> None:
        self._destination = destination
        self._mime = mime
        self._head = b""

    @property
    def offset(self) -> int:
        """Of the real destination."""
        return self._destination.offset

    @property
    def validator(self) -> str | None:
        """Of the real destination."""
        return self._destination.validator

    @property
    def provable(self) -> bool:
        """Of the real destination."""
        return self._destination.provable

    def begin(self, offset: int, total: int | None, validator: str | None) -> None:
        """A body follows."""
        if offset == 0:
            self._head = b""
        self._destination.begin(offset, total, validator)

    def write(self, chunk: bytes) -> None:
        """Pass it on."""
        if len(self._head) < len(_PNG):
            self._head += chunk[: len(_PNG)]
        self._destination.write(chunk)

    def check(self) -> None:
        """Raise `ItemError` when a small PNG came where another picture was promised."""
        is_png = self._head.startswith(_PNG)
        if is_png and self._mime != "image/png" and self.offset < _LARGEST_ERROR_BYTES:
            raise ItemError("an error picture came in place of the photo", Reason.NOT_MEDIA)
