"""What a file says of its date wins, even if that is only a year, or is not readable at all."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example
from hypothesis import given as for_any
from hypothesis import settings as limits
from hypothesis import strategies as st

from photosync.metadata import CaptureTimeChoice, Given, Mode, Outcome, Settings, merge_sidecar
from photosync.metadata.capture_time.read_date import is_absent
from photosync.model import CaptureTime, TimeMeaning
from tests.metadata.making import (
    STAMP,
    TAKEN,
    Bench,
    block,
    box,
    exif_segment,
    gps_time,
    heic,
    iptc_segment,
    jpeg,
    movie_header,
    mp4,
    original,
    png,
    png_chunk,
    riff_chunk,
    segment,
    text,
    webp,
    xmp_packet,
    xmp_segment,
)

LOCAL, INSTANT = TimeMeaning.LOCAL, TimeMeaning.INSTANT


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def service(reading: str, meaning: TimeMeaning = LOCAL) -> Given:
    return Given(name="x.jpg", taken=CaptureTime(datetime.fromisoformat(reading), meaning))


def xmp_png(**properties: str) -> bytes:
    return png(png_chunk(b"iTXt", b"XML:com.adobe.xmp" + bytes(5) + xmp_packet(**properties)))


def old_profile(name: bytes, content: bytes) -> bytes:
    """A PNG as ImageMagick wrote it."""
    text = b"\n%s\n%8d\n%s\n" % (name, len(content), content.hex().encode())
    return png(png_chunk(b"tEXt", b"Raw profile type " + name.split()[0].lower() + b"\0" + text))


def saying(choice: CaptureTimeChoice) -> str | None:
    return choice.folder_date.isoformat() if choice.folder_date else None


UPLOADED = service("2019-11-12T13:14:15")

FILES = {
    "Exif month": (jpeg(exif_segment(block(exif=[original("1993:08:00 00:00:00")]))), "1993-08"),
    "Exif blank day": (jpeg(exif_segment(block(exif=[original("1993:08:     :  :  ")]))), "1993-08"),
    "Exif year": (jpeg(exif_segment(block(exif=[original("1993:00:00 00:00:00")]))), "1993"),
    "CreateDate": (jpeg(exif_segment(block(exif=[text(0x9004, "1993:08:00 00:00:00")]))), "1993-08"),
    "Exif in PNG": (png(png_chunk(b"eXIf", block(exif=[original("1993")]))), "1993"),
    "Exif in WebP": (webp(riff_chunk(b"EXIF", block(exif=[original("1993:08")]))), "1993-08"),
    "Exif in HEIC": (heic(block(exif=[original("1993:08:00 00:00:00")])), "1993-08"),
    "Exif in TIFF": (block(exif=[original("1993:08:00 00:00:00")]), "1993-08"),
    "XMP original": (jpeg(xmp_segment(exif_DateTimeOriginal="1978")), "1978"),
    "XMP created": (jpeg(xmp_segment(photoshop_DateCreated="1978-09")), "1978-09"),
    "XMP digitized": (jpeg(xmp_segment(xmp_CreateDate="1978-09")), "1978-09"),
    "XMP of an older version": (jpeg(xmp_segment(exif_DateTimeDigitized="1978-09")), "1978-09"),
    "XMP in PNG": (xmp_png(photoshop_DateCreated="1978-09"), "1978-09"),
    "XMP day": (jpeg(xmp_segment(photoshop_DateCreated="1978-09-03")), "1978-09-03"),
    "IPTC month": (jpeg(iptc_segment("19780900")), "1978-09"),
    "IPTC year": (jpeg(iptc_segment("19780000", "000000+0000")), "1978"),
    "IPTC impossible time": (jpeg(iptc_segment("19780903", "256199+0000")), "1978-09-03"),
    "XMP in an old PNG": (old_profile(b"xmp", xmp_packet(photoshop_DateCreated="1978-09")), "1978-09"),
    "IPTC in an old PNG": (old_profile(b"iptc", iptc_segment("19780900")[18:]), "1978-09"),
    "IPTC in a PNG by ExifTool": (old_profile(b"IPTC profile", iptc_segment("19780900")[18:]), "1978-09"),
    "video": (mp4(0, creation_date="1978-09", brand=b"qt  "), "1978-09"),
}


@pytest.mark.parametrize(("content", "date"), FILES.values(), ids=FILES)
def test_a_partial_date_of_the_file_beats_a_whole_one_of_the_service(bench: Bench, content: bytes, date: str) -> None:
    name = "x.tif" if content[:2] == b"II" else "x.jpg"
    done = bench.fix(content, Given(name=name, taken=UPLOADED.taken), name=name)
    assert (done.outcome, done.changes, done.sidecar) == (Outcome.UNTOUCHED, (), None)
    assert saying(done.capture_time) == date
    assert done.path.read_bytes() == content
    if len(date) < len("1978-09-03"):
        file_time = done.capture_time.file_time
        assert file_time == datetime.fromisoformat(f"{date}-01-01"[:10] if len(date) == 4 else f"{date}-01").astimezone(
            UTC
        )
        assert any("its first moment" in note for note in done.notes)


UNREADABLE = {
    "Exif": jpeg(exif_segment(block(exif=[original("one summer")]))),
    "Exif of another type": jpeg(exif_segment(block(exif=[(0x9003, 3, 4, bytes(range(1, 9)))]))),
    "Exif in HEIC": heic(block(exif=[original("12/11/19 13:14:15")])),
    "XMP": jpeg(xmp_segment(photoshop_DateCreated="circa 1978")),
    "XMP that is broken": jpeg(xmp_segment(photoshop_DateCreated="1978").replace(b"</rdf:RDF>", b"<rdf:RDF>")),
    "IPTC": jpeg(iptc_segment("seventy8")),
    "IPTC behind damage": jpeg(segment(0xED, b"Photoshop 3.0\0XXXX" + iptc_segment("19780903")[18:])),
    "IPTC that is broken": jpeg(segment(0xED, iptc_segment("19780903")[4:-5])),
    "Exif of an unknown type": jpeg(exif_segment(block(exif=[(0x9003, 129, 4, b"2023")]))),
    "Exif that is cut": jpeg(exif_segment(block(exif=[original("2023:11:12 13:14:15")])[:-14])),
    "video": mp4(0, creation_date="last year", brand=b"qt  "),
    "video in milliseconds": mp4(3_667_474_249_000, version=1),
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_a_date_that_cannot_be_read_is_neither_overwritten_nor_contradicted(bench: Bench, content: bytes) -> None:
    done = bench.fix(content, UPLOADED)
    assert (done.outcome, done.changes, done.sidecar) == (Outcome.UNTOUCHED, (), None)
    assert saying(done.capture_time) == "2019-11-12T13:14:15"


@pytest.mark.parametrize("name", ["exif_DateTimeOriginal", "exif_DateTimeDigitized", "xmp_CreateDate"])
@pytest.mark.parametrize("written", ["1978", "1978-09", "one summer"])
def test_no_date_is_added_to_a_sidecar_that_has_one(bench: Bench, name: str, written: str) -> None:
    wanted = bench.fix(jpeg(), UPLOADED, Settings(mode=Mode.SIDECAR)).sidecar
    assert wanted is not None
    assert merge_sidecar(xmp_packet(**{name: written}), wanted).content is None


def test_gps_time_does_not_contradict_it_either(bench: Bench) -> None:
    done = bench.fix(jpeg(exif_segment(block(gps=UTC_TIME)), xmp_segment(photoshop_DateCreated="circa 1978")))
    assert done.changes == ()


def test_why_shows_the_text_that_cannot_be_read(bench: Bench) -> None:
    notes = bench.fix(UNREADABLE["XMP"], UPLOADED).notes
    assert "no date is written in addition to the one in the file, which is not whole" in notes
    assert "XMP photoshop:DateCreated 'circa 1978' cannot be read, and is kept" in notes


def test_the_other_field_is_filled_from_a_date_of_the_file(bench: Bench) -> None:
    done = bench.fix(jpeg(exif_segment(block(exif=[original("2001: 2: 3  4: 5: 6"), text(0x9004, " ")]))), UPLOADED)
    assert [(each.field, each.after) for each in done.changes] == [("CreateDate", "2001:02:03 04:05:06")]
    done = bench.fix(jpeg(exif_segment(block(exif=[text(0x9004, "one summer")]))), UPLOADED)
    assert done.changes == ()
    done = bench.fix(jpeg(exif_segment(block(exif=[text(0x9004, "20010203 040506")]))), UPLOADED)
    assert [(each.field, each.after) for each in done.changes] == [("DateTimeOriginal", "2001:02:03 04:05:06")]


@pytest.mark.parametrize("written", ["summer", "+99:99", "2h"])
@pytest.mark.parametrize("tag", [0x9010, 0x9011, 0x9012])
def test_an_offset_that_cannot_be_read_is_kept(bench: Bench, tag: int, written: str) -> None:
    content = jpeg(
        exif_segment(block(exif=[original(STAMP), text(0x9004, STAMP), text(tag, written)], gps=UTC_TIME)),
    )
    done = bench.fix(content)
    assert done.changes
    assert written.encode() in done.path.read_bytes()
    assert written not in {each.before for each in done.changes}


UTC_TIME = gps_time("2021:07:06", 16, 22, 1)


@pytest.mark.parametrize(
    ("partial", "other", "date"),
    [
        ("2021", service("2021-07-06T18:22:01"), "2021-07-06T18:22:01"),
        ("2021-07", service("2021-07-06T18:22:01"), "2021-07-06T18:22:01"),
        ("2021-07-06", service("2021-07-06T18:22:01"), "2021-07-06T18:22:01"),
        ("2021-07-06", service("2021-07-06T16:22:01", INSTANT), "2021-07-06T16:22:01"),
        ("2021-07-05", service("2021-07-06T18:22:01"), "2021-07-05"),
        ("2021-06", service("2021-07-06T18:22:01"), "2021-06"),
        ("2020", service("2021-07-06T18:22:01"), "2020"),
        ("2021", Given(name="IMG-20210706-WA0001.jpg"), "2021-07-06"),
        ("2021", Given(name="x.jpg", added=datetime(2021, 7, 6, tzinfo=UTC)), "2021"),
    ],
)
def test_a_whole_date_within_a_partial_one_refines_it(bench: Bench, partial: str, other: Given, date: str) -> None:
    done = bench.fix(jpeg(xmp_segment(photoshop_DateCreated=partial)), other)
    assert saying(done.capture_time) == date
    assert ("DateTimeOriginal" in {each.field for each in done.changes}) == ("T" in date)


def test_the_zone_of_the_account_decides_whether_an_instant_is_within_the_month(bench: Bench) -> None:
    content, given = jpeg(xmp_segment(photoshop_DateCreated="2021-07")), service("2021-06-30T23:30:00", INSTANT)
    assert saying(bench.fix(content, given).capture_time) == "2021-07"
    assert saying(bench.fix(content, given, BERLIN).capture_time) == "2021-07-01T01:30:00"


BERLIN = Settings(time_zone="Europe/Berlin")


def test_a_year_refines_itself_step_by_step(bench: Bench) -> None:
    content = jpeg(xmp_segment(exif_DateTimeOriginal="1978", photoshop_DateCreated="1978-09"), iptc_segment("19780903"))
    assert saying(bench.fix(content, UPLOADED).capture_time) == "1978-09-03"


def test_1970_is_a_year_like_others(bench: Bench) -> None:
    done = bench.fix(jpeg(xmp_segment(photoshop_DateCreated="1970")), UPLOADED)
    assert (saying(done.capture_time), done.changes) == ("1970", ())


def video(user_data: bytes, seconds: int = 0, track_seconds: int = 0) -> bytes:
    track = box(b"trak", movie_header(b"tkhd", track_seconds))
    movie = box(b"moov", movie_header(b"mvhd", seconds), track, box(b"udta", user_data))
    return box(b"ftyp", b"isom\0\0\0\0isom") + movie + box(b"mdat", b"FRAMES")


def quicktime_text(value: str) -> bytes:
    return box(b"\xa9day", len(value).to_bytes(2) + b"\x15\xc7" + value.encode())


def itunes_text(value: str) -> bytes:
    data = box(b"data", (1).to_bytes(4) + bytes(4) + value.encode())
    return box(b"meta", bytes(4), box(b"hdlr", bytes(25)), box(b"ilst", box(b"\xa9day", data)))


VIDEO_TEXTS = {
    "QuickTime": (quicktime_text("1978-09"), "1978-09"),
    "iTunes": (itunes_text("1978"), "1978"),
    "3GPP": (box(b"yrrc", bytes(4), (1978).to_bytes(2)), "1978"),
    "XMP": (box(b"XMP_", xmp_packet(xmp_CreateDate="1978-09")), "1978-09"),
    "none": (quicktime_text("0000"), "2019-11-12T13:14:15"),
}


@pytest.mark.parametrize(("user_data", "date"), VIDEO_TEXTS.values(), ids=VIDEO_TEXTS)
def test_a_video_has_its_date_in_a_text(bench: Bench, user_data: bytes, date: str) -> None:
    done = bench.fix(video(user_data), UPLOADED, name="x.mp4")
    assert (saying(done.capture_time), done.changes) == (date, ())
    assert (done.sidecar is None) == (date[:4] == "1978")


def test_the_movie_header_is_better_than_a_text(bench: Bench) -> None:
    done = bench.fix(video(quicktime_text("2010"), seconds=3_206_613_834), UPLOADED, name="x.mp4")
    assert saying(done.capture_time) == "2005-08-11T14:03:54"


XMP = xmp_segment(exif_DateTimeOriginal="2001-02-03T04:05:06+01:00")
"""A date of the same file, which may be written into its other fields."""


def test_the_time_of_a_track_fills_that_of_the_movie(bench: Bench) -> None:
    done = bench.fix(video(b"", track_seconds=3_206_613_834), UPLOADED, name="x.mp4")
    assert [(each.field, each.after) for each in done.changes] == [("movie creation time", "2005-08-11T14:03:54Z")]


FIELDS = {
    "DateTimeOriginal": lambda written: jpeg(exif_segment(block(exif=[original(written)])), XMP),
    "CreateDate": lambda written: jpeg(exif_segment(block(exif=[text(0x9004, written)])), XMP),
    "ModifyDate": lambda written: jpeg(exif_segment(block([text(0x0132, written)])), XMP),
    "OffsetTimeOriginal": lambda written: jpeg(exif_segment(block(exif=[text(0x9011, written)])), XMP),
    "without XMP": lambda written: jpeg(exif_segment(block(exif=[original(written)]))),
    "Casio": lambda written: jpeg(exif_segment(block([original(written)], exif=[])), XMP),
    "PNG": lambda written: png(png_chunk(b"eXIf", block(exif=[original(written)]))),
    "HEIC": lambda written: heic(block(exif=[original(written)])),
}
written_texts = st.one_of(
    st.text(max_size=30),
    st.from_regex(r"[0-9: /.\-]{1,20}", fullmatch=True),
    st.from_regex(r"[12][0-9]{3}[:\-][01 ][0-9 ]([:\-][0-3 ][0-9 ])?( [0-9:]{0,8})?", fullmatch=True),
)


@pytest.mark.parametrize("field", FIELDS)
@example("1978:09:00 00:00:00")
@example("2023:04:05 25:61:00")
@example("0000:00:00 12:34:56")
@example("٢٠١٤:٠٥:٠٣ ١٠:١١:١٢")  # noqa: RUF001
@limits(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@for_any(written_texts)
def test_a_text_that_is_there_keeps_its_bytes(bench: Bench, field: str, written: str) -> None:
    raw = written.encode("utf-8", "surrogatepass") + b"\0"
    if is_absent(raw.decode("utf-8", "replace")):
        return
    content = FIELDS[field](raw.decode("utf-8", "replace")[:-1])
    done = bench.fix(content, Given(name="x.jpg", taken=TAKEN))
    assert raw in done.path.read_bytes()
    assert all(each.before == "" for each in done.changes)


SCAN = "2019:05:03 10:11:12"
SCANS = {
    "XMP": (xmp_segment(photoshop_DateCreated="1962-07-01T12:00:00"), "1962-07-01T12:00:00", "1962:07:01 12:00:00"),
    "XMP year": (xmp_segment(exif_DateTimeOriginal="1962"), "1962", ""),
    "IPTC": (iptc_segment("19620701", "120000"), "1962-07-01T12:00:00", "1962:07:01 12:00:00"),
    "IPTC day": (iptc_segment("19620701"), "1962-07-01", ""),
    "unreadable": (xmp_segment(photoshop_DateCreated="circa 1962"), "2019-05-03T10:11:12", ""),
    "hours": (xmp_segment(photoshop_DateCreated="2019-05-03T15:11:12"), "2019-05-03T10:11:12", ""),
    "days": (xmp_segment(photoshop_DateCreated="2019-04-29T15:11:12"), "2019-04-29T15:11:12", "2019:04:29 15:11:12"),
    "zone": (xmp_segment(photoshop_DateCreated="2019-05-03T08:11:12Z"), "2019-05-03T10:11:12", SCAN),
    "seconds": (xmp_segment(photoshop_DateCreated="2019-05-03T10:11"), "2019-05-03T10:11:12", SCAN),
}


@pytest.mark.parametrize(("other", "date", "written"), SCANS.values(), ids=SCANS)
def test_the_day_of_a_scan_is_not_written_over_that_of_the_picture(
    bench: Bench, other: bytes, date: str, written: str
) -> None:
    """CreateDate is the day on which a picture was digitized."""
    done = bench.fix(jpeg(exif_segment(block(exif=[text(0x9004, SCAN)])), other), UPLOADED)
    assert saying(done.capture_time) == date
    dates = {each.field: each.after for each in done.changes if not each.field.startswith("Offset")}
    assert dates == ({"DateTimeOriginal": written} if written else {})
    if not written and len(date) > len("1962-07-01"):
        assert "not written: DateTimeOriginal (another date in the file contradicts it)" in done.notes
    assert bench.fix(done.path.read_bytes(), UPLOADED).changes == ()


@pytest.mark.parametrize("digitized", ["2019-05-03T10:11:12", "2019", "last summer"])
def test_the_day_of_the_picture_is_not_written_beside_that_of_the_scan(bench: Bench, digitized: str) -> None:
    content = jpeg(exif_segment(block(exif=[original("1962:07:01 12:00:00")])), xmp_segment(xmp_CreateDate=digitized))
    done = bench.fix(content, service("1962-07-01T10:00:00", INSTANT))
    assert {each.field for each in done.changes} == {"OffsetTimeOriginal", "OffsetTime"}
    assert "not written: CreateDate (another date in the file contradicts it)" in done.notes


def test_dates_of_one_meaning_that_differ_are_left_alone(bench: Bench) -> None:
    content = jpeg(xmp_segment(exif_DateTimeOriginal="1962-07-01T12:00:00"), iptc_segment("19650102", "120000"))
    done = bench.fix(content, UPLOADED)
    assert (done.changes, done.sidecar) == ((), None)
