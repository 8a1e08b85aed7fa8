"""Coming from the older script: its files are kept if they are sound, and downloaded again if not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from photosync.model import Kind
from photosync.testing import Fault
from photosync.testing.library import SimulatedItem
from photosync_aura.simulator import KITCHEN
from tests.photosync_aura.frame_owner import Owner, OwnerOf, check_sums

Name = Callable[[str, str, str], str]
"""A file's name from taken_at, the asset's id and the stored file's name."""


def _ending(file_name: str) -> str:
    return Path(file_name).suffix


def _flat(taken_at: str) -> str:
    return taken_at.replace(":", "-").replace("T", "-").replace("Z", "")


ERAS: dict[str, Name] = {
    "now": lambda taken_at, id_, file: f"{taken_at.replace(':', '-')}_{id_}{_ending(file)}",
    "readme": lambda taken_at, id_, file: f"{_flat(taken_at)}_{id_}{_ending(file)}",
    "colons": lambda taken_at, id_, file: f"{taken_at}_{id_}{_ending(file)}",
    "file name": lambda taken_at, id_, file: f"{_flat(taken_at)}_{file}",
    "time alone": lambda taken_at, id_, file: f"{_flat(taken_at)}{_ending(file)}",
}


@pytest.fixture
def owner(owner_of: OwnerOf) -> Owner:
    """A user with a folder for the frame, and twelve pictures on it."""
    owner = owner_of(items=12)
    owner.configure(frames={"home": {"id": KITCHEN, "path": str(owner.frame)}})
    return owner


def leave(owner: Owner, name: Name, *, years: bool = False) -> dict[str, Path]:
    """What the older script would have saved, by the pictures' ids."""
    left: dict[str, Path] = {}
    for item in items(owner):
        file = name(taken_at(item), item.id, stored_name(owner, item))
        folder = owner.frame / taken_at(item)[:4] if years else owner.frame
        folder.mkdir(parents=True, exist_ok=True)
        left[item.id] = folder / file
        left[item.id].write_bytes(owner.simulator.library.content(item))
    return left


def items(owner: Owner) -> list[SimulatedItem]:
    library = owner.simulator.library
    return [library.item(number) for number in range(library.next_number)]


def taken_at(item: SimulatedItem) -> str:
    return f"{item.instant.isoformat(timespec='seconds')}.000Z"


def stored_name(owner: Owner, item: SimulatedItem) -> str:
    library = owner.simulator.library
    return library.video_file_name(item) if item.kind is Kind.VIDEO else library.file_name(item)


@pytest.mark.parametrize("years", [False, True])
@pytest.mark.parametrize("era", ERAS)
def test_what_every_era_left_is_kept_without_a_download(owner: Owner, era: str, years: bool) -> None:
    left = leave(owner, ERAS[era], years=years)
    before = {path: path.stat().st_mtime_ns for path in left.values()}
    result = owner.pull_all("home", *(["--years"] if years else []))
    assert (result.number("unchanged"), result.number("saved")) == (12, 0)
    assert owner.downloads == 0
    assert {path: path.stat().st_mtime_ns for path in left.values()} == before
    assert owner.names() == {path.relative_to(owner.frame).as_posix() for path in left.values()}
    check_sums(owner.frame)


def test_the_second_run_knows_them(owner: Owner) -> None:
    leave(owner, ERAS["now"])
    owner.pull_all("home")
    owner.simulator.library.add(2)
    result = owner.pull_all("home")
    assert (result.number("unchanged"), result.number("saved")) == (12, 2)
    check_sums(owner.frame)


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "truncated": lambda whole: whole[: len(whole) * 2 // 3],
    "without its last byte": lambda whole: whole[:-1],
    "an error page": lambda _: b"<html><body>429 Too Many Requests</body></html>",
    "an error in JSON": lambda _: b'{"error":true,"message":"Not found"}',
}


@pytest.mark.parametrize("fault", BROKEN)
def test_broken_files_are_downloaded_again_under_their_names(owner: Owner, fault: str) -> None:
    left = leave(owner, ERAS["readme"], years=True)
    broken = [id_ for id_ in left if _ending(left[id_].name) != ".mp4"][2]
    path = left[broken]
    whole = path.read_bytes()
    rubbish = BROKEN[fault](whole)
    path.write_bytes(rubbish)
    result = owner.pull_all("home")
    assert (result.number("unchanged"), result.number("saved")) == (11, 1)
    assert owner.downloads == 1
    assert path.read_bytes() == whole
    assert len(owner.names()) == 12
    (kept,) = [each for each in (owner.frame / ".photosync" / "trash").rglob("*") if each.is_file()]
    assert kept.read_bytes() == rubbish
    check_sums(owner.frame)


def test_a_changed_picture_that_is_whole_is_kept(owner: Owner) -> None:
    """The script's users wrote dates into the files: another md5 is no damage."""
    left = leave(owner, ERAS["now"])
    path = next(path for path in left.values() if path.suffix != ".mp4")
    content = path.read_bytes()
    path.write_bytes(content[:2] + b"\xff\xfe\x00\x09my note" + content[2:])
    assert owner.pull_all("home").number("unchanged") == 12


