"""Libraries as a pull leaves them, made without one: with the files of their photos, or the catalog alone."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from photosync.catalog import SavedFile
from photosync.jobs.library_catalog import open_catalog
from photosync.jobs.sums_list import repair_lists
from photosync.library import Library
from photosync.model import CaptureTime, Digest, GpsPosition, Item, Kind, Location, TimeMeaning
from photosync.testing.command import Sandbox

_FIRST = datetime(2015, 1, 1, tzinfo=UTC)
_BLOCK = 1_000_000
_BATCH = 1000


def make_library(sandbox: Sandbox, items: int, size_bytes: int | None = None) -> None:
    """A library of this many photos, one an hour, in the user's folder. Without a size, no files are made."""
    library = Library(sandbox.library, sandbox.home / ".local" / "state" / "photosync")
    with library.created(), open_catalog(library) as catalog:
        block = os.urandom(_BLOCK)
        files = (_saved(sandbox.library, number, size_bytes, block) for number in range(items))
        while some := list(islice(files, _BATCH)):
            with catalog.transaction():
                catalog.record_saved("amazon", catalog.begin_run("pull", "amazon"), some)
        if size_bytes is not None:
            repair_lists(library, catalog)


def _saved(library: Path, number: int, size_bytes: int | None, block: bytes) -> SavedFile:
    taken = (_FIRST + timedelta(hours=number)).replace(tzinfo=None)
    name = f"IMG_{number:06}.JPG"
    path = f"amazon/{taken:%Y/%m}/{name}"
    if size_bytes is None:
        digest = Digest(3_000_000 + number, f"{number:032x}", f"{number:064x}")
    else:
        digest = _written(library / path, number, size_bytes, block)
    item = Item(
        f"id-{number:020}",
        name,
        Kind.PHOTO,
        taken=CaptureTime(taken, TimeMeaning.LOCAL),
        size_bytes=digest.size_bytes,
        md5=digest.md5,
        width=4_032,
        height=3_024,
        favorite=number % 10 == 0,
        collections=(f"Album {number % 100}",),
        gps=GpsPosition(49.28, -123.12) if number % 2 else None,
        added=_FIRST + timedelta(hours=number + 5),
    )
    return SavedFile(
        item=item,
        location=Location("", path),
        delivered=digest,
        stored_size=digest.size_bytes,
        stored_sha256=digest.sha256,
        is_new=True,
    )


def _written(path: Path, number: int, size_bytes: int, block: bytes) -> Digest:
    """Make a file whose content no other one has."""
    path.parent.mkdir(parents=True, exist_ok=True)
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    with path.open("wb") as file:
        for part in _content(number, size_bytes, block):
            md5.update(part)
            sha256.update(part)
            file.write(part)
    return Digest(size_bytes, md5.hexdigest(), sha256.hexdigest())


def _content(number: int, size_bytes: int, block: bytes) -> Iterator[bytes]:
    for start in range(0, size_bytes, _BLOCK):
        head = number.to_bytes(8, "big") + start.to_bytes(8, "big")
        yield (head + block[len(head) :])[: size_bytes - start]
