"""A program that uses the Python API, for mypy: `make check` checks it, and a test from outside of the repository."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import assert_type

import photosync
from photosync.errors import Exit, PhotosyncError


def main() -> None:
    """Each kind of call, with the type of what it returns."""
    with photosync.open("config.yaml", library=Path("/photos")) as ps:
        amazon = ps.account("amazon")
        assert_type(amazon, photosync.PhotosyncAccount)
        items = amazon.list(years=[2022, 2023], kind="photo", since=date(2022, 6, 1), states=["new"])
        assert_type(items, photosync.Items)
        ids = [item.id for item in items if (item.size or 0) > 1_000]
        assert_type(ids, list[str])
        assert_type(amazon.count(favorites=True), int)
        assert_type(amazon.count_by("year"), Mapping[str | None, int])
        assert_type(amazon.facets("people"), list[dict[str, object]])
        summary = amazon.pull(ids, limit_time=timedelta(hours=2), bwlimit="5M", progress=show)
        assert_type(summary.saved, int)
        assert_type(summary.exit, Exit)
        assert_type(amazon.push(["a.jpg", Path("folder")], to="Holiday").failed, int)
        changed = amazon.trash(ids, dry_run=True)
        assert_type(changed.summary.changed, int)
        assert_type(changed.results, Sequence[Mapping[str, object]])
        assert_type(amazon.albums.create("Holiday", ids).summary.exit, Exit)
        assert_type(amazon.people.list(), list[dict[str, object]])
        assert_type(amazon.remote.properties("a.jpg"), dict[str, str])
        assert_type(amazon.thumbnail("/a.jpg", 256), Path)
        assert_type(ps.verify(sample="5%").summary.damaged, int)
        assert_type(ps.fix("folder", sets={"artist": "Ada"}).summary.files, int)
        assert_type(ps.rebuild("amazon")[0].adopted, int)
        assert_type(ps.export("items.parquet"), int)
        try:
            amazon.login(photosync.Person(browser=True))
        except PhotosyncError as error:
            assert_type(error.exit, Exit)


def show(now: photosync.Progress) -> None:
    """A callback."""
    assert_type((now.event, now.done, now.wanted), tuple[str, int, int])
