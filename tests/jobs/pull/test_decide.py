"""What is to be done about an item, asked of the decision itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from photosync.catalog import CatalogEntry, item_json
from photosync.jobs.pull.decide import Action, decide
from photosync.model import Item, Kind, Location, Selection

ITEM = Item("a", "a.jpg", Kind.PHOTO, size_bytes=3, md5="m", favorite=False)
SAVED = CatalogEntry(
    row_id=1,
    account="amazon",
    id="a",
    description=item_json.to_text(ITEM),
    state="saved",
    first_run=1,
    location=Location("", "amazon/a.jpg"),
    delivered_size=3,
    delivered_md5="m",
)
PUSHED = SAVED._replace(state="pushed", location=None)
ALL = Selection()


def action(item: Item, entry: CatalogEntry | None, selection: Selection = ALL, *, has_file: bool = False) -> Action:
    return decide(item, entry, selection, has_pushed_file=has_file)


def test_a_new_item_is_downloaded_and_a_saved_one_is_not() -> None:
    assert action(ITEM, None) is Action.DOWNLOAD
    assert action(ITEM, SAVED) is Action.NOTHING


@pytest.mark.parametrize("entry", [None, SAVED, SAVED._replace(reason="truncated")])
def test_an_item_that_does_not_match_is_skipped_whatever_is_known_of_it(entry: CatalogEntry | None) -> None:
    assert action(ITEM, entry, Selection(kind=Kind.VIDEO)) is Action.SKIP


@pytest.mark.parametrize(
    "entry",
    [
        SAVED._replace(reason="truncated"),
        SAVED._replace(state="failed", location=None),
        SAVED._replace(is_missing=True),
        SAVED._replace(state="gone", location=None),
    ],
)
def test_what_failed_or_is_missing_is_downloaded(entry: CatalogEntry) -> None:
    assert action(ITEM, entry) is Action.DOWNLOAD


def test_other_content_is_downloaded_by_the_best_evidence_that_the_provider_gives() -> None:
    assert action(replace(ITEM, md5="n"), SAVED) is Action.DOWNLOAD
    no_hash = replace(ITEM, md5=None, revision="2")
    assert action(no_hash, SAVED._replace(revision="1")) is Action.DOWNLOAD
    assert action(no_hash, SAVED._replace(revision="2")) is Action.UPDATE
    assert action(replace(ITEM, md5=None, size_bytes=4), SAVED) is Action.DOWNLOAD


def test_another_description_is_recorded_and_nothing_downloaded() -> None:
    assert action(replace(ITEM, favorite=True), SAVED) is Action.UPDATE


def test_a_pushed_item_is_downloaded_only_when_no_file_of_it_is_left() -> None:
    assert action(ITEM, PUSHED, has_file=True) is Action.NOTHING
    assert action(ITEM, PUSHED, has_file=False) is Action.DOWNLOAD
    assert action(replace(ITEM, md5="n"), PUSHED, has_file=True) is Action.DOWNLOAD


def test_an_item_that_is_listed_again_is_no_longer_gone() -> None:
    assert action(ITEM, SAVED._replace(state="gone")) is Action.UPDATE
