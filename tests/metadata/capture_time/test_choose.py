"""Which time wins, what is doubted, and what follows for folder and file."""

from datetime import UTC, datetime, timedelta

import pytest

from photosync.errors import ConfigError
from photosync.metadata import CaptureTimeChoice, Given, Settings, choose_capture_time
from photosync.metadata.capture_time.candidate import Candidate
from photosync.metadata.capture_time.choose import KnownOffset
from photosync.model import CaptureTime, TimeMeaning
from tests.metadata.making import (
    Bench,
    Entry,
    block,
    box,
    exif_segment,
    gps_time,
    iptc_segment,
    jpeg,
    mp4,
    original,
    photo,
    png,
    png_chunk,
    segment,
    text,
    xmp_packet,
    xmp_segment,
)

LOCAL, INSTANT, UNKNOWN = TimeMeaning.LOCAL, TimeMeaning.INSTANT, TimeMeaning.UNKNOWN


def at(value: str) -> datetime:
    return datetime.fromisoformat(value)


def provider(value: str, meaning: TimeMeaning = LOCAL, name: str = "x.jpg") -> Given:
    return Given(name=name, taken=CaptureTime(at(value), meaning))


def choose(content: bytes, given: Given | None = None, settings: Settings | None = None) -> CaptureTimeChoice:
    return choose_capture_time(content, given or Given(name="x.jpg"), settings or Settings())


def winner(found: CaptureTimeChoice) -> Candidate:
    assert found.winner is not None
    return found.winner


def hours(offset: KnownOffset | None) -> float | None:
    return None if offset is None else offset.value / timedelta(hours=1)


EVERY_SOURCE = jpeg(
    exif_segment(
        block(
            zeroth=[text(0x0132, "2018:08:08 08:08:08")],
            exif=[original("2001:01:01 01:01:01"), text(0x9004, "2002:02:02 02:02:02")],
            gps=gps_time("2005:05:05", 5, 5, 5),
        )
    ),
    xmp_segment(exif_DateTimeOriginal="2003-03-03T03:03:03", xmp_CreateDate="2003-04-04T04:04:04"),
    iptc_segment("20030505", "050505+0200"),
)


def test_all_sources_are_listed_best_first() -> None:
    found = choose(
        EVERY_SOURCE,
        Given(
            name="IMG_20070707_070707.jpg",
            taken=CaptureTime(at("2006-06-06T06:06:06"), LOCAL),
            added=datetime(2009, 9, 9, tzinfo=UTC),
        ),
    )
    assert [(each.source.label, each.source.rank, each.time.reading.year) for each in found.candidates] == [
        ("Exif DateTimeOriginal", 1, 2001),
        ("Exif CreateDate", 2, 2002),
        ("XMP exif:DateTimeOriginal", 3, 2003),
        ("XMP xmp:CreateDate", 3, 2003),
        ("IPTC date created", 3, 2003),
        ("Exif GPS time", 5, 2005),
        ("provider", 6, 2006),
        ("file name", 7, 2007),
        ("Exif ModifyDate", 8, 2018),
        ("upload", 9, 2009),
    ]
    assert winner(found) == found.candidates[0]
    assert found.folder_time == at("2001-01-01T01:01:01")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2023:04:05 12:34:56", "2023-04-05T12:34:56"),
        ("2023-04-05 12:34:56", "2023-04-05T12:34:56"),
        ("2023/04/05 12:34:56", "2023-04-05T12:34:56"),
        ("2023:04:05T12:34:56", "2023-04-05T12:34:56"),
        ("2023:04:05 12:34", "2023-04-05T12:34:00"),
        (" 2023:04:05 12:34:56 ", "2023-04-05T12:34:56"),
        ("2023:04:05 12:34:60", "2023-04-05T12:34:59"),
        ("2023:04:05\x0012:34:56", "2023-04-05T12:34:56"),
        ("0000:00:00 00:00:00", None),
        ("    :  :     :  :  ", None),
        ("", None),
        ("2023:00:05 12:34:56", None),
        ("2023:13:05 12:34:56", None),
        ("2023:02:30 12:34:56", None),
        ("2023:04:05 25:34:56", None),
        ("no date at all", None),
    ],
)
def test_dates_are_read_leniently(written: str, read: str | None) -> None:
    found = choose(photo(block(exif=[original(written)])))
    timed = [each for each in found.candidates if not each.time.meaning.is_partial]
    assert [each.time.reading for each in timed] == ([at(read)] if read else [])


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("2970:01:01 12:00:00", "future"),
        ("1825:12:31 12:00:00", "1826"),
        ("1970:01:01 00:00:00", "never set"),
        ("1980:01:01 00:00:00", "never set"),
    ],
)
def test_doubtful_dates_give_way_to_the_next_source(written: str, word: str) -> None:
    found = choose(photo(block(exif=[original(written)])), provider("2020-05-06T07:08:09"))
    assert word in found.candidates[0].doubt
    assert winner(found).source.label == "provider"
    assert any(word in note for note in found.notes)


