"""`photosync pull aura`: what is on the frames ends up on the disk, whatever the service does."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from photosync.model import Kind
from photosync.testing import Fault
from photosync_aura.simulator import FRAMES, GRANDMA, KITCHEN
from tests.photosync_aura.frame_owner import Owner, OwnerOf, check_sums, photos_in

APRIL = datetime(2012, 4, 15, 3, 15, 4)


def test_new_files_are_called_as_the_older_scripts_readme_says(owner_of: OwnerOf) -> None:
    owner = owner_of()
    (id_,) = owner.simulator.library.add(taken=APRIL, milliseconds=7, frame=KITCHEN)
    owner.pull_all()
    (path,) = owner.sandbox.files()
    folder = owner.sandbox.library / "aura" / "Kitchen"
    assert path.parent == folder
    assert path.stem == f"2012-04-15-03-15-04.007_{id_}"


@pytest.mark.parametrize(
    ("items", "pages"),
    [(250, 2), pytest.param(3478, 18, marks=pytest.mark.slow)],  # thousands of files
)
def test_all_pictures_arrive(owner_of: OwnerOf, items: int, pages: int) -> None:
    owner = owner_of(items=items)
    result = owner.pull_all()
    assert result.number("saved") == items
    asked = [each.path for each in owner.simulator.requests if each.kind == "list" and KITCHEN in each.path]
    assert len(asked) == pages
    assert all("limit=200" in path and "filter=all" in path and "side_load_users=false" in path for path in asked)


def test_a_storm_of_429_ends_by_itself(owner_of: OwnerOf) -> None:
    owner = owner_of(items=60)
    owner.simulator.faults.throttle = Fault(times=4)
    owner.simulator.faults.throttle_date = Fault(value=0, times=2, on="content", after=5)
    result = owner.pull_all()
    assert result.number("saved") == 60
    assert result.number("retries") >= 6


def test_the_time_of_day_is_no_business_of_the_zone(owner_of: OwnerOf) -> None:
    owner = owner_of()
    owner.simulator.library.add(taken=APRIL, frame=KITCHEN)
    owner.configure(frames={"home": {"id": KITCHEN, "time_zone": "Asia/Tokyo"}}, time_zone="Europe/Berlin")
    owner.pull_all()
    assert owner.sandbox.files()[0].name.startswith("2012-04-15-03-15-04.000_")


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_the_zone_of_a_frame_gives_the_time_of_its_files(owner_of: OwnerOf, zone: str | None) -> None:
    """The account's, and that of the computer, are others."""
    owner = owner_of()
    owner.simulator.library.add(taken=APRIL, kind=Kind.PHOTO, frame=KITCHEN)
    frames = {"home": {"id": KITCHEN, "time_zone": "Asia/Tokyo"}}
    owner.configure(frames=frames, **({"time_zone": zone} if zone else {}))
    owner.pull_all()
    (path,) = owner.sandbox.files()
    tokyo = datetime(2012, 4, 14, 18, 15, 4, tzinfo=UTC)
    assert datetime.fromtimestamp(path.stat().st_mtime, UTC) == tokyo
    assert '"file_time": "2012-04-14T18:15:04' in owner.run("why", str(path)).stdout


@pytest.mark.parametrize(("taken", "year"), [(APRIL, "2012"), (datetime(1970, 1, 1), "2026")])
def test_a_time_of_the_service_that_is_doubted_gives_no_folder(owner_of: OwnerOf, taken: datetime, year: str) -> None:
    owner = owner_of()
    owner.simulator.library.add(taken=taken, kind=Kind.PHOTO, frame=KITCHEN)
    owner.configure(layout="{year}/{name}")
    owner.pull_all()
    (path,) = owner.sandbox.files()
    assert path.parent.name == year
    assert owner.pull_all().number("unchanged") == 1


def test_a_picture_without_a_time_is_saved_too(owner_of: OwnerOf) -> None:
    owner = owner_of()
    (id_,) = owner.simulator.library.add(missing="taken", frame=KITCHEN)
    owner.configure(frames={"home": {"id": KITCHEN, "path": str(owner.frame)}})
    owner.pull_all("--years")
    assert [name.partition(".")[0] for name in owner.names()] == [f"unknown-date/unknown-date_{id_}"]


