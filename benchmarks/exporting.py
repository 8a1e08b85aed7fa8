"""`export` of a library of 100,000 items to Parquet. The catalog alone is made: no file is read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.measuring import photosync
from benchmarks.rows import Figure, Row
from benchmarks.setting import Setting
from photosync.catalog import Catalog, SavedFile
from photosync.model import CaptureTime, Digest, GpsPosition, Item, Kind, Location, TimeMeaning
from photosync.testing.command import OWN_FOLDER, Sandbox

_FIRST = datetime(2015, 1, 1, tzinfo=UTC)


def measure(setting: Setting) -> Iterator[Row]:
    """The seconds and the memory."""
    items = setting.items(100_000, 5_000)
    work = f"export of {items:,} items to Parquet"
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox(Path(folder))
        sandbox.configure({})
        _make_library(sandbox.library, items)
        done = [photosync(sandbox, "export", "items.parquet") for _ in range(setting.rounds)]
    for each in done:
        setting.tell(f"{work}: {each.seconds:.2f} s ({each.cpu_s:.2f} s CPU), {each.peak_mb:.0f} MB")
    parts = {"CPU s": [each.cpu_s for each in done]}
    yield Row("export", work, Figure.of(*(each.seconds for each in done)), "s", 5, parts=parts)
    yield Row("export/memory", work, Figure.of(*(each.peak_mb for each in done)), "MB", 500)


def _make_library(folder: Path, items: int) -> None:
    path = folder / OWN_FOLDER / "catalog.db"
    path.parent.mkdir(parents=True)
    (path.parent / "library.json").write_text('{"uuid": "6f1d1a9e-4a0c-4c57-9a4c-0d2b1d6f8a11"}', encoding="utf-8")
    catalog = Catalog.open(path)
    with catalog.transaction():
        run = catalog.begin_run("pull", "amazon")
        catalog.record_saved("amazon", run, [_saved(number) for number in range(items)])
    catalog.close()


def _saved(number: int) -> SavedFile:
    taken = (_FIRST + timedelta(hours=number)).replace(tzinfo=None)
    digest = Digest(3_000_000 + number, f"{number:032x}", f"{number:064x}")
    item = Item(
        f"id-{number:020}",
        f"IMG_{number:06}.JPG",
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
        location=Location("", f"amazon/{taken:%Y/%m}/{item.name}"),
        delivered=digest,
        stored_size=digest.size_bytes,
        stored_sha256=digest.sha256,
        is_new=True,
    )
