"""The photos that are pushed, the routes that a push uses, and how a push ends well."""

from __future__ import annotations

from photosync.errors import Exit
from photosync.testing.command import Result
from tests.photosync_google.google_user import GoogleUser

UPLOADS = "POST /v1/uploads"
CREATIONS = "POST /v1/mediaItems:batchCreate"
ALBUMS = "POST /v1/albums"
ADDITIONS = "POST /v1/albums/{album}:batchAddMediaItems"
MANY = tuple(f"Photos/IMG_{number}.JPG" for number in range(120))
FEW = ("Photos/IMG_1.JPG", "Photos/Day 1/IMG_1.JPG", "Photos/Day 1/IMG_2.JPG")


def ended_well(result: Result, *, saved: int, unchanged: int = 0) -> None:
    assert result.exit == Exit.OK, result
    result.check_totals()
    assert (result.number("saved"), result.number("unchanged")) == (saved, unchanged), result


def titles(someone: GoogleUser) -> list[str]:
    return sorted(album.title for album in someone.simulator.uploads.albums.values())