def test_hidden_pictures_come_too_and_are_marked(owner_of: OwnerOf) -> None:
    owner = owner_of(items=2)
    owner.simulator.library.add(hidden=True)
    assert owner.pull_all().number("saved") == 3


def test_unfinished_uploads_are_left_out_and_reported(owner_of: OwnerOf) -> None:
    owner = owner_of(items=2)
    owner.simulator.library.add(3, placeholder=True)
    result = owner.pull_all("-v")
    assert result.number("listed") == 2
    assert "3 uploads were never finished" in result.stderr


def test_the_md5s_are_compared_and_a_difference_is_no_failure(owner_of: OwnerOf) -> None:
    owner = owner_of()
    ids = owner.simulator.library.add(8, kind=Kind.PHOTO, frame=KITCHEN)
    owner.simulator.faults.reencoded = Fault(items=ids[:2])
    result = owner.pull_all("-v")
    assert result.number("saved") == 8
    assert "6 of 8 photos have the md5" in result.stderr
    assert owner.simulator.counts["content"] == 8 + 2, "a content with another md5 is believed when it comes again"
    listed = [json.loads(line) for line in owner.sandbox.run("list", "aura", "--saved").stdout.splitlines()]
    assert {each["id"] for each in listed if each.get("proof") == "own"} == set(ids[:2])


def test_a_content_with_another_md5_that_comes_once_is_not_kept(owner_of: OwnerOf) -> None:
    owner = owner_of()
    ids = owner.simulator.library.add(3, kind=Kind.PHOTO, frame=KITCHEN)
    owner.simulator.faults.reencoded = Fault(items=ids[:1], times=1)
    owner.pull_all()
    assert owner.sandbox.hashes() == Counter(each.md5 for each in owner.simulator.library.expected())


@pytest.mark.parametrize("kind", [Kind.PHOTO, Kind.VIDEO])
def test_a_content_of_another_kind_is_said_and_gets_its_extension(owner_of: OwnerOf, kind: Kind) -> None:
    owner = owner_of()
    owner.simulator.library.add(kind=kind, frame=KITCHEN)
    owner.simulator.faults.other_kind = Fault()
    result = owner.pull_all()
    (path,) = owner.sandbox.files()
    extension, format_ = (".mp4", "MP4") if kind is Kind.PHOTO else (".jpg", "JPEG")
    assert path.suffix == extension
    assert f"{path.name}: the content is a {format_} file, where the service lists a {kind}" in result.stderr
    assert owner.pull_all().number("saved") == 0


# Frames


def test_collections_are_the_frames_under_their_names(owner_of: OwnerOf) -> None:
    owner = owner_of(items=10)
    owner.configure(frames={"home": KITCHEN, "attic": "abf50000-0000-4000-8000-00000000dead"})
    result = owner.run("collections", "aura")
    assert result.exit == 0, result
    told = {each["name"]: each["id"] for each in result.objects}
    assert told == {
        "home": KITCHEN,
        FRAMES[GRANDMA]: GRANDMA,
        "attic": "abf50000-0000-4000-8000-00000000dead",
    }


@pytest.mark.parametrize("frame", [GRANDMA, "Grandma's frame", "grandma"])
def test_a_frame_is_found_by_id_by_name_and_by_a_part_of_it(owner_of: OwnerOf, frame: str) -> None:
    owner = owner_of(items=20)
    result = owner.pull_all(frame)
    assert result.number("saved") == 3
    assert {path.parent.name for path in owner.sandbox.files()} == {"Grandma's frame"}


def test_a_frame_that_is_not_there_names_those_that_are(owner_of: OwnerOf) -> None:
    result = owner_of(items=2).pull("cellar")
    assert result.exit == 2
    assert "cellar" in result.stderr
    assert "Kitchen" in result.stderr


def test_all_frames_of_the_configuration_in_one_run(owner_of: OwnerOf) -> None:
    owner = owner_of(items=20)
    owner.configure(frames={"hers": GRANDMA})
    assert owner.pull_all().number("saved") == 3


def test_a_picture_on_two_frames_is_saved_once(owner_of: OwnerOf) -> None:
    owner = owner_of(items=20)
    result = owner.pull_all()
    assert result.number("listed") == result.number("saved") == 20
    again = owner.pull_all()
    assert (again.number("unchanged"), again.number("saved")) == (20, 0)