def test_nothing_known_is_nothing_decided() -> None:
    found = choose(jpeg())
    assert (found.candidates, found.winner, found.folder_time, found.file_time) == ((), None, None, None)


OFFSETS = [
    ("its own", [text(0x9011, "+02:00")], [], "", None, 2.0),
    ("half hours", [text(0x9011, "-03:30")], [], "", None, -3.5),
    ("OffsetTime alone", [text(0x9010, "+05:45")], [], "", None, 5.75),
    ("XMP of the same reading", [], [], "2021-07-06T18:22:01+03:00", None, 3.0),
    ("XMP of another reading", [], [], "2021-07-06T11:11:11+03:00", None, None),
    ("GPS time", [], gps_time("2021:07:06", 16, 22, 51), "", None, 2.0),
    ("GPS time in UTC", [], gps_time("2021:07:06", 18, 22, 1), "", None, 0.0),
    ("GPS time too stale", [], gps_time("2021:07:06", 16, 20, 1), "", None, None),
    ("GPS time that makes no offset of the world", [], gps_time("2021:07:06", 16, 7, 1), "", None, None),
    ("provider's instant", [], [], "", provider("2021-07-06T16:22:03", INSTANT), 2.0),
    ("provider's instant, 9 s away", [], [], "", provider("2021-07-06T16:22:10", INSTANT), None),
    ("provider's instant that is the local reading", [], [], "", provider("2021-07-06T18:22:01", INSTANT), None),
    ("provider's instant, 15 h away", [], [], "", provider("2021-07-06T03:22:01", INSTANT), None),
    ("provider's local reading", [], [], "", provider("2021-07-06T16:22:01", LOCAL), None),
    ("GPS before provider", [], gps_time("2021:07:06", 15, 22, 1), "", provider("2021-07-06T16:22:01", INSTANT), 3.0),
]


@pytest.mark.parametrize(("_case", "exif", "gps", "xmp", "given", "expected"), OFFSETS, ids=[row[0] for row in OFFSETS])
def test_where_an_offset_is_known_from(
    _case: str, exif: list[Entry], gps: list[Entry], xmp: str, given: Given | None, expected: float | None
) -> None:
    content = jpeg(
        exif_segment(block(exif=[original("2021:07:06 18:22:01"), *exif], gps=gps)),
        *([xmp_segment(photoshop_DateCreated=xmp)] if xmp else []),
    )
    found = choose(content, given)
    assert hours(found.offset) == expected
    if expected is not None:
        assert found.file_time == (at("2021-07-06T18:22:01") - timedelta(hours=expected)).replace(tzinfo=UTC)


