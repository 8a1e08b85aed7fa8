"""JPEG files, byte for byte: what moves, what does not, and when nothing may grow."""

import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest

from photosync.errors import ConfigError
from photosync.metadata import Change, FixResult, Given, Outcome, Settings, fix
from photosync.model import CaptureTime, GpsPosition, TimeMeaning
from tests.metadata.making import (
    ARTIST,
    ASCII,
    BYTE,
    DATES,
    INSTANT,
    OLD,
    RATIONAL,
    SHORT,
    STAMP,
    TAKEN,
    UNDEFINED,
    Bench,
    Entry,
    block,
    encoded,
    exif_segment,
    jpeg,
    original,
    photo,
    segment,
    text,
    xmp_segment,
)
from tests.metadata.raw_fields import exif_of_jpeg, jpeg_entries, text_of


def fields(done: FixResult) -> dict[str, str]:
    return {change.field: change.after for change in done.changes}


def texts(done: FixResult) -> dict[int, str]:
    return {
        tag: value.split(b"\0")[0].decode()
        for (_, tag), (type_, _, value) in jpeg_entries(done.path).items()
        if type_ == ASCII
    }


def test_a_file_without_exif_gets_a_segment_behind_jfif(bench: Bench) -> None:
    content = jpeg(segment(0xFE, b"a comment"))
    fixed = bench.fix(content).path.read_bytes()
    length = int.from_bytes(content[4:6])
    start = 4 + length
    new = int.from_bytes(fixed[start + 2 : start + 4]) + 2
    assert fixed[:start] == content[:start]
    assert fixed[start + 4 : start + 10] == b"Exif\0\0"
    assert fixed[start + new :] == content[start:]
    assert texts(bench.fix(content)) == {0x9003: STAMP, 0x9004: STAMP}


def test_a_file_without_jfif_gets_it_first(bench: Bench) -> None:
    fixed = bench.fix(jpeg(jfif=False)).path.read_bytes()
    assert fixed[:4] == b"\xff\xd8\xff\xe1"


def test_what_is_there_wins(bench: Bench) -> None:
    content = photo(block([text(0x013B, "Somebody Else")], exif=DATES))
    done = bench.fix(content, settings=ARTIST)
    assert (done.outcome, done.path.read_bytes()) == (Outcome.UNTOUCHED, content)
    assert done.notes[0] == "nothing is missing"


def test_an_author_in_xmp_is_an_author(bench: Bench) -> None:
    content = jpeg(exif_segment(block([], exif=DATES)), xmp_segment(dc_creator="Somebody Else"))
    assert bench.fix(content, settings=ARTIST).outcome is Outcome.UNTOUCHED


@pytest.mark.parametrize(
    "missing", ["0000:00:00 00:00:00", "    :  :     :  :  ", "                   ", "0000-00-00 00:00:00"]
)
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_date_that_is_none_is_filled_in_place(bench: Bench, missing: str, order: str) -> None:
    content = photo(block([], exif=[original(missing), text(0x9004, missing)], order=order))
    done = bench.fix(content)
    fixed = done.path.read_bytes()
    assert len(fixed) == len(content)
    assert fixed == content.replace(missing.encode(), STAMP.encode())
    assert done.changes[0] == Change("DateTimeOriginal", missing.strip(), STAMP)


def test_a_missing_create_date_takes_the_original_that_is_there(bench: Bench) -> None:
    done = bench.fix(photo(block([], exif=[original(OLD)])))
    assert fields(done) == {"CreateDate": OLD}


def test_a_doubtful_date_stays_and_is_not_spread(bench: Bench) -> None:
    content = photo(block([], exif=[original("1980:01:01 00:00:00")]))
    done = bench.fix(content)
    assert (done.outcome, done.capture_time.folder_time) == (Outcome.UNTOUCHED, TAKEN.reading)


@pytest.mark.parametrize(
    ("given", "settings", "expected"),
    [
        (Given(taken=TAKEN), Settings(), {0x9003: STAMP, 0x9004: STAMP}),
        (
            Given(taken=INSTANT),
            Settings(),
            {
                0x9003: "2021:07:06 16:22:01",
                0x9004: "2021:07:06 16:22:01",
                0x9010: "+00:00",
                0x9011: "+00:00",
                0x9012: "+00:00",
            },
        ),
        (
            Given(taken=INSTANT),
            Settings(time_zone="America/St_Johns"),
            {
                0x9003: "2021:07:06 13:52:01",
                0x9004: "2021:07:06 13:52:01",
                0x9010: "-02:30",
                0x9011: "-02:30",
                0x9012: "-02:30",
            },
        ),
        (Given(name="IMG_20210706_182201.jpg"), Settings(), {0x9003: STAMP, 0x9004: STAMP}),
    ],
    ids=["local reading", "instant", "instant in a zone", "file name"],
)
def test_what_is_written_of_which_kind_of_time(
    bench: Bench, given: Given, settings: Settings, expected: dict[int, str]
) -> None:
    assert texts(bench.fix(jpeg(), given, settings)) == expected


