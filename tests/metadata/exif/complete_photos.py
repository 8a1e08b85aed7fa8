"""Photos to which no date is missing, with one entry or a thumbnail of choice."""

import struct

from photosync.metadata import Settings
from tests.metadata.making import (
    LONG,
    STAMP,
    Entry,
    block,
    encoded,
    original,
    photo,
    text,
)

DATES = [original(STAMP), text(0x9004, STAMP)]
ARTIST = Settings(artist="Łukasz Żak")


def with_entry(directory: str, entry: Entry, order: str = "<") -> bytes:
    """A photo to which nothing is missing, with one strange entry."""
    if directory == "0th":
        return photo(block([entry], exif=DATES, order=order))
    if directory == "1st":
        return with_thumbnail(encoded("JPEG"), entry)
    if directory == "GPS":
        return photo(block([], exif=DATES, gps=[entry], order=order))
    return photo(block([], exif=sorted([*DATES, entry]), order=order))


def with_thumbnail(thumbnail: bytes, *others: Entry) -> bytes:
    """A photo whose Exif block ends in the thumbnail."""

    def made(offset: int) -> bytes:
        places = [(0x0201, LONG, 1, pack("I", offset)), (0x0202, LONG, 1, pack("I", len(thumbnail)))]
        return block([], exif=DATES, first=[*others, *places])

    return photo(made(len(made(0))) + thumbnail)


def pack(code: str, *numbers: float) -> bytes:
    return struct.pack("<" + code, *numbers)
