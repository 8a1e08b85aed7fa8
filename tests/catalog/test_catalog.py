"""The catalog remembers what is saved, and refuses what it does not understand."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from photosync.catalog import SCHEMA_VERSION, Catalog, DamagedCatalogError, Listing, SavedFile, Sidecar, opening, schema
from photosync.catalog.item_json import from_text, to_text
from photosync.errors import DestinationError
from photosync.model import CaptureTime, Digest, Item, Kind, Location, Proof, TimeMeaning


def item(id_: str, **known: object) -> Item:
    return Item(id=id_, name=f"{id_}.jpg", kind=Kind.PHOTO, **known)  # type: ignore[arg-type]


def saved(each: Item, path: str) -> SavedFile:
    return SavedFile(each, Location("", path), Digest(3, "m", "d"), stored_size=3, stored_sha256=f"sha of {path}")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with closing(Catalog.open(tmp_path / "catalog.db")) as opened:
        yield opened


def test_an_item_comes_back_as_it_was_described() -> None:
    described = Item(
        id="HeMReF",
        name="Übung.JPG",
        kind=Kind.VIDEO,
        taken=CaptureTime(datetime(2019, 7, 6, 18, 22, 0, 5000), TimeMeaning.LOCAL),
        size_bytes=5,
        favorite=True,
        collections=("Holiday", "Lake"),
        added=datetime(2020, 1, 1, tzinfo=UTC),
        locator={"owner": "A1"},
    )
    assert from_text(to_text(described)) == described
    assert from_text(to_text(item("bare"))) == item("bare")


def test_what_is_saved_is_known_and_what_is_not_is_not(catalog: Catalog) -> None:
    run = catalog.begin_run("pull", "amazon")
    with catalog.transaction():
        catalog.record_saved("amazon", run, [saved(item("a"), "amazon/a.jpg")])
    known = catalog.known("amazon", ["a", "b"])
    assert list(known) == ["a"]
    assert known["a"].location == Location("", "amazon/a.jpg")
    assert not known["a"].needs_download
    assert catalog.known("other", ["a"]) == {}
    assert catalog.entry_at(Location("", "AMAZON/a.jpg")) == known["a"]
    assert catalog.entry_at(Location("/elsewhere", "amazon/a.jpg")) is None
    assert catalog.entries_with_id("a") == [known["a"]]


def test_what_failed_or_is_missing_is_owed_until_it_is_saved(catalog: Catalog) -> None:
    run = catalog.begin_run("pull", "amazon")
    catalog.failures.record("amazon", run, item("a"), "truncated", "it ended early")
    with catalog.transaction():
        catalog.record_saved("amazon", run, [saved(item(each), each) for each in "bc"])
    catalog.note_missing(["b"])
    assert [each.id for each in catalog.failed_or_missing("amazon")] == ["a", "b"]
    with catalog.transaction():
        catalog.record_saved("amazon", run, [saved(item("a"), "a"), saved(item("b"), "b")])
    assert list(catalog.failed_or_missing("amazon")) == []


def test_a_page_may_have_any_number_of_items(catalog: Catalog) -> None:
    """SQLite takes no more than 32,766 parameters, or 250,000 where it was built for that."""
    run = catalog.begin_run("pull", "amazon")
    ids = [f"{number:06}" for number in range(260_000)]
    with catalog.transaction():
        catalog.record_saved("amazon", run, [saved(item(ids[7]), "amazon/7.jpg")])
    assert list(catalog.known("amazon", ids)) == [ids[7]]
    assert catalog.note_seen(ids[:9]) == set(ids[:9])
    assert catalog.note_seen(ids) == set(ids[9:])


def test_a_location_is_taken_once_a_file_is_there(catalog: Catalog) -> None:
    run = catalog.begin_run("pull", "amazon")
    catalog.begin_listing()
    location = Location("", "amazon/A.jpg")
    assert catalog.owner_of(location) is None
    with catalog.transaction():
        catalog.record_saved("amazon", run, [saved(item("a"), "amazon/a.jpg")])
    assert catalog.owner_of(location) == ("amazon", "a")
    catalog.begin_listing()
    assert catalog.owner_of(location) == ("amazon", "a")


def test_the_work_for_missing_files_grows_with_their_number(tmp_path: Path) -> None:
    connection = opening.to_write(tmp_path / "catalog.db")
    catalog, steps = Catalog(connection), {}
    for number in (1_000, 4_000):
        catalog.begin_listing()
        items = [item(f"{each:04}") for each in range(number)]
        with catalog.transaction():
            catalog.record_saved("amazon", 1, [saved(each, f"amazon/{each.id}.jpg") for each in items])
        catalog.note_missing(each.id for each in items)
        counted = count()
        connection.set_progress_handler(lambda counted=counted: next(counted) < 0, 100)  # type: ignore[misc]
        assert len(list(catalog.failed_or_missing("amazon"))) == number
        connection.set_progress_handler(None, 0)
        steps[number] = next(counted)
    catalog.close()
    assert steps[4_000] < 5 * steps[1_000]


def test_many_missing_files_come_once_each_while_they_are_recorded(catalog: Catalog) -> None:
    run = catalog.begin_run("pull", "amazon")
    items = [item(f"{number:03}") for number in range(450)]
    with catalog.transaction():
        catalog.record_saved("amazon", run, [saved(each, f"amazon/{each.id}.jpg") for each in items])
        catalog.record_saved("other", run, [saved(item("007"), "other/007.jpg")])
    catalog.note_missing(each.id for each in items[7:])
    found = []
    for each in catalog.failed_or_missing("amazon"):
        found.append(each.id)
        with catalog.transaction():
            catalog.record_saved("amazon", run, [saved(each.item, f"amazon/{each.id}.jpg")])
    assert found == [each.id for each in items[7:]]
    assert list(catalog.failed_or_missing("amazon")) == []


def test_every_root_is_named_once(catalog: Catalog) -> None:
    assert catalog.roots() == []
    roots = ["/frames/a", "", "/frames/b", "/frames/a", "/frames/Ü"]
    with catalog.transaction():
        files = [
            replace(saved(item(str(number)), ""), location=Location(root, f"{number}.jpg"))
            for number, root in enumerate(roots)
        ]
        catalog.record_saved("aura", 1, files)
        catalog.mark_gone("aura", ["0", "1"])
    assert catalog.roots() == ["", "/frames/a", "/frames/b", "/frames/Ü"]
    assert [path for _, root, path in catalog.files("aura") if root == "/frames/a"] == ["0.jpg", "3.jpg"]


def test_the_totals_of_an_account(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with closing(Catalog.open(path)) as catalog:
        runs = [catalog.begin_run("pull", "amazon") for _ in range(3)]
        proofs = (Proof.HASH, Proof.HASH, Proof.SIZE, Proof.REENCODED)
        for number, proof in enumerate(proofs):
            with catalog.transaction():
                file = replace(saved(item(str(number)), f"amazon/{number}.jpg"), proof=proof)
                catalog.record_saved("amazon", runs[bool(number)], [file])
                catalog.record_saved("other", runs[0], [saved(item("0"), "other/0.jpg")])
        catalog.mark_gone("amazon", ["3"])
        totals = catalog.totals("amazon")
        assert (totals.items, totals.size_bytes, totals.gone, totals.failed, totals.fixed) == (4, 12, 1, 0, 4)
        counts = {Proof.HASH: 2, Proof.SIZE: 1, Proof.DECODED: 0, Proof.OWN: 0, Proof.REENCODED: 1}
        assert list(totals.proved.items()) == list(counts.items())
        assert (totals.oldest_reading_at, totals.last_verified_at) == (catalog.checks.started_at(runs[0]), None)
        nothing = catalog.totals("none")
        assert (nothing.items, nothing.size_bytes, nothing.oldest_reading_at, nothing.last_exit) == (0, 0, None, None)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE items SET proof = 'promise' WHERE id = '2'")
    with closing(Catalog.read(path)) as catalog, pytest.raises(DamagedCatalogError, match="kind of proof"):
        catalog.totals("amazon")


def test_only_unlisted_items_are_gone(catalog: Catalog) -> None:
    run = catalog.begin_run("pull", "amazon")
    with catalog.transaction():
        catalog.record_saved("amazon", run, [saved(item(each), each) for each in "abc"])
    assert catalog.note_seen(["a"]) == {"a"}
    assert catalog.note_seen(["b"], by_listing=False) == {"b"}
    assert catalog.note_seen(["a", "b"]) == set()
    assert catalog.listed_count() == 2
    assert catalog.mark_gone("amazon", [entry.id for entry in catalog.unlisted("amazon")]) == 1
    assert catalog.known("amazon", ["c"])["c"].state == "gone"
    assert catalog.known("amazon", ["c"])["c"].location == Location("", "c")
    catalog.record_described("amazon", [item("c")])
    assert catalog.known("amazon", ["c"])["c"].state == "saved"


def test_a_transaction_is_all_or_nothing(catalog: Catalog) -> None:
    run = catalog.begin_run("pull", "amazon")
    with pytest.raises(KeyboardInterrupt), catalog.transaction():
        catalog.record_saved("amazon", run, [saved(item("a"), "a")])
        raise KeyboardInterrupt
    assert catalog.known("amazon", ["a"]) == {}


def test_how_far_a_listing_is_known_survives(tmp_path: Path) -> None:
    catalog = Catalog.open(tmp_path / "catalog.db")
    listing = Listing(3, datetime(2026, 1, 1, tzinfo=UTC), 1200, "mark")
    catalog.listings.set("amazon", "", "{}", listing)
    catalog.close()
    with closing(Catalog.read(tmp_path / "catalog.db")) as again:
        assert again.listings.get("amazon", "", "{}") == listing
        assert again.listings.get("amazon", "album", "{}") is None


def test_a_catalog_of_a_newer_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    Catalog.open(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    for way_in in (Catalog.open, Catalog.read):
        with pytest.raises(DestinationError, match="newer photosync"):
            way_in(path)
    assert path.read_bytes() == before


def test_what_is_no_database_is_refused_with_advice(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    path.write_bytes(b"this is not a database, whatever its name says" * 100)
    with pytest.raises(DestinationError, match="cannot be used"):
        Catalog.open(path)


def test_reading_changes_nothing_on_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    Catalog.open(path).close()
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    catalog = Catalog.read(path)
    catalog.note_missing(["a"])
    catalog.note_seen(["a"])
    catalog.close()
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == before


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A catalog of schema version 1, with a file in it."""
    path = tmp_path / "older.db"
    connection = sqlite3.connect(path)
    connection.executescript(f"BEGIN; {schema.MIGRATIONS[0]} PRAGMA user_version = 1; COMMIT;")
    connection.execute(
        """INSERT INTO items (account, id, description, state, first_run, saved_run, outside, path, path_key,
               delivered_sha256, stored_size, stored_sha256)
           VALUES ('amazon', 'a', ?, 'saved', 1, 1, '', 'a.jpg', 'a.jpg', 'd', 3, 'd')""",
        (to_text(item("a")),),
    )
    connection.commit()
    connection.close()
    return path


