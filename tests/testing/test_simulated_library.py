"""A library that is made up when somebody looks, at any size."""

from __future__ import annotations

import hashlib
from datetime import datetime

import pytest

from photosync.model import Kind
from photosync.testing.index import LibraryIndex
from photosync.testing.library import SimulatedLibrary


def test_ids_give_their_numbers_back() -> None:
    library = SimulatedLibrary(1_000_000, seed=5)
    numbers = range(0, 1_000_000, 7919)
    assert [library.number_of(library.id_of(number)) for number in numbers] == list(numbers)
    assert len({library.id_of(number) for number in range(10_000)}) == 10_000


@pytest.mark.parametrize("item_id", ["", "x", "../../etc", "0" * 22, "zz" * 11])
def test_ids_of_others_are_unknown(item_id: str) -> None:
    assert SimulatedLibrary(10).number_of(item_id) is None


def test_ids_of_another_seed_are_unknown() -> None:
    assert SimulatedLibrary(10, seed=1).number_of(SimulatedLibrary(10, seed=2).id_of(3)) is None


def test_expected_is_what_content_gives() -> None:
    library = SimulatedLibrary(300)
    for number, expected in enumerate(library.expected()):
        content = library.content(library.item(number))
        assert expected.md5 == hashlib.md5(content).hexdigest()
        assert expected.size_bytes == len(content)
        assert content.startswith(b"\xff\xd8") == (expected.kind is Kind.PHOTO)
    assert list(library.expected()) == list(SimulatedLibrary(300).expected())
    assert {each.md5 for each in library.expected()}.isdisjoint(
        each.md5 for each in SimulatedLibrary(300, seed=2).expected()
    )


def test_a_library_is_like_life() -> None:
    library = SimulatedLibrary(5000, years=range(2016, 2026))
    items = [library.item(number) for number in range(5000)]
    assert {item.reading.year for item in items} == set(range(2016, 2026))
    assert 50 < sum(item.kind is Kind.VIDEO for item in items) < 200
    assert 150 < sum(item.favorite for item in items) < 350
    for word in ("taken", "md5", "details"):
        assert 20 < sum(word in item.missing for item in items) < 400
    assert all(item.instant.date() == item.reading.date() for item in items)


def test_adding_changing_removing() -> None:
    library = SimulatedLibrary(5)
    before = {item.id: item for item in library.expected()}
    taken = datetime(2001, 2, 3, 4, 5, 6)
    (new,) = library.add(name="new.mp4", kind=Kind.VIDEO, taken=taken, missing={"md5"})
    library.change(library.id_of(2))
    library.remove(library.id_of(4))
    after = {item.id: item for item in library.expected()}
    assert len(library) == len(after) == 5
    assert library.id_of(4) not in after
    assert after[library.id_of(2)].md5 != before[library.id_of(2)].md5
    assert after[library.id_of(3)] == before[library.id_of(3)]
    assert (after[new].name, after[new].kind, after[new].taken) == ("new.mp4", Kind.VIDEO, taken)
    with pytest.raises(KeyError):
        library.change(library.id_of(4))
    with pytest.raises(TypeError):
        library.add(colour="red")
    with pytest.raises(ValueError, match="cannot miss"):
        library.add(missing={"colour"})


def test_order_of_arrival_needs_no_index_at_any_size() -> None:
    library = SimulatedLibrary(1_000_000)
    index = LibraryIndex(library)
    newest = index.all().page(0, 3, descending=True)
    assert newest == [999_999, 999_998, 999_997]
    assert index.all().page(999_999, 10, descending=True) == [0]
    assert index.all().page(1_000_000, 10, descending=False) == []


@pytest.mark.parametrize("descending", [False, True])
def test_removed_items_leave_no_holes(descending: bool) -> None:
    library = SimulatedLibrary(100)
    gone = [0, 1, 2, 40, 41, 50, 97, 99]
    for number in gone:
        library.remove(library.id_of(number))
    left = [number for number in range(100) if number not in gone]
    if descending:
        left.reverse()
    numbers = LibraryIndex(library).all()
    assert len(numbers) == len(left)
    for limit in (1, 7, 200):
        pages = [numbers.page(offset, limit, descending=descending) for offset in range(0, len(left) + limit, limit)]
        assert [number for page in pages for number in page] == left


def test_orders_and_questions_agree_with_the_items() -> None:
    library = SimulatedLibrary(400)
    library.add(10, taken=datetime(2030, 1, 1, 23, 59, 58))
    library.remove(library.id_of(17))
    index = LibraryIndex(library)
    items = [library.item(number) for number in range(410) if number != 17]
    by_date = index.all("taken").page(0, 1000, descending=False)
    dates = [item.taken for number in by_date if (item := library.item(number)).taken]
    assert dates == sorted(dates)
    assert len(by_date) == 409
    by_name = index.all("name").page(0, 1000, descending=False)
    assert [library.item(number).name for number in by_name] == sorted(item.name for item in items)
    for year in (2019, 2030):
        wanted = [item.number for item in items if item.taken and item.taken.year == year]
        found = index.select(("year", year), lambda card, year=year: card.year == year)  # type: ignore[misc]
        assert found.page(0, 1000, descending=False) == wanted
        assert found.page(0, 1000, descending=True) == wanted[::-1]


def test_answers_follow_changes() -> None:
    library = SimulatedLibrary(50)
    index = LibraryIndex(library)

    def videos() -> int:
        return len(index.select("videos", lambda card: card.kind is Kind.VIDEO))

    before = videos()
    library.add(3, kind=Kind.VIDEO)
    assert videos() == before + 3