@pytest.mark.parametrize("name", ["IMG-20200101-WA0001.jpg", "holiday.jpg"])
def test_a_day_alone_is_never_written(bench: Bench, name: str) -> None:
    assert bench.fix(jpeg(), Given(name=name)).outcome is Outcome.UNTOUCHED


def test_modify_date_and_upload_are_never_copied(bench: Bench) -> None:
    content = photo(block([text(0x0132, OLD)], exif=[]))
    done = bench.fix(content, Given(name="x.jpg", added=datetime(2022, 1, 1, tzinfo=UTC)))
    assert (done.outcome, done.path.read_bytes()) == (Outcome.UNTOUCHED, content)


def test_a_fraction_of_a_second_is_written_with_a_date_of_ours(bench: Bench) -> None:
    taken = CaptureTime(TAKEN.reading.replace(microsecond=45_000), TimeMeaning.LOCAL)
    assert texts(bench.fix(jpeg(), Given(taken=taken)))[0x9291] == "045"
    done = bench.fix(photo(block([], exif=DATES)), Given(taken=taken))
    assert done.outcome is Outcome.UNTOUCHED


def test_offset_time_stays_away_when_the_modify_date_differs(bench: Bench) -> None:
    edited = [text(0x0132, "2010:01:01 01:01:01")]
    exif = [*DATES, text(0x9011, "")]
    given = Given(taken=CaptureTime(TAKEN.reading.replace(2001, 2, 3, 2, 5, 6), TimeMeaning.INSTANT))
    done = bench.fix(photo(block(edited, exif=exif)), given)
    assert fields(done) == {"OffsetTimeOriginal": "+02:00", "OffsetTimeDigitized": "+02:00"}
    done = bench.fix(photo(block([text(0x0132, OLD)], exif=exif)), given)
    assert fields(done)["OffsetTime"] == "+02:00"


def test_xmp_and_gps_fill_gaps_of_the_same_file(bench: Bench) -> None:
    done = bench.fix(jpeg(xmp_segment(exif_DateTimeOriginal="2011-12-13T14:15:16+01:00")))
    assert texts(done)[0x9003] == "2011:12:13 14:15:16"
    assert texts(done)[0x9011] == "+01:00"
    gps = [(7, RATIONAL, 3, struct.pack("<6I", 13, 1, 15, 1, 16, 1)), text(0x1D, "2011:12:13")]
    done = bench.fix(photo(block([], gps=gps)), Given(name="x.jpg"))
    assert texts(done)[0x9003] == "2011:12:13 13:15:16"
    assert texts(done)[0x9011] == "+00:00"


def test_position(bench: Bench) -> None:
    place = GpsPosition(-33.8567844, 151.2152967)
    settings = Settings(write_gps=True)
    for content in (jpeg(), photo(block([], exif=DATES)), photo(block([], exif=DATES, gps=[]))):
        done = bench.fix(content, Given(taken=TAKEN, gps=place), settings)
        found = {tag: value for (home, tag), value in jpeg_entries(done.path).items() if home == "GPS"}
        order = "<" if exif_of_jpeg(done.path.read_bytes())[:2] == b"II" else ">"
        assert found == {
            0: (BYTE, 4, b"\2\3\0\0"),
            1: (ASCII, 2, b"S\0"),
            2: (RATIONAL, 3, struct.pack(order + "6I", 33, 1, 51, 1, 244_238, 10_000)),
            3: (ASCII, 2, b"E\0"),
            4: (RATIONAL, 3, struct.pack(order + "6I", 151, 1, 12, 1, 550_681, 10_000)),
        }


def test_no_position_that_is_impossible_or_not_requested(bench: Bench) -> None:
    content = photo(block([], exif=DATES))
    nowhere, somewhere = Given(gps=GpsPosition(0, 0)), Given(gps=GpsPosition(1, 2))
    assert bench.fix(content, nowhere, Settings(write_gps=True)).outcome is Outcome.UNTOUCHED
    assert bench.fix(content, somewhere, Settings()).outcome is Outcome.UNTOUCHED
    latitude = struct.pack("<6I", 1, 1, 2, 1, 3, 1)
    known: list[Entry] = [(2, RATIONAL, 3, latitude), (4, RATIONAL, 3, latitude)]
    content = photo(block([], exif=DATES, gps=known))
    assert bench.fix(content, somewhere, Settings(write_gps=True)).outcome is Outcome.UNTOUCHED