@pytest.mark.parametrize(("modified", "expected"), [("2021:07:06 18:22:01", -5.0), ("2022:01:02 03:04:05", 2.0)])
def test_the_offset_of_a_later_edit_is_not_that_of_the_capture(modified: str, expected: float) -> None:
    exif = [original("2021:07:06 18:22:01"), text(0x9010, "-05:00")]
    content = photo(block([text(0x0132, modified)], exif=exif, gps=gps_time("2021:07:06", 16, 22, 1)))
    assert hours(choose(content).offset) == expected


@pytest.mark.parametrize(
    ("tag", "value", "given", "date", "offset"),
    [
        (0x9011, "-05:00", provider("2021-07-06T16:22:01", INSTANT), "2021:07:06 11:22:01", -5),
        (0x9011, "-05:00", provider("2021-07-06T18:22:01", LOCAL), "2021:07:06 18:22:01", -5),
        (0x9010, "+02:00", provider("2021-07-06T16:22:01", INSTANT), "2021:07:06 18:22:01", 2),
        (0x9011, "summer", provider("2021-07-06T16:22:01", INSTANT), None, None),
        (0x9011, "summer", provider("2021-07-06T18:22:01", LOCAL), "2021:07:06 18:22:01", None),
    ],
)
def test_an_offset_without_a_date_is_that_of_the_date_that_is_written(
    bench: Bench, tag: int, value: str, given: Given, date: str | None, offset: float | None
) -> None:
    """The Nothing A063 writes it where its camera does not know the date."""
    done = bench.fix(jpeg(exif_segment(block(exif=[text(tag, value)]))), given)
    assert {each.field: each.after for each in done.changes}.get("DateTimeOriginal") == date
    assert hours(done.capture_time.offset) == offset
    assert bench.fix(done.path.read_bytes(), given).changes == ()


def test_a_date_with_another_offset_than_the_one_that_is_there_is_not_written(bench: Bench) -> None:
    xmp = xmp_segment(exif_DateTimeOriginal="2021-07-06T18:22:01+02:00")
    done = bench.fix(jpeg(exif_segment(block(exif=[text(0x9011, "-05:00")])), xmp), Given(name="x.jpg"))
    assert done.changes == ()
    assert "not written: DateTimeOriginal (OffsetTimeOriginal contradicts it)" in done.notes


def test_the_accounts_time_zone_turns_an_instant_into_a_local_reading() -> None:
    found = choose(jpeg(), provider("2021-12-31T23:30:00", INSTANT), Settings(time_zone="Europe/Berlin"))
    assert (found.folder_time, hours(found.offset)) == (at("2022-01-01T00:30:00"), 1)
    assert found.file_time == datetime(2021, 12, 31, 23, 30, tzinfo=UTC)


def test_an_instant_without_a_zone_is_filed_by_utc() -> None:
    found = choose(jpeg(), provider("2021-12-31T23:30:00", INSTANT))
    assert (found.folder_time, found.offset) == (at("2021-12-31T23:30:00"), None)


def test_a_repeated_autumn_hour_is_its_first() -> None:
    content = photo(block(exif=[original("2021:10:31 02:30:00")]))
    found = choose(content, None, Settings(time_zone="Europe/Berlin"))
    assert found.file_time == datetime(2021, 10, 31, 0, 30, tzinfo=UTC)
    assert any("time_zone" in note for note in found.notes)


def test_a_local_reading_without_any_zone_says_what_was_assumed() -> None:
    found = choose(photo(block(exif=[original("2021:07:06 18:22:01")])))
    assert found.file_time == at("2021-07-06T18:22:01").astimezone(UTC)
    assert any("this computer's time zone" in note for note in found.notes)


