"""What Google's answers are taken for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from photosync.errors import ProviderError
from photosync.model import Kind, TimeMeaning
from photosync_google.picker.items import capture_time, page_of, session_of

PHOTO = {
    "id": "AHXk3Made-up_1",
    "createTime": "2026-09-04T13:00:51.646Z",
    "type": "PHOTO",
    "mediaFile": {
        "baseUrl": "https://lh3.googleusercontent.com/ppa/made-up",
        "mimeType": "image/jpeg",
        "filename": "PXL_20260904_130051646.MP.jpg",
        "mediaFileMetadata": {"width": 4000, "height": "3000", "cameraMake": "Google"},
    },
}


def test_a_photo() -> None:
    (picked,) = page_of({"mediaItems": [PHOTO]}).picked
    item = picked.item
    assert (item.id, item.name, item.kind) == ("AHXk3Made-up_1", "PXL_20260904_130051646.MP.jpg", Kind.PHOTO)
    assert item.taken is not None
    assert item.taken.reading == datetime(2026, 9, 4, 13, 0, 51, 646000)
    assert item.taken.meaning is TimeMeaning.INSTANT
    assert (item.width, item.height) == (4000, 3000)
    assert item.notes == ("gps_stripped",)
    assert picked.url == "https://lh3.googleusercontent.com/ppa/made-up=d"
    assert "made-up" not in repr(picked), "an address is a secret"


def test_a_video_is_fetched_as_one() -> None:
    content = {**PHOTO, "type": "VIDEO"}
    (picked,) = page_of({"mediaItems": [content]}).picked
    assert picked.item.kind is Kind.VIDEO
    assert picked.url.endswith("=dv")
    assert picked.item.notes == ("reencoded",)


def test_a_type_that_google_does_not_tell() -> None:
    file = {**PHOTO["mediaFile"], "mimeType": "video/mp4"}  # type: ignore[dict-item]
    content = {**PHOTO, "type": "TYPE_UNSPECIFIED", "mediaFile": file}
    assert page_of({"mediaItems": [content]}).picked[0].is_video


def test_next_to_nothing() -> None:
    (picked,) = page_of({"mediaItems": [{"id": "x1", "mediaFile": {"baseUrl": "https://lh3.google.com/a"}}]}).picked
    assert (picked.item.name, picked.item.taken, picked.item.width) == ("x1", None, None)


@pytest.mark.parametrize("content", [{"id": "../x", "mediaFile": PHOTO["mediaFile"]}, {}, 7])
def test_what_has_no_usable_id_is_left_out(content: object) -> None:
    page = page_of({"mediaItems": [content]})
    assert (page.picked, page.unusable) == ((), 1)


def test_what_has_no_address_is_an_item_that_fails() -> None:
    (picked,) = page_of({"mediaItems": [{"id": "x"}]}).picked
    assert (picked.item.id, picked.base_url) == ("x", "")


def test_an_empty_page() -> None:
    assert page_of({}).picked == ()
    assert page_of({"nextPageToken": "t"}).next_token == "t"


@pytest.mark.parametrize("answer", [None, [], "x", {"message": "hello"}, {"mediaItems": {}}])
def test_no_listing(answer: object) -> None:
    with pytest.raises(ProviderError):
        page_of(answer)


@pytest.mark.parametrize(
    ("polling", "interval_s", "closes_s"),
    [
        ({"pollInterval": "3.5s", "timeoutIn": "1799.5s"}, 3.5, 1799.5),
        ({"pollInterval": "0s", "timeoutIn": "0s"}, 0.1, 0.0),
        ({"pollInterval": "900s"}, 60.0, 1800.0),
        ({"pollInterval": "-3s", "timeoutIn": "soon"}, 5.0, 1800.0),
        ({}, 5.0, 1800.0),
    ],
)
def test_how_often_to_look(polling: dict[str, str], interval_s: float, closes_s: float) -> None:
    session = session_of({"id": "s", "pickerUri": "https://photos.google.com/picker/x", "pollingConfig": polling})
    assert (session.poll_every_s, session.closes_in_s, session.is_done) == (interval_s, closes_s, False)


@pytest.mark.parametrize("link", ["http://photos.google.com/picker/x", "javascript:alert(1)", "file:///etc/passwd"])
def test_no_browser_is_sent_to_a_strange_address(link: str) -> None:
    with pytest.raises(ProviderError):
        session_of({"id": "s", "pickerUri": link})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-28T08:00:00.123456789Z", datetime(2026, 11, 28, 8, 0, 0, 123456, UTC)),
        ("2026-11-28T08:00:00Z", datetime(2026, 11, 28, 8, 0, 0, 0, UTC)),
        ("2026-11-28T10:00:00+02:00", datetime(2026, 11, 28, 8, 0, 0, 0, UTC)),
        ("2026-13-28T08:00:00Z", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_moments(text: str | None, expected: datetime | None) -> None:
    taken = capture_time({"createTime": text}, "createTime")
    assert (taken and taken.reading.replace(tzinfo=UTC)) == expected
    assert taken is None or taken.meaning is TimeMeaning.INSTANT