def test_a_position_of_zero_by_zero_is_none(bench: Bench) -> None:
    empty: list[Entry] = [(2, RATIONAL, 3, bytes(24)), (4, RATIONAL, 3, bytes(24))]
    content = photo(block([], exif=DATES, gps=empty))
    done = bench.fix(content, Given(gps=GpsPosition(1, 2)), Settings(write_gps=True))
    assert jpeg_entries(done.path)["GPS", 2] == (RATIONAL, 3, struct.pack("<6I", 1, 1, 0, 1, 0, 10_000))


def test_no_offset_with_a_create_date_of_another_moment(bench: Bench) -> None:
    exif = [original(OLD), text(0x9004, "2015:05:05 05:05:05"), text(0x9010, "+02:00")]
    done = bench.fix(photo(block([], exif=exif)))
    assert fields(done) == {"OffsetTimeOriginal": "+02:00"}


def test_software_goes_only_when_asked_and_its_bytes_stay(bench: Bench) -> None:
    first = [(259, SHORT, 1, struct.pack("<H", 6))]
    content = photo(
        block([text(0x010F, "Maker"), text(0x0131, "Version 1.0"), text(0x0132, OLD)], exif=DATES, first=first)
    )
    assert bench.fix(content).outcome is Outcome.UNTOUCHED
    done = bench.fix(content, settings=Settings(remove_software=True))
    before, after = jpeg_entries(bench.put(content)), jpeg_entries(done.path)
    assert {**before} == {**after, ("0th", 0x0131): before["0th", 0x0131]}
    assert len(done.path.read_bytes()) == len(content)
    assert b"Version 1.0" in done.path.read_bytes()


def test_nothing_in_the_block_moves_when_something_is_added(bench: Bench) -> None:
    note = (0x927C, UNDEFINED, 1000, bytes(range(250)) * 4)
    content = photo(block([text(0x010F, "Maker")], exif=[*DATES, note], interop=[text(1, "R98")]))
    before, after = exif_of_jpeg(content), exif_of_jpeg(bench.fix(content, settings=ARTIST).path.read_bytes())
    changed = [at for at in range(len(before)) if before[at] != after[at]]
    assert set(changed) <= {4, 5, 6, 7}
    assert text_of(after, "0th", 0x013B) == "Ada Lovelace"


def test_values_and_directories_begin_at_even_places(bench: Bench) -> None:
    content = photo(block([text(0x010F, "Maker")], exif=DATES) + b"!")
    after = exif_of_jpeg(bench.fix(content, settings=Settings(artist="Ada L")).path.read_bytes())
    assert struct.unpack_from("<I", after, 4)[0] % 2 == 0
    assert after.index(b"Ada L\0") % 2 == 0


def test_entries_of_rubbish_keep_their_place_at_the_end(bench: Bench) -> None:
    rubbish = [(0, 0, 0, b""), (0, 0, 0, b"")]
    content = photo(block([text(0x010F, "Maker"), text(0x0132, OLD), *rubbish], exif=DATES))
    after = exif_of_jpeg(bench.fix(content, settings=ARTIST).path.read_bytes())
    (start,) = struct.unpack_from("<I", after, 4)
    count = struct.unpack_from("<H", after, start)[0]
    tags = [struct.unpack_from("<H", after, start + 2 + 12 * index)[0] for index in range(count)]
    assert tags == [0x010F, 0x0132, 0x013B, 0, 0, 0x8769]


def test_a_directory_without_entries_is_an_empty_list(bench: Bench) -> None:
    content = photo(block([]))
    done = bench.fix(content)
    assert texts(done) == {0x9003: STAMP, 0x9004: STAMP}


def test_the_rest_of_the_file_stays(bench: Bench) -> None:
    trailer = b"MOTION" * 1000
    content = photo(block([], exif=[]), trailer=trailer)
    fixed = bench.fix(content).path.read_bytes()
    at = content.index(b"\xff\xdb")
    assert fixed[fixed.index(b"\xff\xdb") :] == content[at:]


def test_a_truncated_scan_is_fixed_and_said(bench: Bench) -> None:
    content = photo(block([], exif=[]))[:-40]
    done = bench.fix(content)
    assert done.outcome is Outcome.FIXED
    assert "the image data is truncated" in done.notes


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xd8\xff\xd9", "no image data"),
        (b"\xff\xd8\xff\xe1\xff\xffExif", "segment of 65535 bytes"),
        (jpeg(exif_segment(b"II*\0\xff\xff\0\0")), "cannot be read"),
        (jpeg(exif_segment(b"no header")), "cannot be read"),
        (jpeg(exif_segment(b"II*\0\x08\0\0\0\xff\xff" + bytes(4000))), "does not end inside"),
    ],
    ids=["no scan", "cut", "pointer", "header", "65 535 entries"],
)
def test_damaged_files_stay_and_get_a_sidecar(bench: Bench, content: bytes, words: str) -> None:
    done = bench.fix(content)
    assert (done.outcome, done.warning, done.path.read_bytes()) == (Outcome.SIDECAR, True, content)
    assert words in " ".join(done.notes)


