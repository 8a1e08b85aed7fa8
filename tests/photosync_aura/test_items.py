"""What the service says about an asset, as items."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from photosync.model import CaptureTime, Item, Kind, TimeMeaning
from photosync_aura.items import Frame, items_of

PHOTO: dict[str, object] = {
    "id": "B9A0E367-0000-4000-8000-00000000000A",
    "user_id": "77770000-1111-4222-8333-aaaabbbbcccc",
    "file_name": "3d1c0000-0000-4000-8000-00000000beef.jpeg",
    "taken_at": "2012-04-15T03:15:04.000Z",
    "uploaded_at": "2024-05-01T10:00:07.000Z",
    "md5_hash": "XUFAKrxLKna5cZ2REBfFkg==",
    "width": 4032,
    "height": 3024,
    "favorite": True,
}
STEM = "2012-04-15-03-15-04.000_B9A0E367-0000-4000-8000-00000000000A"
FRAME = Frame("abf5", "Kitchen")


def items(asset: dict[str, object], **changes: object) -> list[Item]:
    return list(items_of([{**asset, **changes}], frozenset(), FRAME))


def item(asset: dict[str, object], **changes: object) -> Item:
    (only,) = items(asset, **changes)
    return only


def test_a_photo_carries_all_that_the_service_says() -> None:
    assert item(PHOTO) == Item(
        id="B9A0E367-0000-4000-8000-00000000000A",
        name=f"{STEM}.jpeg",
        kind=Kind.PHOTO,
        taken=CaptureTime(datetime(2012, 4, 15, 3, 15, 4), TimeMeaning.UNKNOWN),
        md5_hint="5d41402abc4b2a76b9719d911017c592",
        width=4032,
        height=3024,
        favorite=True,
        collections=("Kitchen",),
        collection_ids=("abf5",),
        folder="Kitchen",
        added=datetime(2024, 5, 1, 10, 0, 7, tzinfo=UTC),
        revision="3d1c0000-0000-4000-8000-00000000beef.jpeg",
        locator={
            "frame": "abf5",
            "user": "77770000-1111-4222-8333-aaaabbbbcccc",
            "file": "3d1c0000-0000-4000-8000-00000000beef.jpeg",
        },
    )


@pytest.mark.parametrize(
    ("file_name", "extension"),
    [("x.JPG", ".JPG"), ("x", ""), ("x.tar.gz", ".gz"), (".jpeg", ""), ("x.url", ".url"), ("x.HEIC", ".HEIC")],
)
def test_extensions_are_those_of_the_older_script(file_name: str, extension: str) -> None:
    assert item(PHOTO, file_name=file_name).name == STEM + extension


@pytest.mark.parametrize(
    ("taken_at", "words"),
    [
        ("2012-04-15T03:15:04.123Z", "2012-04-15-03-15-04.123"),
        ("2012-04-15T03:15:04Z", "2012-04-15-03-15-04.000"),
        ("2012-04-15T03:15:04.123456Z", "2012-04-15-03-15-04.123"),
        (None, "unknown-date"),
        ("", "unknown-date"),
        ("yesterday", "unknown-date"),
        ("2012-04-31T03:15:04.000Z", "unknown-date"),
    ],
)
def test_names_begin_with_the_time(taken_at: str | None, words: str) -> None:
    assert item(PHOTO, taken_at=taken_at).name == f"{words}_{PHOTO['id']}.jpeg"


VIDEO = PHOTO | {"video_url": "https://v.example/1?Signature=x", "video_file_name": "clip.MOV", "duration": 4.5}


def test_a_video_is_not_its_poster() -> None:
    video = item(VIDEO, file_name="poster.url")
    assert (video.kind, video.name, video.link) == (Kind.VIDEO, f"{STEM}.MOV", "https://v.example/1?Signature=x")
    assert video.md5_hint is None, "the hash, if any, is the poster's"


def test_a_video_whose_name_is_the_word_null_is_an_mp4() -> None:
    assert item(VIDEO, video_file_name="null").name == f"{STEM}.mp4"


def test_a_live_photo_is_two_items_of_one_name() -> None:
    still, motion = items(VIDEO, is_live=1, duration=None)
    assert (still.kind, still.id, still.name) == (Kind.PHOTO, PHOTO["id"], f"{STEM}.jpeg")
    assert (motion.kind, motion.id, motion.name) == (Kind.VIDEO, f"{PHOTO['id']}:motion", f"{STEM}.MOV")


def test_a_live_photo_with_a_duration_is_a_video() -> None:
    assert item(VIDEO, is_live=1, duration=3).kind is Kind.VIDEO


@pytest.mark.parametrize("nothing", [None, "", "null"])
def test_an_upload_that_never_ended_is_no_item(nothing: str | None) -> None:
    assert items(PHOTO, file_name=nothing) == []


def test_only_what_the_frame_hides_is_marked() -> None:
    noted = list(items_of([PHOTO, {**PHOTO, "id": "other"}], frozenset({"other"}), FRAME))
    assert [each.notes for each in noted] == [(), ("hidden",)]


@pytest.mark.parametrize("md5", ["d41d8cd98f00b204e9800998ecf8427e", "AAAA", "ü", 5, None])
def test_what_is_no_md5_is_no_hint(md5: object) -> None:
    assert item(PHOTO, md5_hash=md5).md5_hint is None


def test_everything_but_id_and_file_may_be_missing() -> None:
    bare = item({"id": "a", "file_name": "b.jpg"})
    assert (bare.name, bare.taken, bare.width, bare.favorite) == ("unknown-date_a.jpg", None, None, None)