def test_an_older_catalog_is_migrated_and_keeps_its_rows(older: Path) -> None:
    catalog = Catalog.open(older)
    assert catalog.known("amazon", ["a"])["a"].location == Location("", "a.jpg")
    entry = catalog.entry("amazon", "a")
    assert entry is not None
    assert (entry.item, entry.stored_sha256, entry.fix_record) == (item("a"), "d", None)
    catalog.close()
    with sqlite3.connect(older) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION >= 2
    connection.close()


def test_an_older_catalog_can_be_read_without_changing_it(older: Path) -> None:
    before = older.read_bytes()
    catalog = Catalog.read(older)
    assert catalog.fixes.sidecars("amazon", "a") == []
    assert list(catalog.sums.lines("")) == [("d", "a.jpg")]
    catalog.close()
    assert older.read_bytes() == before


def test_sidecars_are_in_the_list_of_sums_and_go_with_their_item(catalog: Catalog) -> None:
    run = catalog.begin_run("pull", "amazon")
    beside = Sidecar(Location("", "a.jpg.xmp"), "s", ours=True)
    with catalog.transaction():
        catalog.record_saved("amazon", run, [replace(saved(item("a"), "a.jpg"), sidecars=(beside,))])
    assert list(catalog.sums.lines("", since_run=run)) == [("sha of a.jpg", "a.jpg"), ("s", "a.jpg.xmp")]
    assert catalog.fixes.sidecars("amazon", "a") == [beside]
    assert catalog.totals("amazon").fixed == 1
    with catalog.transaction():
        catalog.record_saved("amazon", run, [saved(item("a"), "a.jpg")])
    assert catalog.fixes.sidecars("amazon", "a") == []


def test_what_was_begun_is_known_until_it_is_settled(catalog: Catalog) -> None:
    run = catalog.begin_run("pull", "amazon")
    with catalog.transaction():
        catalog.record_saved("amazon", run, [saved(item("a"), "a.jpg")])
    catalog.fixes.intend("amazon", "a", "new", 4, None)
    assert [(each.location.path, each.sha256) for each in catalog.fixes.intents()] == [("a.jpg", "new")]
    catalog.fixes.settle("amazon", "a")
    assert list(catalog.fixes.intents()) == []
    assert list(catalog.sums.lines("")) == [("new", "a.jpg")]