def test_fill_bytes_before_a_marker_are_allowed(bench: Bench) -> None:
    plain = photo(block([], exif=[]))
    at = plain.index(b"\xff\xdb")
    content = plain[:at] + b"\xff\xff" + plain[at:]
    fixed = bench.fix(content)
    assert fixed.outcome is Outcome.FIXED
    assert b"\xff\xff\xff\xdb" in fixed.path.read_bytes()


def test_a_loop_of_directories_is_not_written(bench: Bench) -> None:
    content = block([], exif=[])
    looped = content[:22] + struct.pack("<I", 8) + content[26:]
    done = bench.fix(photo(looped))
    assert (done.outcome, done.warning) == (Outcome.SIDECAR, True)


def test_progressive_images_have_their_end_found(bench: Bench) -> None:
    plain = encoded("JPEG", progressive=True)
    content = plain[:20] + exif_segment(block([], exif=DATES)) + plain[20:]
    done = bench.fix(content, settings=ARTIST)
    assert done.outcome is Outcome.FIXED
    assert not any("truncated" in note for note in done.notes)


def test_an_untouched_file_is_read_no_further_than_its_head(bench: Bench) -> None:
    """A hole of 64 GiB after the head: reading it would take too long."""
    content = photo(block([], exif=DATES))
    path = bench.put(content)
    with path.open("r+b") as file:
        file.truncate(1 << 36)
    done = fix(path, Given(taken=TAKEN), Settings(), bench.workspace)
    assert done.outcome is Outcome.UNTOUCHED


def test_a_second_run_changes_nothing(bench: Bench) -> None:
    settings = Settings(artist="Ada", copyright="© Ada", write_gps=True, remove_software=True)
    given = Given(taken=INSTANT, gps=GpsPosition(1.5, -2.5))
    content = photo(block([text(0x0131, "Version 1.0")], exif=[]))
    once = bench.fix(content, given, settings).path.read_bytes()
    again = bench.fix(once, given, settings)
    assert (again.outcome, again.changes) == (Outcome.UNTOUCHED, ())


def test_a_name_of_another_format_is_reported(bench: Bench) -> None:
    done = bench.fix(photo(block([], exif=DATES)), name="IMG_1.HEIC")
    assert "the name says .HEIC, the content is JPEG; the name stays" in done.notes


def test_an_author_longer_than_a_segment_goes_to_a_sidecar(bench: Bench) -> None:
    settings = Settings(artist="Ada " * 20_000)
    for content in (jpeg(), photo(block([], exif=DATES))):
        done = bench.fix(content, settings=settings)
        assert done.outcome is Outcome.SIDECAR
        assert b"Ada Ada" in (done.sidecar or b"")


@pytest.mark.parametrize("text", ["Ada\0", "Ada\udc80", "Ada\n"])
def test_an_author_that_cannot_be_written_is_a_configuration_error(text: str) -> None:
    with pytest.raises(ConfigError, match="artist"):
        Settings(artist=text)


def test_links(bench: Bench) -> None:
    path = bench.put(jpeg())
    second = path.with_name("second name.jpg")
    second.hardlink_to(path)
    done = fix(path, Given(taken=TAKEN), Settings(), bench.workspace)
    assert any("hard link" in note for note in done.notes)
    link = path.with_name("link.jpg")
    link.symlink_to(path)
    done = fix(link, Given(taken=TAKEN), Settings(), bench.workspace)
    assert (done.outcome, done.notes) == (Outcome.UNTOUCHED, ("left alone: it is a symbolic link",))


def test_permissions_and_file_time_go_along(bench: Bench) -> None:
    path = bench.put(jpeg())
    path.chmod(0o640)
    done = fix(path, Given(taken=TAKEN), Settings(), bench.workspace)
    assert done.path.stat().st_mode == path.stat().st_mode


def test_a_disk_error_says_which_file(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(jpeg())
    with pytest.raises(OSError, match="gone") as caught:
        fix(path, Given(taken=TAKEN), Settings(), tmp_path / "gone")
    assert "gone" in str(caught.value.filename)
    with pytest.raises(FileNotFoundError):
        fix(tmp_path / "nothing.jpg", Given(), Settings(), tmp_path)
