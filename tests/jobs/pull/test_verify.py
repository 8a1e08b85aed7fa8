"""When a content is believed that no hash and no size of the provider proves."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from photosync.errors import ItemError, Reason
from photosync.jobs.pull.verify import Verification, VerificationError
from photosync.library import PartialFile
from photosync.library.size_bound import SizeBound
from photosync.model import Item, Kind
from photosync.testing.media import Media, Shape

PHOTO = Media(seed=1).content(0, 0, Shape(video=False, camera=1, picture=0), datetime(2020, 5, 4))
VIDEO = Media(seed=1).content(1, 0, Shape(video=True, camera=1, picture=0), datetime(2020, 5, 4))
ITEM = Item("1", "a.jpg", Kind.PHOTO)


def verified(verification: Verification, content: bytes, folder: Path) -> tuple[str, ...]:
    with closing(PartialFile(folder / "x.part", provable=False)) as partial:
        partial.restart()
        partial.write(content)
        return verification.check(partial.finish(), partial.path, partial.head).notes


def test_a_photo_that_is_whole_is_believed_at_once(tmp_path: Path) -> None:
    assert verified(Verification(ITEM), PHOTO, tmp_path) == ()


def test_half_a_photo_is_never_believed(tmp_path: Path) -> None:
    verification = Verification(ITEM)
    for is_final in (False, True):
        with pytest.raises(VerificationError, match="ends too early") as caught:
            verified(verification, PHOTO[: len(PHOTO) // 2], tmp_path)
        assert (caught.value.reason, caught.value.is_final) == (Reason.TRUNCATED, is_final)


@pytest.mark.parametrize("hint", [None, "0" * 32])
@pytest.mark.parametrize("name", ["a.jpg", "a.jpeg", "a.HEIC", "a.mp4"])
def test_what_is_of_no_known_format_is_never_believed(tmp_path: Path, name: str, hint: str | None) -> None:
    verification = Verification(Item("1", name, Kind.PHOTO, md5_hint=hint))
    for is_final in (False, True):
        with pytest.raises(VerificationError, match="no known format") as caught:
            verified(verification, b" " * 10_000, tmp_path)
        assert (caught.value.reason, caught.value.is_final) == (Reason.NOT_MEDIA, is_final)


@pytest.mark.parametrize("name", ["a.raw", "a", "a.mpg"])
def test_formats_that_are_not_all_recognised_are_believed(tmp_path: Path, name: str) -> None:
    assert verified(Verification(Item("1", name, Kind.PHOTO)), b"\x01\x02\x03" * 1000, tmp_path) == ()


def test_a_motion_photo_whose_video_is_cut_is_saved_with_a_note_when_it_comes_again(tmp_path: Path) -> None:
    verification = Verification(ITEM)
    cut = PHOTO + VIDEO[:-10]
    with pytest.raises(VerificationError, match="ends too early"):
        verified(verification, cut, tmp_path)
    (note,) = verified(verification, cut, tmp_path)
    assert "came the same way twice" in note


def test_another_md5_than_that_of_the_upload_needs_a_second_look(tmp_path: Path) -> None:
    verification = Verification(Item("1", "a.jpg", Kind.PHOTO, md5_hint="0" * 32))
    with pytest.raises(VerificationError) as caught:
        verified(verification, PHOTO, tmp_path)
    assert caught.value.reason is Reason.HASH_MISMATCH
    with pytest.raises(VerificationError):
        verified(verification, PHOTO + b"other", tmp_path)
    assert verified(verification, PHOTO, tmp_path) == ()


@pytest.mark.parametrize(
    ("kind", "content", "is_other"),
    [(Kind.PHOTO, PHOTO, False), (Kind.VIDEO, PHOTO, True), (Kind.PHOTO, VIDEO, True), (Kind.OTHER, PHOTO, False)],
)
def test_a_content_of_another_kind_is_noted(tmp_path: Path, kind: Kind, content: bytes, is_other: bool) -> None:
    assert bool(verified(Verification(Item("1", "a.bin", kind)), content, tmp_path)) is is_other


@contextmanager
def bounded(folder: Path, bound: SizeBound, reason: Reason) -> Iterator[PartialFile]:
    """A file that refuses what is done last in the block."""
    with closing(PartialFile(folder / "x.part", provable=True, bound=bound)) as partial:
        with pytest.raises(ItemError) as caught:
            yield partial
        assert caught.value.reason is reason


class TestTheBound:
    def test_of_the_listed_size_is_checked_before_the_first_byte_if_more_is_announced(self, tmp_path: Path) -> None:
        with bounded(tmp_path, SizeBound(400, is_listed=True), Reason.SIZE_MISMATCH) as partial:
            partial.begin(0, 400, None)
            partial.begin(0, 401, None)

    def test_holds_where_nothing_is_announced(self, tmp_path: Path) -> None:
        with bounded(tmp_path, SizeBound(400, is_listed=True), Reason.SIZE_MISMATCH) as partial:
            partial.begin(0, None, None)
            partial.write(bytes(400))
            partial.write(b"x")
        assert (tmp_path / "x.part").stat().st_size == 400

    def test_of_an_unknown_size_is_a_general_one(self, tmp_path: Path) -> None:
        with bounded(tmp_path, SizeBound.of(ITEM), Reason.TOO_LARGE) as partial:
            partial.begin(0, (1 << 30) + 1, None)

    def test_leaves_a_reserve_on_the_disk(self, tmp_path: Path) -> None:
        bound = SizeBound(1 << 60, is_listed=False, reserve_bytes=1 << 60)
        with bounded(tmp_path, bound, Reason.TOO_LARGE) as partial:
            partial.begin(0, 1 << 20, None)  # small ones may use all of it
            partial.begin(0, 65 << 20, None)
