"""The catalog remembers what went up, and what of it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from photosync.catalog import Catalog, PushedFile, SavedFile
from photosync.model import Digest, Item, Kind, Location

ONE = Digest(3, "md5 of one", "sha of one")
OTHER = Digest(3, "md5 of other", "sha of other")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with closing(Catalog.open(tmp_path / "catalog.db")) as opened:
        yield opened


def pushed(path: str, digest: Digest, id_: str, stamp: str = "s") -> PushedFile:
    return PushedFile(Path(path), stamp, digest, Item(id_, f"{id_}.jpg", Kind.PHOTO, md5=digest.md5))


def record(catalog: Catalog, *files: PushedFile, place: str = "", account: str = "a") -> None:
    with catalog.transaction():
        catalog.pushes(account).record(catalog.begin_run("push", account), place, files)


def test_a_file_is_known_as_long_as_it_stays_the_same(catalog: Catalog) -> None:
    record(catalog, pushed("/x/1.jpg", ONE, "i1"))
    ledger = catalog.pushes("a")
    assert ledger.has_file("", Path("/x/1.jpg"), "s")
    assert not ledger.has_file("", Path("/x/1.jpg"), "changed")
    assert not ledger.has_file("frame", Path("/x/1.jpg"), "s")
    assert not catalog.pushes("b").has_file("", Path("/x/1.jpg"), "s")


def test_a_content_is_known_in_any_folder(catalog: Catalog) -> None:
    record(catalog, pushed("/x/1.jpg", ONE, "i1"))
    ledger = catalog.pushes("a")
    match = ledger.with_content("", ONE)
    assert match is not None
    assert (match.item.id, match.is_in_place) == ("i1", True)
    assert ledger.with_content("", OTHER) is None
    assert ledger.has_size(3)
    assert not ledger.has_size(4)


def test_another_place_is_another_place(catalog: Catalog) -> None:
    record(catalog, pushed("/x/1.jpg", ONE, "i1"), place="kitchen")
    elsewhere = catalog.pushes("a").with_content("hall", ONE)
    assert elsewhere is not None
    assert (elsewhere.item.id, elsewhere.is_in_place) == ("i1", False)
    record(catalog, pushed("/x/1.jpg", ONE, "i1"), place="hall")
    there = catalog.pushes("a").with_content("hall", ONE)
    assert there is not None
    assert there.is_in_place


def test_what_is_gone_is_not_there(catalog: Catalog) -> None:
    record(catalog, pushed("/x/1.jpg", ONE, "i1"))
    with catalog.transaction():
        catalog.mark_gone("a", ["i1"])
    ledger = catalog.pushes("a")
    assert not ledger.has_file("", Path("/x/1.jpg"), "s")
    assert ledger.with_content("", ONE) is None
    assert not ledger.has_item("i1")
    record(catalog, pushed("/x/1.jpg", ONE, "i1"))
    assert ledger.has_item("i1")
    assert ledger.has_file("", Path("/x/1.jpg"), "s")


def test_what_was_pulled_need_not_go_up_again(catalog: Catalog) -> None:
    item = Item("p1", "p1.jpg", Kind.PHOTO)
    fixed = SavedFile(item, Location("", "a/p1.jpg"), Digest(2, "m", "as delivered"), ONE.size_bytes, ONE.sha256)
    with catalog.transaction():
        catalog.record_saved("a", catalog.begin_run("pull", "a"), [fixed])
    match = catalog.pushes("a").with_content("", ONE)
    assert match is not None
    assert match.item == item


def test_a_pushed_item_is_known_and_owes_nothing(catalog: Catalog) -> None:
    record(catalog, pushed("/x/1.jpg", ONE, "i1"))
    known = catalog.known("a", ["i1"])["i1"]
    assert known.was_pushed
    assert not known.needs_download
    assert not known.differs_from(Item("i1", "i1.jpg", Kind.PHOTO, md5=ONE.md5))
    assert known.differs_from(Item("i1", "i1.jpg", Kind.PHOTO, md5=OTHER.md5))
    assert list(catalog.failed_or_missing("a")) == []
    assert catalog.totals("a").items == 0


def test_a_saved_item_stays_saved(catalog: Catalog) -> None:
    each = SavedFile(Item("i1", "1.jpg", Kind.PHOTO), Location("", "a/1.jpg"), Digest(3, "m", "d"), 3, "s")
    with catalog.transaction():
        catalog.record_saved("a", catalog.begin_run("pull", "a"), [each])
    record(catalog, pushed("/x/1.jpg", ONE, "i1"))
    assert catalog.known("a", ["i1"])["i1"].state == "saved"


def test_names_that_are_no_text_are_kept(catalog: Catalog) -> None:
    name = b"/x/caf\xe9.jpg".decode("utf-8", "surrogateescape")
    record(catalog, pushed(name, ONE, "i1"))
    assert catalog.pushes("a").has_file("", Path(name), "s")
    assert [(each.path, each.size_bytes) for each in catalog.push_records(item=("a", "i1"))] == [(Path(name), 3)]
