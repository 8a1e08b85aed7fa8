"""What the sources of a capture time say about each other: errors of clocks are recognised, and never written."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, settings
from hypothesis import given as given_any
from hypothesis import strategies as st

from photosync.metadata import CaptureTimeChoice, FixResult, Given, Outcome, Settings, choose_capture_time, fix
from photosync.model import CaptureTime, TimeMeaning
from tests.metadata.making import Entry, block, exif_segment, gps_time, jpeg, mp4, original, photo, text, xmp_segment

LOCAL, INSTANT, DAY = TimeMeaning.LOCAL, TimeMeaning.INSTANT, TimeMeaning.DAY
UPLOADED = datetime(2024, 3, 1, 8, tzinfo=UTC)
MAC = datetime(1904, 1, 1)


def given(taken: str = "", name: str = "x.jpg", meaning: TimeMeaning = LOCAL) -> Given:
    time = CaptureTime(datetime.fromisoformat(taken), meaning) if taken else None
    return Given(name=name, taken=time, added=UPLOADED)


def choose(content: bytes, known: Given | None = None) -> CaptureTimeChoice:
    return choose_capture_time(content, known or given(), Settings())


def chosen(found: CaptureTimeChoice) -> tuple[str, str]:
    assert found.winner is not None
    return found.winner.source.label, str(found.folder_time)


def doubts(found: CaptureTimeChoice) -> dict[str, str]:
    return {each.source.label: each.doubt for each in found.candidates if each.doubt}


def dated(
    stamp: str = "", *, modified: str = "", gps: list[Entry] | None = None, exif: tuple[Entry, ...] = ()
) -> bytes:
    zeroth = [text(0x0132, modified)] if modified else []
    return photo(block(zeroth, exif=[*([original(stamp)] if stamp else []), *exif], gps=gps))


def seconds_since(epoch: datetime, moment: str) -> int:
    return round((datetime.fromisoformat(moment) - epoch) / timedelta(seconds=1))


def fixed(folder: Path, content: bytes, known: Given, settings: Settings | None = None) -> FixResult:
    path = folder / known.name
    path.write_bytes(content)
    return fix(path, known, settings or Settings(), folder)


def written(done: FixResult) -> dict[str, str]:
    return {each.field: each.after for each in done.changes}


# GPS weeks


@pytest.mark.parametrize("weeks", [1024, 2048])
def test_a_receiver_that_missed_a_rollover_is_corrected_by_the_others(tmp_path: Path, weeks: int) -> None:
    day = datetime(2020, 3, 16) - timedelta(weeks=weeks)
    content = dated(modified="2020:03:16 13:50:49", gps=gps_time(f"{day:%Y:%m:%d}", 12, 50, 49))
    done = fixed(tmp_path, content, given("2020-03-16T13:50:49", "IMG_20200316_135049.jpg"))
    assert chosen(done.capture_time) == ("Exif GPS time", "2020-03-16 13:50:49")
    assert written(done)["DateTimeOriginal"] == "2020:03:16 13:50:49"
    assert written(done)["OffsetTimeOriginal"] == "+01:00"
    assert any(f"{weeks:,} weeks early" in note for note in done.notes)


def test_a_clock_that_was_set_by_an_early_receiver_is_early_too() -> None:
    content = dated("2000:07:31 13:50:49", gps=gps_time("2000:07:31", 12, 50, 49))
    found = choose(content, Given("x.jpg", given("2020-03-16T13:50:49").taken, datetime(2020, 3, 17, tzinfo=UTC)))
    assert "1,024 weeks early" in doubts(found)["Exif DateTimeOriginal"]
    assert found.file_time == datetime(2020, 3, 16, 12, 50, 49, tzinfo=UTC)


@pytest.mark.parametrize("stamp", ["", "2020:03:16 08:00:05"])
def test_a_receiver_with_the_local_day_is_corrected(tmp_path: Path, stamp: str) -> None:
    content = dated(stamp, gps=gps_time("2020:03:16", 23, 0, 5))
    done = fixed(tmp_path, content, given("" if stamp else "2020-03-16T08:00:05"))
    assert chosen(done.capture_time)[1] == "2020-03-16 08:00:05"
    assert written(done)["OffsetTimeOriginal"] == "+09:00"
    assert any("the day of a time zone" in note for note in done.notes)


def test_a_create_date_that_is_copied_testifies_before_and_after(tmp_path: Path) -> None:
    exif = block(exif=[text(0x9004, "2020:03:17 13:50:49")], gps=gps_time("2020:03:16", 11, 50, 49))
    done = fixed(tmp_path, jpeg(exif_segment(exif), xmp_segment(exif_DateTimeOriginal="2020-03")), given())
    assert (written(done)["DateTimeOriginal"], written(done)["OffsetTimeOriginal"]) == ("2020:03:17 13:50:49", "+02:00")
    assert fixed(tmp_path, done.path.read_bytes(), given()).changes == ()


def test_a_gps_date_from_before_there_were_any_is_not_written(tmp_path: Path) -> None:
    """It may be 1,024 weeks early."""
    content = dated(gps=gps_time("2000:07:31", 12, 50, 49))
    done = fixed(tmp_path, content, given())
    assert (chosen(done.capture_time)[1], done.changes) == ("2000-07-31 12:50:49", ())
    assert chosen(choose(content, given("2022-01-02T03:04:05")))[0] == "provider"
    assert doubts(choose(dated("2000:07:31 14:50:49", gps=gps_time("2000:07:31", 12, 50, 49)))) == {}


@pytest.mark.parametrize("name", ["x.jpg", "IMG_20200316_135049.jpg"])
def test_an_early_receiver_with_another_time_of_day_is_doubted(tmp_path: Path, name: str) -> None:
    """Its last fix was hours ago: its day is wrong, and its time is not that of the capture."""
    content = dated(gps=gps_time("2000:07:31", 5, 3, 7))
    done = fixed(tmp_path, content, given("2020-03-16T13:50:49", name))
    assert chosen(done.capture_time) == ("provider", "2020-03-16 13:50:49")
    assert "1,024 weeks early" in doubts(done.capture_time)["Exif GPS time"]
    assert "OffsetTimeOriginal" not in written(done)


def test_an_early_receiver_is_corrected_beside_the_files_own_date() -> None:
    found = choose(dated("2020:03:16 13:50:49", gps=gps_time("2000:07:31", 12, 50, 49)))
    assert found.file_time == datetime(2020, 3, 16, 12, 50, 49, tzinfo=UTC)


def test_gps_that_two_others_contradict_is_doubted(tmp_path: Path) -> None:
    content = dated(modified="2020:03:16 13:50:49", gps=gps_time("2011:05:06", 12, 50, 49))
    done = fixed(tmp_path, content, given("2020-03-16T13:50:49"))
    assert chosen(done.capture_time) == ("provider", "2020-03-16 13:50:49")
    assert "provider and Exif ModifyDate" in doubts(done.capture_time)["Exif GPS time"]
    assert written(done)["DateTimeOriginal"] == "2020:03:16 13:50:49"


def test_gps_is_believed_where_the_others_contradict_each_other_more() -> None:
    content = dated("2023:03:16 13:50:49", gps=gps_time("2011:05:06", 12, 50, 49))
    assert doubts(choose(content, given("2001-03-16T13:50:49", "20010316_135049.jpg"))) == {}


def test_gps_is_believed_against_one_other() -> None:
    content = dated(gps=gps_time("2011:05:06", 12, 50, 49))
    assert chosen(choose(content, given("2020-03-16T13:50:49")))[0] == "Exif GPS time"


def test_gps_that_has_the_same_day_is_believed() -> None:
    content = dated(modified="2020:03:16 13:50:49", gps=gps_time("2020:03:15", 1, 2, 3))
    assert chosen(choose(content, given("2020-03-16T13:50:49")))[0] == "Exif GPS time"


def test_a_service_that_gives_the_day_of_the_upload_is_doubted_if_two_others_agree(tmp_path: Path) -> None:
    content = dated(modified="2020:03:16 13:50:50")
    done = fixed(tmp_path, content, given("2024-03-01T08:00:01", "IMG_20200316_135049.jpg"))
    assert chosen(done.capture_time) == ("file name", "2020-03-16 13:50:49")
    assert written(done)["DateTimeOriginal"] == "2020:03:16 13:50:49"
    found = choose(content, given("1962-07-01T12:00:00", "IMG_20200316_135049.jpg"))
    assert chosen(found) == ("provider", "1962-07-01 12:00:00")
    assert chosen(choose(content, given("2024-03-01T08:00:01")))[0] == "provider"


@pytest.mark.parametrize("taken", ["2024-03-01T08:00:00", "2024-03-01T00:00:00", "2024-02-29T19:20:21"])
@pytest.mark.parametrize(
    ("name", "date"),
    [("IMG_20200316_135049.jpg", "2020-03-16 13:50:49"), ("IMG-20200316-WA0001.jpg", "2020-03-16 00:00:00")],
)
def test_a_service_that_gives_the_day_of_the_upload_is_doubted_if_the_name_has_an_older_one(
    tmp_path: Path, taken: str, name: str, date: str
) -> None:
    done = fixed(tmp_path, jpeg(), given(taken, name))
    assert chosen(done.capture_time) == ("file name", date)
    assert written(done).get("DateTimeOriginal", "") in ("", "2020:03:16 13:50:49")
    assert doubts(done.capture_time) == {"provider": "is the time of the upload"}


@pytest.mark.parametrize(
    ("content", "taken"),
    [
        (jpeg(), "2024-03-01T08:00:00"),
        (jpeg(), "2024-03-01T00:00:00"),
        (dated(modified="2020:03:16 13:50:50"), "2024-03-01T05:06:07"),
    ],
)
def test_a_services_time_of_the_upload_is_not_written(tmp_path: Path, content: bytes, taken: str) -> None:
    done = fixed(tmp_path, content, given(taken))
    assert (chosen(done.capture_time)[0], done.changes) == ("provider", ())


@pytest.mark.parametrize("name", ["x.jpg", "IMG_20240301_090000.jpg"])
def test_a_photo_that_was_uploaded_at_once_gets_its_date(tmp_path: Path, name: str) -> None:
    done = fixed(tmp_path, jpeg(), given("2024-03-01T07:59:41", name))
    assert written(done)["DateTimeOriginal"] == "2024:03:01 07:59:41"
    assert doubts(done.capture_time) == {}


def test_a_service_that_counts_seconds_as_milliseconds(tmp_path: Path) -> None:
    done = fixed(tmp_path, jpeg(), given("1970-01-19T02:12:44", "IMG_20200316_135049.jpg"))
    assert chosen(done.capture_time) == ("file name", "2020-03-16 13:50:49")
    assert fixed(tmp_path, jpeg(), given("1970-01-19T02:12:44")).changes == ()


# Movie headers


@pytest.mark.parametrize(
    ("epoch", "moment", "known"),
    [
        (1970, "2012-05-29T08:55:06", given()),
        (1970, "2012-05-29T08:55:06", given("2012-05-29T10:55:06", "20120529_105506.mp4")),
        (1970, "2012-05-29T08:55:06", given("2019-01-01T00:00:00", "x.mp4")),
        (1970, "1993-05-29T08:55:06", given()),
        (2001, "2012-05-29T08:55:06", given("2012-05-29T10:55:06")),
        (1980, "2012-05-29T08:55:06", given(name="20120529_105506.mp4")),
    ],
)
def test_a_video_that_counts_from_another_year(epoch: int, moment: str, known: Given) -> None:
    found = choose(mp4(seconds_since(datetime(epoch, 1, 1), moment)), known)
    assert chosen(found)[0] == "QuickTime movie header"
    assert found.file_time == datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert any(f"counts from {epoch} in place of 1904" in note for note in found.notes)


def test_an_old_film_with_its_own_year_is_believed() -> None:
    """1962 read from 1970 would lie in the future; 1950 is confirmed by others."""
    assert chosen(choose(mp4(seconds_since(MAC, "1962-07-01T12:00:00")), given("2019-05-03T10:11:12")))[1][:4] == "1962"
    for known in (given("1950-07-01T12:00:00"), given(name="1950-07-01 12.00.00.mp4")):
        assert chosen(choose(mp4(seconds_since(MAC, "1950-07-01T12:00:00")), known))[1][:4] == "1950"


@pytest.mark.parametrize("seconds", [3, 3600, 2082844803, 2082844800 - 3600 * 8, 3061152000 + 5])
def test_a_clock_that_was_never_set_dates_no_video(tmp_path: Path, seconds: int) -> None:
    done = fixed(tmp_path, mp4(seconds), given("2019-06-07T08:09:10", "x.mp4"))
    assert chosen(done.capture_time) == ("provider", "2019-06-07 08:09:10")
    assert "never set" in doubts(done.capture_time)["QuickTime movie header"]
    assert (done.outcome, done.changes, done.sidecar) == (Outcome.UNTOUCHED, (), None)


@pytest.mark.parametrize("seconds", [2082844803, seconds_since(datetime(1970, 1, 1), "2012-05-29T08:55:06")])
def test_a_movie_header_with_an_error_fills_no_track(tmp_path: Path, seconds: int) -> None:
    content = mp4(seconds)
    at = content.index(b"tkhd") + 8
    done = fixed(tmp_path, content[:at] + bytes(4) + content[at + 4 :], given("2019-06-07T08:09:10", "x.mp4"))
    assert done.changes == ()


@pytest.mark.parametrize("known", [given("2020-03-16T14:50:49"), given(name="20200316_145049.mp4")])
@pytest.mark.parametrize("moment", ["2015-01-01T00:03:49", "1999-12-31T16:00:10"])
def test_one_other_source_shows_that_a_dashcam_was_never_set(known: Given, moment: str) -> None:
    found = choose(mp4(seconds_since(MAC, moment)), known)
    assert chosen(found)[1] == "2020-03-16 14:50:49"


# Clocks that were never set

DEFAULTS = ["2000:01:01 00:00:00", "2000:01:01 00:00:42", "2001:01:01 00:00:09", "2002:01:01 00:00:00"]
DEFAULTS += ["1899:12:30 00:00:00", "1999:11:30 00:00:00"]
DEFAULTS += ["2010:01:01 00:00:20", "1970:01:01 05:10:20", "1980:01:01 03:04:05", "1970:01:01 01:00:00"]


@pytest.mark.parametrize("stamp", DEFAULTS)
@pytest.mark.parametrize("known", [given("2019-06-07T08:09:10"), given(name="20190607_080910.jpg")])
def test_the_default_of_a_clock_gives_way_to_another_source(tmp_path: Path, stamp: str, known: Given) -> None:
    content = dated(stamp)
    done = fixed(tmp_path, content, known)
    assert chosen(done.capture_time)[1] == "2019-06-07 08:09:10"
    assert "never set" in doubts(done.capture_time)["Exif DateTimeOriginal"]
    assert done.changes == ()


@pytest.mark.parametrize("stamp", DEFAULTS)
@pytest.mark.parametrize("modified", ["", "2023:04:05 06:07:08"])
def test_a_lone_default_stays_and_is_not_written(tmp_path: Path, stamp: str, modified: str) -> None:
    """An edit may be of any later day: it is no contradiction."""
    done = fixed(tmp_path, dated(stamp, modified=modified, exif=(text(0x9011, "+02:00"),)), given())
    assert chosen(done.capture_time)[0] == "Exif DateTimeOriginal"
    assert chosen(done.capture_time)[1].replace("-", ":") == stamp
    assert done.changes == ()
    assert any("never set" in note for note in done.notes)


LONE_DEFAULTS = ["2000-01-01T00:00:00", "2010-01-01T00:00:05", "1970-01-01T04:00:00", "1999-12-31T16:00:00"]
LONE_DEFAULTS += ["1900-01-01T00:00:00", "1899-12-30T00:00:00", "1979-12-31T16:00:00"]


@pytest.mark.parametrize("taken", LONE_DEFAULTS)
def test_a_services_lone_default_is_not_written(tmp_path: Path, taken: str) -> None:
    done = fixed(tmp_path, jpeg(), given(taken))
    assert (done.changes, done.sidecar) == ((), None)


@pytest.mark.parametrize(
    "zero",
    [
        *("1970-01-01T00:00:00", "1969-12-31T16:00:00", "1969-12-31T19:00:00", "1970-01-01T05:30:00"),
        *("0001-01-01T00:00:00", "1980-01-01T00:00:00", "1980-01-06T00:00:00", "1904-01-01T00:00:00"),
        *("1969-12-31T23:59:59", "1970-01-01T00:59:59", "2002-12-08T12:00:00"),
        *("1901-12-13T20:45:52", "2038-01-19T03:14:07", "2040-02-06T06:28:15", "1970-01-01T00:00:59"),
    ],
)
def test_a_services_zero_is_no_date(tmp_path: Path, zero: str) -> None:
    done = fixed(tmp_path, jpeg(), given(zero))
    assert chosen(done.capture_time)[0] == "upload"
    assert done.changes == ()
    assert "provider" in doubts(done.capture_time)


@pytest.mark.parametrize("stamp", ["2002:12:08 12:00:00", "1969:12:31 23:59:59"])
def test_a_constant_of_camera_software_is_no_date(tmp_path: Path, stamp: str) -> None:
    done = fixed(tmp_path, dated(stamp), given())
    assert (chosen(done.capture_time)[0], done.changes) == ("upload", ())


def test_a_new_year_that_another_source_confirms_is_believed(tmp_path: Path) -> None:
    content = dated("2000:01:01 00:00:10", gps=gps_time("1999:12:31", 23, 0, 10))
    done = fixed(tmp_path, content, given("2019-06-07T08:09:10"))
    assert chosen(done.capture_time)[0] == "Exif DateTimeOriginal"
    assert written(done)["OffsetTimeOriginal"] == "+01:00"


def test_any_first_hour_of_a_year_is_doubted_if_two_others_agree_on_another_day() -> None:
    stamp = "2015:01:01 00:05:12"
    assert doubts(choose(dated(stamp), given("2019-06-07T08:09:10"))) == {}
    found = choose(dated(stamp), given("2019-06-07T08:09:10", "20190607_080910.jpg"))
    assert "never set" in doubts(found)["Exif DateTimeOriginal"]


def test_the_first_minute_of_any_year_gives_way_to_the_service() -> None:
    content = dated("2007:01:01 00:00:00")
    assert "never set" in doubts(choose(content, given("2019-06-07T08:09:10")))["Exif DateTimeOriginal"]
    for known in (given("2024-03-01T08:00:01"), given(name="Scan_20190503_101112.jpg"), given("2007-01-01T00:00:00")):
        assert doubts(choose(content, known)) == {}


def test_a_receiver_without_a_fix_gives_way_to_the_service() -> None:
    content = dated(gps=gps_time("2019:04:07", 0, 0, 9))
    assert chosen(choose(content, given("2021-06-07T08:09:10")))[0] == "provider"


# What people wrote


@pytest.mark.parametrize(
    "stamp",
    ["1962:07:01 12:00:00", "1900:01:01 00:00:00", "1970:01:19 02:12:44", "1962:01:01 00:00:00", "1978:09:01 00:00:00"],
)
@pytest.mark.parametrize("taken", ["", "2019-05-03T10:11:12", "1962-07-01T12:00:00"])
def test_the_date_of_an_old_scan_is_believed(stamp: str, taken: str) -> None:
    """The name, ModifyDate, CreateDate and the service have the day of the scan."""
    content = dated(stamp, modified="2019:05:03 10:11:12", exif=(text(0x9004, "2019:05:03 10:11:12"),))
    found = choose(content, given(taken, "Scan_20190503_101112.jpg"))
    assert chosen(found)[0] == "Exif DateTimeOriginal"
    assert doubts(found) == {}


def test_the_date_of_an_old_scan_in_xmp_is_believed() -> None:
    found = choose(
        jpeg(xmp_segment(photoshop_DateCreated="1962-07-01T12:00:00")), given(name="Scan_20190503_101112.jpg")
    )
    assert chosen(found) == ("XMP photoshop:DateCreated", "1962-07-01 12:00:00")


def test_a_written_date_with_a_known_error_needs_two_others_that_agree() -> None:
    content = dated("2000:07:31 13:50:49")
    assert doubts(choose(content, given("2020-03-16T13:50:49"))) == {}
    found = choose(content, given("2020-03-16T13:50:49", "IMG_20200316_135049.jpg"))
    assert "1,024 weeks early" in doubts(found)["Exif DateTimeOriginal"]
    assert chosen(found) == ("provider", "2020-03-16 13:50:49")


def test_time_zones_are_no_contradiction() -> None:
    content = dated("2020:03:16 23:50:49", modified="2020:03:17 12:50:49", gps=gps_time("2020:03:16", 11, 50, 49))
    assert doubts(choose(content, given("2020-03-16T11:50:49", "IMG_20200317_005049.jpg", INSTANT))) == {}


def test_a_lone_date_is_believed() -> None:
    for content in (dated("1931:02:03 04:05:06"), dated(modified="1999:01:02 03:04:05"), mp4(3_600_000_000)):
        found = choose(content, Given(name="x"))
        assert doubts(found) == {}
        assert found.winner is not None


def test_what_arrived_at_a_service_does_not_lie_in_the_future() -> None:
    """The clock of this computer may be wrong."""
    taken = datetime.now(UTC) + timedelta(days=83)
    content = dated(f"{taken:%Y:%m:%d %H:%M:%S}")
    assert "future" in doubts(choose(content))["Exif DateTimeOriginal"]
    assert doubts(choose(content, Given(name="x.jpg", added=taken + timedelta(days=1)))) == {}


MOMENTS = ["", "2020-03-16T13:50:49", "2000-07-31T13:50:49", "2000-01-01T00:00:12", "1970-01-01T00:00:00"]
MOMENTS += ["1962-07-01T12:00:00", "2024-03-01T08:00:01", "2015-01-01T00:00:30", "2099-01-01T01:01:01"]
WRITTEN = {"DateTimeOriginal", "CreateDate"}


@given_any(*([st.sampled_from(MOMENTS)] * 6))
@example("", MOMENTS[1], "", MOMENTS[2], "", "")
@example("", MOMENTS[2], "", MOMENTS[2], MOMENTS[1], MOMENTS[1])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_doubtful_is_written_and_a_second_run_changes_nothing(
    tmp_path: Path, dto: str, created: str, modified: str, gps: str, taken: str, named: str
) -> None:
    def stamp(moment: str) -> str:
        return moment.replace("-", ":").replace("T", " ")

    at = datetime.fromisoformat(gps) if gps else None
    content = dated(
        stamp(dto),
        modified=stamp(modified),
        gps=gps_time(f"{at:%Y:%m:%d}", at.hour, at.minute, at.second) if at else None,
        exif=(text(0x9004, stamp(created)),) if created else (),
    )
    known = given(taken, f"IMG_{named.translate({45: None, 58: None}).replace('T', '_')}.jpg")
    done = fixed(tmp_path, content, known)
    dates = {after for field_, after in written(done).items() if field_ in WRITTEN}
    if dates:
        assert done.capture_time.winner is not None
        assert done.capture_time.winner.doubt == ""
        assert dates == {f"{done.capture_time.folder_time:%Y:%m:%d %H:%M:%S}"}
    again = fixed(tmp_path, done.path.read_bytes(), known)
    assert again.changes == ()