@pytest.mark.parametrize(
    ("given", "content"),
    [
        (provider("2021-07-06T18:22:01", LOCAL), jpeg()),
        (provider("2021-07-06T18:22:01", UNKNOWN), jpeg()),
        (Given(name="IMG_20210706_182201.jpg"), jpeg()),
        (Given(name="x.jpg"), photo(block(exif=[original("2021:07:06 18:22:01")]))),
        (Given(name="x.jpg"), jpeg(xmp_segment(exif_DateTimeOriginal="2021-07-06T18:22:01"))),
    ],
)
def test_the_accounts_time_zone_is_not_written_as_the_offset_of_a_local_reading(given: Given, content: bytes) -> None:
    """A photo from a holiday has another."""
    found = choose(content, given, Settings(time_zone="Europe/Berlin"))
    assert found.file_time == datetime(2021, 7, 6, 16, 22, 1, tzinfo=UTC)
    assert found.writable == CaptureTime(at("2021-07-06T18:22:01"), LOCAL)


def test_an_instant_is_written_in_the_accounts_time_zone() -> None:
    found = choose(jpeg(), provider("2021-07-06T16:22:01", INSTANT), Settings(time_zone="Europe/Berlin"))
    assert found.writable == CaptureTime(at("2021-07-06T18:22:01"), LOCAL, timedelta(hours=2))


def test_an_unknown_time_is_an_instant_unless_the_account_has_a_zone() -> None:
    given = provider("2021-07-06T16:22:01", UNKNOWN)
    assert winner(choose(jpeg(), given)).time.meaning is TimeMeaning.INSTANT
    found = choose(jpeg(), given, Settings(time_zone="Europe/Berlin"))
    assert (winner(found).time.meaning, found.folder_time) == (TimeMeaning.LOCAL, at("2021-07-06T16:22:01"))


def test_an_unknown_zone_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match="Mars/Olympus"):
        Settings(time_zone="Mars/Olympus")


@pytest.mark.parametrize(
    ("name", "reading", "kind"),
    [
        ("IMG_20230405_123456.jpg", "2023-04-05T12:34:56", TimeMeaning.LOCAL),
        ("holiday/PXL_20230405_123456789.jpg", "2023-04-05T12:34:56.789", TimeMeaning.INSTANT),
        ("20230405_123456.jpg", "2023-04-05T12:34:56", TimeMeaning.LOCAL),
        ("VID_20230405_123456789.mp4", "2023-04-05T12:34:56.789", TimeMeaning.LOCAL),
        ("PXL_20230405_123456789.MP.jpg", "2023-04-05T12:34:56.789", TimeMeaning.INSTANT),
        ("Screenshot_20230405-123456_Maps.jpg", "2023-04-05T12:34:56", TimeMeaning.LOCAL),
        ("2023-04-05 12.34.56.jpg", "2023-04-05T12:34:56", TimeMeaning.LOCAL),
        ("Screen Shot 2023-04-05 at 12.34.56.png", "2023-04-05T12:34:56", TimeMeaning.LOCAL),
        ("IMG-20200101-WA0001.jpg", "2020-01-01T00:00:00", TimeMeaning.DAY),
        ("IMG_20231405_123456.jpg", None, None),
        ("IMG_4711.jpg", None, None),
        ("120230405_1234567.jpg", None, None),
    ],
)
def test_dates_in_names(name: str, reading: str | None, kind: TimeMeaning | None) -> None:
    found = choose(jpeg(), Given(name=name))
    assert [(each.time.reading, each.time.meaning) for each in found.candidates] == (
        [(at(reading), kind)] if reading else []
    )


def test_a_day_alone_names_the_folder_and_its_noon_the_file() -> None:
    found = choose(jpeg(), Given(name="IMG-20200101-WA0001.jpg", added=datetime(2022, 1, 1, tzinfo=UTC)))
    assert found.folder_time == at("2020-01-01T00:00:00")
    assert found.file_time == at("2020-01-01T12:00:00").astimezone(UTC)


def test_a_day_alone_gives_way_to_a_time_of_that_day() -> None:
    found = choose(jpeg(iptc_segment("20210706")), provider("2021-07-06T18:22:01"))
    assert (winner(found).source.label, found.folder_time) == ("provider", at("2021-07-06T18:22:01"))