def test_an_end_inside_the_preview_is_no_end_of_the_picture(owner: Owner) -> None:
    left = leave(owner, ERAS["now"])
    path = next(path for path in left.values() if path.suffix != ".mp4")
    content = path.read_bytes()
    path.write_bytes(content[:2] + b"\xff\xe1\x00\x08Ex\xff\xd8\xff\xd9" + content[2 : len(content) // 2])
    assert owner.pull_all("home").number("saved") == 1


@pytest.mark.parametrize("name", ["url", "mp4"])
def test_a_poster_is_not_the_video(owner: Owner, name: str) -> None:
    (id_,) = owner.simulator.library.add(kind=Kind.VIDEO, taken=datetime(2012, 4, 15, 3, 15, 4), frame=KITCHEN)
    leave(owner, ERAS["now"])
    video = owner.frame / f"2012-04-15T03-15-04.000Z_{id_}.mp4"
    video.unlink(missing_ok=True)
    (owner.frame / f"2012-04-15T03-15-04.000Z_{id_}").unlink(missing_ok=True)
    poster = owner.frame / f"2012-04-15T03-15-04.000Z_{id_}.{name}"
    item = items(owner)[-1]
    poster.write_bytes(owner.simulator.library.poster(item))
    result = owner.pull_all("home")
    assert (result.number("unchanged"), result.number("saved")) == (12, 1)
    saved = video if name == "mp4" else owner.frame / f"2012-04-15-03-15-04.000_{id_}.mp4"
    assert saved.read_bytes() == owner.simulator.library.content(item)


def test_a_live_photos_two_files_are_both_kept(owner: Owner) -> None:
    library = owner.simulator.library
    (id_,) = library.add(kind=Kind.PHOTO, live=True, taken=datetime(2012, 4, 15, 3, 15, 4), frame=KITCHEN)
    leave(owner, ERAS["now"])
    item = items(owner)[-1]
    motion = owner.frame / f"2012-04-15T03-15-04.000Z_{id_}.mov"
    motion.write_bytes(library.content(library.motion(item)))
    result = owner.pull_all("home")
    assert (result.number("unchanged"), result.number("saved")) == (14, 0)


def test_a_truncated_video_is_downloaded_again(owner: Owner) -> None:
    library = owner.simulator.library
    library.add(kind=Kind.VIDEO, video_file_name="clip.mov", frame=KITCHEN)
    left = leave(owner, ERAS["now"])
    path = left[items(owner)[-1].id]
    path.write_bytes(path.read_bytes()[:-100])
    assert owner.pull_all("home").number("saved") == 1
    assert path.read_bytes() == library.content(items(owner)[-1])


def test_pictures_of_one_time_do_not_share_a_file(owner_of: OwnerOf) -> None:
    owner = owner_of()
    owner.configure(frames={"home": {"id": KITCHEN, "path": str(owner.frame)}})
    library = owner.simulator.library
    noon = {"kind": Kind.PHOTO, "taken": datetime(2012, 4, 15, 12), "frame": KITCHEN}
    library.add(8, **noon)
    alike = [item for item in items(owner) if item.offset_hours is None]
    assert len(alike) > 1, "this needs pictures of one time"
    owner.frame.mkdir()
    (owner.frame / "2012-04-15-12-00-00.000.jpeg").write_bytes(library.content(alike[0]))
    result = owner.pull_all("home")
    assert (result.number("unchanged"), result.number("saved")) == (1, 7)
    library.add(8, **noon)
    assert owner.pull_all("home").number("saved") == 8
    assert len(owner.names()) == 16
    check_sums(owner.frame)


def test_files_in_the_library_are_kept_too(owner_of: OwnerOf) -> None:
    owner = owner_of(items=5)
    owner.frame = owner.sandbox.library / "aura" / "Kitchen"
    leave(owner, ERAS["now"])
    assert owner.pull_all("Kitchen").number("unchanged") == 5
    assert owner.downloads == 0


def test_a_new_content_is_not_taken_for_the_file_of_the_old_one(owner: Owner) -> None:
    leave(owner, ERAS["now"])
    owner.pull_all("home")
    item = next(item for item in items(owner) if item.kind is Kind.PHOTO)
    owner.simulator.library.change(item.id)
    result = owner.pull_all("home")
    assert result.number("saved") == 1
    assert owner.downloads == 1


def test_files_of_no_item_are_left_alone(owner: Owner) -> None:
    owner.frame.mkdir()
    foreign = owner.frame / "IMG_0001.jpeg"
    foreign.write_bytes(b"not a picture")
    owner.pull_all("home")
    assert foreign.read_bytes() == b"not a picture"


def test_a_failed_download_leaves_the_broken_file_unchanged(owner: Owner) -> None:
    left = leave(owner, ERAS["now"])
    id_, path = next((id_, path) for id_, path in left.items() if path.suffix != ".mp4")
    path.write_bytes(b"")
    owner.simulator.faults.not_found = Fault(items={id_})
    assert owner.pull("home").exit == 3
    assert path.exists()
    owner.simulator.faults.clear()
    assert owner.pull_all("home").number("saved") == 1
    assert path.stat().st_size > 0
