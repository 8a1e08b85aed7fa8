"""The items of the benchmarks' service: their contents, made beforehand, and their entries in a listing.

An item has a photo, or one video of zeros, or is only listed: a million of those need no memory.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from photosync.testing.media import CAMERAS, Media, Shape

OWNER = "A1SIMULATED0001"
_PICTURES = "picturefolder000000001"
_FIRST_ADDED = datetime(2024, 3, 1, 8, tzinfo=UTC)
_FIRST_TAKEN = datetime(2015, 1, 1, 9, 30, tzinfo=UTC)
_WITHOUT_EXIF, _WITH_EXIF = CAMERAS.index(None), 1
"""Cameras. One photo in eight has no capture time, like those from messengers, and gets it."""
_PIECE = bytes(1 << 20)
_MOVIE_HEAD = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0\0\0\1mdat"
_EXIF = b"Exif\0\0"
_LISTED_BYTES = 2_345_678
"""The size that items without a content are listed with."""
_MEDIA = Media(seed=1)


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of an item: a head of its own, and after it bytes of others or zeros."""

    head: bytes
    rest: bytes
    zeros: int
    md5: str

    @property
    def md5_without_exif(self) -> str:
        """A photo's."""
        return md5(without_exif(self.head) + self.rest)

    @property
    def size_bytes(self) -> int:
        return len(self.head) + len(self.rest) + self.zeros

    def pieces(self, start: int, most_bytes: int = len(_PIECE)) -> Iterator[bytes]:
        """The bytes from `start`, in pieces of at most `most_bytes`."""
        known = self.head + self.rest
        for first in range(start, len(known), most_bytes):
            yield known[first : first + most_bytes]
        left = self.zeros - max(0, start - len(known))
        while left > 0:
            yield _PIECE[: min(left, most_bytes, len(_PIECE))]
            left -= min(most_bytes, len(_PIECE))


def photos(count: int, size_bytes: int) -> list[Content]:
    """Valid heads of JPEGs, seven of eight with a camera's metadata; the files are longer than their decoders need."""
    padding = (bytes(range(255)) * (size_bytes // 255))[: max(0, size_bytes - 3000)] + b"\xff\xd9"
    return [_photo(number, padding) for number in range(count)]


def _photo(number: int, rest: bytes) -> Content:
    shape = Shape(video=False, camera=_WITHOUT_EXIF if number % 8 == 0 else _WITH_EXIF, picture=number % 48)
    head = _MEDIA.content(number, 0, shape, _taken(number).replace(tzinfo=None))[:-2]
    return Content(head, rest, 0, md5(head, rest))


def movie(size_bytes: int) -> Content:
    """A video of zeros."""
    head = _MOVIE_HEAD + (size_bytes - 24).to_bytes(8)
    zeros = size_bytes - len(head)
    return Content(head, b"", zeros, md5(head, *Content(b"", b"", zeros, "").pieces(0)))


def without_exif(jpeg: bytes) -> bytes:
    """A photo without its Exif block, which photosync may write."""
    start = jpeg.find(_EXIF, 0, 1000) - 4
    return jpeg if start < 0 else jpeg[:start] + jpeg[start + 2 + int.from_bytes(jpeg[start + 2 : start + 4]) :]


def md5(*parts: bytes) -> str:
    """The hash of the parts together."""
    digest = hashlib.md5(usedforsecurity=False)
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Items:
    """The items of the account by number, the oldest first."""

    contents: Sequence[Content]
    only_listed: int = 0
    """How many more there are, without contents."""

    def __len__(self) -> int:
        return len(self.contents) + self.only_listed

    def node(self, number: int) -> str:
        """An item as the service lists it."""
        has_content = number < len(self.contents)
        content = self.contents[number] if has_content else None
        template = _template(is_video=content is not None and content.zeros > 0)
        added, taken = _FIRST_ADDED + timedelta(seconds=number * 20), _taken(number)
        return template % {
            "id": item_id(number),
            "number": number,
            "added": added.isoformat(timespec="milliseconds")[:-6],
            "taken": taken.isoformat(timespec="milliseconds")[:-6],
            "md5": content.md5 if content else f"{number * 2654435761:032x}",
            "size": content.size_bytes if content else _LISTED_BYTES,
        }


def item_id(number: int) -> str:
    """The service's id of an item."""
    return f"bfa9ae{number:016x}"


def item_number(id_: str) -> int:
    """The number of an item."""
    return int(id_[6:], 16)


def _taken(number: int) -> datetime:
    return _FIRST_TAKEN + timedelta(hours=4 * (number % 22_000))


@cache
def _template(*, is_video: bool) -> str:
    """About as long as the service's own: Amazon lists what it has read from a photo's Exif."""
    exif = {
        "make": "SONY",
        "model": "ILCE-6400",
        "software": "ILCE-6400 v2.00",
        "orientation": "1",
        "dateTime": "%(taken)sZ",
        "dateTimeOriginal": "%(taken)sZ",
        "dateTimeDigitized": "%(taken)sZ",
        "exposureTime": "1/125",
        "apertureValue": "297/100",
        "focalLength": "350/10",
        "isoSpeedRatings": "400",
        "flash": "Flash did not fire",
        "meteringMode": "Multi-segment",
        "exposureProgram": "Program AE",
        "whiteBalance": "Auto",
        "colorSpace": "sRGB",
        "xResolution": "350/1",
        "yResolution": "350/1",
    }
    properties = {
        "md5": "%(md5)s",
        "size": "SIZE",
        "version": 1,
        "contentDate": "%(taken)sZ",
        "contentType": "video/mp4" if is_video else "image/jpeg",
        "extension": "mp4" if is_video else "jpg",
        "video" if is_video else "image": {"width": 4032, "height": 3024, **({} if is_video else exif)},
        "contentSignatures": [{"contentSignatureType": "MD5", "contentSignature": "%(md5)s"}],
    }
    node = {
        "id": "%(id)s",
        "name": f"IMG_%(number)05d.{'MP4' if is_video else 'JPG'}",
        "kind": "FILE",
        "status": "AVAILABLE",
        "ownerId": OWNER,
        "parents": [_PICTURES],
        "eTagResponse": "5QX1ZzZzEXA",
        "isShared": False,
        "restricted": False,
        "protectedFolder": False,
        "createdBy": "CloudDriveWeb",
        "createdDate": "%(added)sZ",
        "modifiedDate": "%(added)sZ",
        "description": "",
        "labels": [],
        "version": 1,
        "keywords": [],
        "transforms": [],
        "assets": [],
        "subKinds": [],
        "collectionProperties": {},
        "settings": {"favorite": False, "hidden": False},
        "contentProperties": properties,
    }
    return json.dumps(node).replace('"SIZE"', "%(size)d")