def test_the_time_of_upload_dates_the_file_when_nothing_else_does() -> None:
    found = choose(jpeg(), Given(name="x.jpg", added=datetime(2022, 1, 2, 3, 4, 5, tzinfo=UTC)))
    assert (winner(found).source.rank, found.file_time) == (9, datetime(2022, 1, 2, 3, 4, 5, tzinfo=UTC))


def test_videos_have_apples_date_before_the_movie_header() -> None:
    seconds = 3_708_000_000
    found = choose(mp4(seconds, creation_date="2021-07-06T18:22:01+0200", brand=b"qt  "))
    assert [each.source.label for each in found.candidates] == ["QuickTime creationdate", "QuickTime movie header"]
    assert (found.folder_time, hours(found.offset)) == (at("2021-07-06T18:22:01"), 2)


def test_a_movie_header_in_local_time_is_seen_by_the_providers_instant() -> None:
    seconds = int((at("2021-07-06T18:22:01") - at("1904-01-01T00:00:00")).total_seconds())
    found = choose(mp4(seconds), provider("2021-07-06T16:22:01", INSTANT))
    assert (found.folder_time, hours(found.offset)) == (at("2021-07-06T18:22:01"), 2)
    assert found.file_time == datetime(2021, 7, 6, 16, 22, 1, tzinfo=UTC)


def test_a_movie_header_and_a_local_reading_tell_the_offset() -> None:
    seconds = int((at("2021-07-06T16:22:01") - at("1904-01-01T00:00:00")).total_seconds())
    found = choose(mp4(seconds), provider("2021-07-06T18:22:01", LOCAL))
    assert (found.folder_time, hours(found.offset)) == (at("2021-07-06T18:22:01"), 2)
    assert found.file_time == datetime(2021, 7, 6, 16, 22, 1, tzinfo=UTC)


def test_a_movie_header_of_zero_is_no_time() -> None:
    assert choose(mp4(0)).candidates == ()


@pytest.mark.parametrize("value", ["Wed, 05 Apr 2023 12:34:56 GMT", "2023-04-05T12:34:56", "2023:04:05 12:34:56"])
def test_the_creation_text_of_a_png(value: str) -> None:
    found = choose(png(png_chunk(b"tEXt", b"Creation Time\0" + value.encode())), Given(name="x.png"))
    assert (winner(found).source.rank, found.folder_time) == (8, at("2023-04-05T12:34:56"))


def test_xmp_with_a_document_type_is_not_read() -> None:
    packet = xmp_packet(exif_DateTimeOriginal="2021-02-03T04:05:06")
    plain = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet)
    assert len(choose(jpeg(plain)).candidates) == 1
    entity = b'<!DOCTYPE x [<!ENTITY year "2021">]>' + packet.replace(b"2021", b"&year;")
    for bad in (entity, b"<!DOCTYPE x>" + packet):
        assert choose(jpeg(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + bad))).candidates == ()


def test_an_iptc_time_in_utc_says_nothing_of_its_offset() -> None:
    assert choose(jpeg(iptc_segment("20210706", "182201+0000"))).offset is None
    assert hours(choose(jpeg(iptc_segment("20210706", "182201-0330"))).offset) == -3.5


def test_fractions_of_a_second_belong_to_the_time() -> None:
    found = choose(photo(block(exif=[original("2021:07:06 18:22:01"), text(0x9291, "25")])))
    assert found.folder_time == at("2021-07-06T18:22:01.250")


def test_a_loop_of_directories_is_read_once() -> None:
    content = block(exif=[original("2021:07:06 18:22:01")])
    at_next = 8 + 2 + 12
    looped = content[:at_next] + (8).to_bytes(4, "little") + content[at_next + 4 :]
    assert choose(photo(looped)).folder_time == at("2021-07-06T18:22:01")


def test_boxes_that_claim_more_than_there_is_are_no_reason_to_fail() -> None:
    assert choose(mp4(0)[:60] + box(b"moov") + (1 << 31).to_bytes(4) + b"mdat").candidates == ()
