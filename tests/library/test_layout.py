"""Layouts put items where the user wants them."""

from datetime import datetime
from pathlib import PurePosixPath

import pytest

from photosync.library import Layout, LayoutError, LayoutFields
from photosync.model import CaptureTime, TimeMeaning

TAKEN = CaptureTime(datetime(2019, 7, 6, 18, 22, 5, 123456), TimeMeaning.LOCAL)


def place(**changes: object) -> LayoutFields:
    known: dict[str, object] = {
        "account": "amazon",
        "id": "HeMReF",
        "name": "IMG_0042.JPG",
        "kind": "photo",
        "taken": TAKEN,
        "collection": "Trips/Lake",
    }
    return LayoutFields(**(known | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("layout", "path"),
    [
        ("{year}/{month}/{name}", "2019/07/IMG_0042.JPG"),
        ("flat", "IMG_0042.JPG"),
        ("years", "2019/IMG_0042.JPG"),
        ("months", "2019/07/IMG_0042.JPG"),
        ("days", "2019/07/06/IMG_0042.JPG"),
        ("{collection}/{name}", "Trips/Lake/IMG_0042.JPG"),
        ("{account}/{kind}/{stem}-{id}{ext}", "amazon/photo/IMG_0042-HeMReF.JPG"),
        ("{taken:%Y-%m-%d-%H-%M-%S.mmm}_{id}{ext}", "2019-07-06-18-22-05.123_HeMReF.JPG"),
    ],
)
def test_fields_are_filled(layout: str, path: str) -> None:
    assert Layout(layout).path(place()) == path


@pytest.mark.parametrize(
    ("layout", "path"),
    [
        ("{year}/{month}/{name}", "unknown-date/IMG_0042.JPG"),
        ("{year}-{month}/{name}", "unknown-date/IMG_0042.JPG"),
        ("{collection}/{year}/{name}", "Trips/Lake/unknown-date/IMG_0042.JPG"),
        ("{taken:%Y-%m-%d}_{id}{ext}", "unknown-date_HeMReF.JPG"),
    ],
)
def test_an_item_without_a_capture_time_goes_to_unknown_date(layout: str, path: str) -> None:
    assert Layout(layout).path(place(taken=None)) == path


@pytest.mark.parametrize(
    ("layout", "month", "year"),
    [
        ("flat", "IMG_0042.JPG", "IMG_0042.JPG"),
        ("years", "1978/IMG_0042.JPG", "1978/IMG_0042.JPG"),
        ("months", "1978/09/IMG_0042.JPG", "1978/unknown-date/IMG_0042.JPG"),
        ("days", "1978/09/unknown-date/IMG_0042.JPG", "1978/unknown-date/IMG_0042.JPG"),
        ("{year}-{month}/{name}", "1978-09/IMG_0042.JPG", "1978-unknown-date/IMG_0042.JPG"),
        ("{year}-{month}-{day}_{name}", "1978-09-unknown-date_IMG_0042.JPG", "1978-unknown-date_IMG_0042.JPG"),
        ("{taken:%Y %b}/{name}", "1978 Sep/IMG_0042.JPG", "unknown-date/IMG_0042.JPG"),
        ("{taken:%Y}/{taken:%m}/{name}", "1978/09/IMG_0042.JPG", "1978/unknown-date/IMG_0042.JPG"),
        ("{taken}_{name}", "unknown-date_IMG_0042.JPG", "unknown-date_IMG_0042.JPG"),
    ],
)
def test_only_what_is_not_known_of_a_date_is_unknown(layout: str, month: str, year: str) -> None:
    first = datetime(1978, 9, 1)
    assert Layout(layout).path(place(taken=CaptureTime(first, TimeMeaning.MONTH))) == month
    assert Layout(layout).path(place(taken=CaptureTime(first, TimeMeaning.YEAR))) == year


@pytest.mark.parametrize(
    "layout", ["", "/", "{nmae}", "{name", "{name!r}", "{year:%Y}/{name}", "{year}/{month}", "photo", "\udcff/{name}"]
)
def test_what_is_no_layout_is_refused_with_a_reason(layout: str) -> None:
    with pytest.raises(LayoutError, match=r"."):
        Layout(layout)


def test_no_field_leads_out_of_the_folder() -> None:
    path = PurePosixPath(
        Layout("{collection}/{account}/{name}").path(place(collection="../../x", account="a/../..", name="../y"))
    )
    assert ".." not in path.parts
    assert not path.is_absolute()