def test_a_wrong_id_does_not_keep_the_other_frames_from_being_listed(owner_of: OwnerOf) -> None:
    owner = owner_of(items=5)
    owner.configure(frames={"attic": "abf50000-0000-4000-8000-00000000dead", "home": KITCHEN})
    result = owner.pull()
    assert result.exit == 2
    assert any(KITCHEN in each.path for each in owner.simulator.requests)
    assert "'attic'" in result.stderr
    assert "collections aura" in result.stderr


# A folder of the frame's own


def test_a_frame_with_a_path_is_saved_in_it(owner_of: OwnerOf) -> None:
    owner = owner_of()
    (id_,) = owner.simulator.library.add(taken=APRIL, kind=Kind.PHOTO, frame=KITCHEN)
    owner.configure(frames={"home": {"id": KITCHEN, "path": str(owner.frame)}})
    owner.pull_all("home")
    (name,) = owner.names()
    assert name.partition(".")[0] + "." + name.split(".")[1] == f"2012-04-15-03-15-04.000_{id_}"
    assert owner.sandbox.files() == []
    check_sums(owner.frame)


def test_years_puts_a_folder_a_year_between(owner_of: OwnerOf) -> None:
    owner = owner_of(items=30)
    owner.configure(frames={"home": {"id": KITCHEN, "path": str(owner.frame)}})
    owner.pull_all("home", "--years")
    years = {name.partition("/")[0] for name in owner.names()}
    assert len(owner.names()) == 30
    assert all(name.split("/")[1].startswith(f"{name[:4]}-") for name in owner.names())
    assert years <= {str(year) for year in range(2016, 2026)}
    check_sums(owner.frame)


def test_the_home_folder_may_be_written_as_a_tilde(owner_of: OwnerOf) -> None:
    owner = owner_of(items=2)
    owner.configure(frames={"home": {"id": KITCHEN, "path": "~/Pictures/kitchen"}})
    owner.pull_all()
    assert len(list(photos_in(owner.sandbox.home / "Pictures" / "kitchen"))) == 2


def test_sums_outside_grow_with_each_run(owner_of: OwnerOf) -> None:
    owner = owner_of(items=3)
    owner.configure(frames={"home": {"id": KITCHEN, "path": str(owner.frame)}})
    owner.pull_all()
    owner.simulator.library.add(2)
    owner.pull_all()
    assert len(owner.names()) == 5
    check_sums(owner.frame)


def test_a_disk_that_is_not_mounted_is_not_filled_again(owner_of: OwnerOf, tmp_path: Path) -> None:
    owner = owner_of(items=3)
    owner.configure(frames={"home": {"id": KITCHEN, "path": str(owner.frame)}})
    owner.pull_all()
    owner.frame.rename(tmp_path / "elsewhere")
    owner.frame.mkdir()
    result = owner.pull()
    assert result.exit == 6
    assert str(owner.frame) in result.stderr
    assert list(owner.frame.iterdir()) == []
    (owner.frame / ".photosync").mkdir()
    assert owner.pull_all().number("saved") == 3


def test_count_writes_nothing(owner_of: OwnerOf) -> None:
    owner = owner_of(items=7)
    owner.configure(frames={"home": {"id": KITCHEN, "path": str(owner.frame)}})
    result = owner.run("pull", "aura", "home", "--count")
    assert result.exit == 0, result
    assert json.loads(result.stdout)["count"] == 7
    assert not owner.frame.exists()
    assert not owner.sandbox.library.exists()


# What moves


def test_a_live_photo_is_two_files_side_by_side(owner_of: OwnerOf) -> None:
    owner = owner_of()
    (id_,) = owner.simulator.library.add(
        taken=APRIL, kind=Kind.PHOTO, live=True, video_file_name="x.MOV", frame=KITCHEN
    )
    assert owner.pull_all().number("saved") == 2
    still, motion = sorted(owner.sandbox.files(), key=lambda path: path.suffix == ".MOV")
    assert still.stem == motion.stem == f"2012-04-15-03-15-04.000_{id_}"
    assert motion.suffix == ".MOV"
    assert motion.read_bytes()[4:8] == b"ftyp"
    assert _md5s(owner) == _expected(owner)


def test_a_video_is_saved_and_its_poster_is_not(owner_of: OwnerOf) -> None:
    owner = owner_of()
    owner.simulator.library.add(3, kind=Kind.VIDEO, frame=KITCHEN)
    assert owner.pull_all().number("saved") == 3
    assert {path.suffix for path in owner.sandbox.files()} == {".mp4"}
    assert _md5s(owner) == _expected(owner)


