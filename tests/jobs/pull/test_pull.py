"""A pull as a job: a provider in memory, a real catalog and a real library."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import ClassVar, Self

import pytest

from photosync import metadata
from photosync.catalog import Catalog
from photosync.errors import Exit
from photosync.jobs.account import Account
from photosync.jobs.pull.options import PullOptions
from photosync.jobs.pull.pull import Pull
from photosync.jobs.report import Summary
from photosync.library import Layout, Library
from photosync.model import Item, Kind, Selection
from photosync.provider import AccountContext, AccountSettings, Page, ServiceFacts
from photosync.transport import Destination

PAGE = 100
ITEMS = [Item(f"i{number}", f"{number}.jpg", Kind.PHOTO, size_bytes=4, favorite=False) for number in range(300)]


class MemoryProvider:
    facts: ClassVar = ServiceFacts(title="Memory", selects=frozenset())
    settings_type: ClassVar = AccountSettings
    endpoint_names: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, items: list[Item]) -> None:
        self.items = items

    @classmethod
    def open(cls, settings: AccountSettings, context: AccountContext) -> Self:
        return cls(ITEMS)

    def list(self, selection: Selection, collection: str | None, since: str | None) -> Iterator[Page]:
        for start in range(0, len(self.items), PAGE):
            yield Page(self.items[start : start + PAGE])

    def download(self, item: Item, destination: Destination) -> None:
        destination.begin(0, 4, None)
        destination.write(b"\xff\xd8" + int(item.id[1:]).to_bytes(2, "big"))

    def sign_in_state(self) -> str:
        return "none"

    def close(self) -> None:
        pass


class FaultyProvider(MemoryProvider):
    """Has a bug that shows at one item."""

    def download(self, item: Item, destination: Destination) -> None:
        if item.id == "i7":
            raise TypeError("a bug")
        super().download(item, destination)


class Recorder:
    def __init__(self) -> None:
        self.found: list[int] = []

    def listed(self, seen: int, total: int | None) -> None:
        self.found.append(seen)

    def wanted(self, count: int, size_bytes: int) -> None: ...
    def expected(self, count: int | None) -> None: ...
    def received(self, size_bytes: int) -> None: ...
    def saved(self, name: str, path: str) -> None: ...
    def failed(self, name: str, message: str, *, is_known: bool = False) -> None: ...
    def note(self, message: str) -> None: ...


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library(tmp_path / "library", tmp_path / "state")
    library.create()
    return library


def pull(
    library: Library,
    items: list[Item],
    recorder: Recorder,
    *,
    dry_run: bool = False,
    provider: type[MemoryProvider] = MemoryProvider,
) -> Summary:
    catalog = Catalog.read(library.catalog_path) if dry_run else Catalog.open(library.catalog_path)
    account = Account("memory", provider(items), (), Event())
    options = PullOptions(Layout("flat"), metadata.Settings(mode=metadata.Mode.OFF), dry_run=dry_run)
    try:
        return Pull(account, library, catalog, options, recorder).run()
    finally:
        catalog.close()


def test_the_progress_says_how_many_items_were_found(library: Library) -> None:
    recorder = Recorder()
    summary = pull(library, ITEMS, recorder)
    assert (summary.exit, summary.saved) == (Exit.OK, 300)
    assert recorder.found == [100, 200, 300]


def test_a_dry_run_does_not_record_the_descriptions_that_changed(library: Library) -> None:
    pull(library, ITEMS, Recorder())
    before = library.catalog_path.read_bytes()
    summary = pull(library, [replace(item, favorite=True) for item in ITEMS], Recorder(), dry_run=True)
    assert (summary.exit, summary.unchanged) == (Exit.OK, 300)
    assert library.catalog_path.read_bytes() == before


def test_an_item_that_a_page_has_twice_is_found_once(library: Library) -> None:
    summary = pull(library, [*ITEMS[:10], *ITEMS[:10]], Recorder())
    assert (summary.listed, summary.saved) == (10, 10)


def test_a_bug_at_one_item_keeps_no_other_away(library: Library) -> None:
    summary = pull(library, ITEMS, Recorder(), provider=FaultyProvider)
    assert (summary.exit, summary.saved) == (Exit.PARTIAL, 299)
    assert [(each.id, each.reason) for each in summary.errors] == [("i7", "internal")]