def test_addresses_of_videos_that_expire_are_listed_anew(owner_of: OwnerOf) -> None:
    owner = owner_of()
    owner.simulator.library.add(4, kind=Kind.VIDEO, frame=KITCHEN)
    hold = owner.simulator.faults.hold = Fault(on="content")
    process = owner.sandbox.start("pull", "aura", "--jobs", "1")
    assert owner.simulator.wait_for(lambda: hold.fired >= 1)
    owner.simulator.expire_links()
    owner.simulator.faults.clear()
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stdout + stderr
    assert _md5s(owner) == _expected(owner)
    listings = sum(KITCHEN in each.path for each in owner.simulator.requests if each.kind == "list")
    assert listings == 2, "one new listing renews all"


def test_a_video_owed_from_an_earlier_run_gets_a_new_address(owner_of: OwnerOf) -> None:
    owner = owner_of()
    (id_,) = owner.simulator.library.add(kind=Kind.VIDEO, frame=KITCHEN)
    owner.simulator.faults.not_found = Fault(items={id_})
    assert owner.pull().exit == 3
    owner.simulator.faults.clear()
    owner.simulator.expire_links()
    assert owner.pull_all().number("saved") == 1


# What only this service does wrong


def test_a_repeated_cursor_ends_the_listing(owner_of: OwnerOf) -> None:
    owner = owner_of(items=450)
    owner.simulator.faults.repeat_cursor = Fault(after=1)
    result = owner.pull("Kitchen", "--dry-run")
    assert result.number("listed") == 400
    assert "repeats a page" in result.stderr
    assert owner.simulator.counts["list"] <= 4


def test_an_empty_page_in_the_middle_is_not_the_end(owner_of: OwnerOf) -> None:
    owner = owner_of(items=450)
    owner.simulator.faults.empty_page = Fault(times=1)
    result = owner.pull("Kitchen", "--dry-run")
    assert (result.exit, result.number("listed")) == (0, 450)


@pytest.mark.parametrize("name", ["../../escaped.jpeg", "a/b.jpeg", "..", "a\\b.jpeg"])
def test_a_stored_name_outside_the_folder_is_refused(owner_of: OwnerOf, name: str) -> None:
    owner = owner_of()
    owner.simulator.library.add(2, kind=Kind.PHOTO, frame=KITCHEN)
    (id_,) = owner.simulator.library.add(kind=Kind.PHOTO, frame=KITCHEN, file_name=name)
    result = owner.pull()
    assert result.exit == 3
    assert [(error["id"], error["reason"]) for error in result.errors] == [(id_, "bad_answer")]
    assert result.number("saved") == 2


def test_stored_names_are_encoded(owner_of: OwnerOf) -> None:
    owner = owner_of()
    number = owner.simulator.library.next_number
    owner.simulator.library.add(kind=Kind.PHOTO, frame=KITCHEN, file_name=f"50% of é #1?-{number:012x}.jpeg")
    assert owner.pull_all().number("saved") == 1


def _md5s(owner: Owner) -> set[str]:
    return {hashlib.md5(path.read_bytes()).hexdigest() for path in owner.sandbox.files()}


def _expected(owner: Owner) -> set[str]:
    return {item.md5 for item in owner.simulator.library.expected()}


@pytest.mark.slow  # the pause that is measured must be long beside what a picture takes
@pytest.mark.parametrize(
    ("settings", "is_faster"), [({"delay": 0.5, "least_delay": 0.1}, True), ({"delay": 0.3}, False)]
)
def test_the_pause_between_pictures_becomes_shorter_if_the_user_allows_it(
    owner_of: OwnerOf, settings: dict[str, float], is_faster: bool
) -> None:
    owner = owner_of(items=120)
    owner.configure(**settings)
    assert owner.pull_all().number("saved") == 120
    starts = [each.at for each in owner.simulator.requests if each.kind == "content"]
    first_s, last_s = (starts[19] - starts[0]) / 19, (starts[-1] - starts[-20]) / 19
    assert first_s >= 0.9 * settings["delay"]
    if is_faster:
        assert settings["least_delay"] <= last_s < 0.8 * first_s
    else:
        assert last_s >= 0.9 * settings["delay"]
