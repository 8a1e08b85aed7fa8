"""PNG, WebP, TIFF, HEIC and videos: where the fields go, and what is left to a sidecar."""

import io
import struct
import zlib

import pytest
from PIL import Image

from photosync.metadata import FixResult, Given, Outcome, Settings, choose_capture_time
from photosync.model import GpsPosition
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
    Bench,
    block,
    box,
    encoded,
    heic,
    mp4,
    original,
    png,
    png_chunk,
    riff_chunk,
    text,
    webp,
    xmp_packet,
)
from tests.metadata.raw_fields import entries, exif_of_png, exif_of_webp, text_of

ZERO = "0000:00:00 00:00:00"


def chunks(content: bytes) -> list[tuple[bytes, bytes]]:
    """Types and data of a PNG's chunks; every CRC is right."""
    found, at = [], 8
    while at < len(content):
        length = int.from_bytes(content[at : at + 4])
        type_, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        assert zlib.crc32(type_ + data) == int.from_bytes(content[at + 8 + length : at + 12 + length])
        found.append((type_, data))
        at += 12 + length
    return found


def test_png_without_exif_gets_a_chunk_before_the_image(bench: Bench) -> None:
    content = png(png_chunk(b"tEXt", b"Title\0x"))
    fixed = bench.fix(content, name="a.png").path.read_bytes()
    assert [type_ for type_, _ in chunks(fixed)] == [b"IHDR", b"tEXt", b"eXIf", b"IDAT", b"IEND"]
    assert [each for each in chunks(fixed) if each[0] != b"eXIf"] == chunks(content)
    assert text_of(exif_of_png(fixed), "Exif", 0x9003) == STAMP


def test_apng_gets_it_before_its_frame_control(bench: Bench) -> None:
    target = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    frames[0].save(target, "PNG", save_all=True, append_images=frames[1:])
    fixed = bench.fix(target.getvalue(), name="a.png").path.read_bytes()
    order = [type_ for type_, _ in chunks(fixed)]
    assert order.index(b"eXIf") < order.index(b"fcTL")
    with Image.open(io.BytesIO(fixed)) as image:
        assert getattr(image, "n_frames", 1) == 2


@pytest.mark.parametrize("behind", [False, True])
def test_png_exif_is_patched_where_it_is(bench: Bench, behind: bool) -> None:
    chunk = png_chunk(b"eXIf", block([], exif=[original(ZERO)]))
    content = png(after=[chunk]) if behind else png(chunk)
    fixed = bench.fix(content, name="a.png").path.read_bytes()
    assert [type_ for type_, _ in chunks(fixed)] == [type_ for type_, _ in chunks(content)]
    assert text_of(exif_of_png(fixed), "Exif", 0x9003) == STAMP
    assert text_of(exif_of_png(fixed), "Exif", 0x9004) == STAMP


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (png(png_chunk(b"zTXt", b"Raw profile type exif\0\0x")), "old text chunk"),
        (png(png_chunk(b"tEXt", b"Raw profile type APP1\0x")), "old text chunk"),
        (png()[:-20], "broken"),
        (png(png_chunk(b"eXIf", block([]))[:-1] + b"!"), "CRC"),
        (png(png_chunk(b"eXIf", b"no header")), "cannot be read"),
        (png(png_chunk(b"eXIf", block([])), png_chunk(b"eXIf", block([]))), "more than one"),
    ],
    ids=["zTXt", "tEXt", "cut", "CRC", "header", "two"],
)
def test_png_that_is_not_written_to(bench: Bench, content: bytes, words: str) -> None:
    done = bench.fix(content, settings=ARTIST, name="a.png")
    assert (done.outcome, done.path.read_bytes()) == (Outcome.SIDECAR, content)
    assert words in " ".join(done.notes)
    assert done.warning is ("old" not in words)


def test_png_with_a_date_in_xmp(bench: Bench) -> None:
    plain = b"XML:com.adobe.xmp\0\0\0\0\0" + xmp_packet(xmp_CreateDate="2011-12-13T14:15:16")
    compressed = b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(xmp_packet(xmp_CreateDate="2011-12-13T14:15:16"))
    for data in (plain, compressed):
        done = bench.fix(png(png_chunk(b"iTXt", data)), name="a.png")
        assert text_of(exif_of_png(done.path.read_bytes()), "Exif", 0x9003) == "2011:12:13 14:15:16"


def riff(content: bytes) -> list[bytes]:
    """The types of a WebP's chunks; every length is right."""
    assert int.from_bytes(content[4:8], "little") + 8 == len(content)
    found, at = [], 12
    while at < len(content):
        length = int.from_bytes(content[at + 4 : at + 8], "little")
        found.append(content[at : at + 4])
        at += 8 + length + length % 2
    assert at == len(content)
    return found


@pytest.mark.parametrize("lossless", [False, True])
def test_simple_webp_becomes_extended(bench: Bench, lossless: bool) -> None:
    content = webp(lossless=lossless)
    fixed = bench.fix(content, name="a.webp").path.read_bytes()
    assert riff(fixed) == [b"VP8X", riff(content)[0], b"EXIF"]
    assert fixed[20] & 0x08
    assert fixed[24:30] == b"\x0f\0\0\x0f\0\0"
    with Image.open(io.BytesIO(fixed)) as after, Image.open(io.BytesIO(content)) as before:
        assert (after.size, after.mode, after.tobytes()) == (before.size, before.mode, before.tobytes())


def test_lossless_webp_with_alpha_says_so(bench: Bench) -> None:
    target = io.BytesIO()
    Image.new("RGBA", (5, 7), (1, 2, 3, 77)).save(target, "WEBP", lossless=True)
    fixed = bench.fix(target.getvalue(), name="a.webp").path.read_bytes()
    assert fixed[20] == 0x18
    with Image.open(io.BytesIO(fixed)) as image:
        assert (image.size, image.mode) == ((5, 7), "RGBA")


@pytest.mark.parametrize("xmp", [b"XMP ", b"XMP\0"])
def test_exif_goes_before_xmp_and_unknown_chunks_stay(bench: Bench, xmp: bytes) -> None:
    content = webp(riff_chunk(b"abcd", b"odd"), riff_chunk(xmp, b"<x/>"), extended=True, flags=4)
    fixed = bench.fix(content, name="a.webp").path.read_bytes()
    assert riff(fixed) == [b"VP8X", b"VP8 ", b"abcd", b"EXIF", xmp]
    assert fixed[20] == 4 | 8
    assert riff_chunk(b"abcd", b"odd") in fixed


@pytest.mark.parametrize("extra", [b"", b"!"])
@pytest.mark.parametrize("artist", ["Ada Love", "Ada Lovel"])
def test_webp_exif_is_patched_with_padding(bench: Bench, extra: bytes, artist: str) -> None:
    exif = riff_chunk(b"EXIF", block([(0x013B, ASCII, 1, b"\0")], exif=[original(ZERO), DATES[1]]) + extra)
    content = webp(exif, riff_chunk(b"XMP ", b"<x/>"), extended=True, flags=12)
    fixed = bench.fix(content, settings=Settings(artist=artist), name="a.webp").path.read_bytes()
    assert riff(fixed) == [b"VP8X", b"VP8 ", b"EXIF", b"XMP "]
    assert text_of(exif_of_webp(fixed), "Exif", 0x9003) == OLD
    assert text_of(exif_of_webp(fixed), "0th", 0x013B) == artist


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (webp() + b"more", "RIFF size"),
        (webp()[:-6], "RIFF size"),
        (b"RIFF\x10\0\0\0WEBPVP8 \xff\xff\xff\x7f1234", "runs past"),
        (webp(riff_chunk(b"EXIF", b"no header"), extended=True), "cannot be read"),
    ],
    ids=["more", "cut", "length", "header"],
)
def test_broken_webp_stays(bench: Bench, content: bytes, words: str) -> None:
    done = bench.fix(content, name="a.webp")
    assert (done.outcome, done.warning, done.path.read_bytes()) == (Outcome.SIDECAR, True, content)
    assert words in " ".join(done.notes)


def tiff_entries(done: FixResult) -> dict[tuple[str, int], tuple[int, int, bytes]]:
    return entries(done.path.read_bytes())


def test_tiff_is_only_appended_to(bench: Bench) -> None:
    content = encoded("TIFF")
    done = bench.fix(content, settings=ARTIST, name="a.tif")
    fixed = done.path.read_bytes()
    assert fixed[8 : len(content)] == content[8:]
    assert fixed[:4] == content[:4]
    assert tiff_entries(done)["0th", 0x013B][2] == b"Ada Lovelace\0"
    with Image.open(io.BytesIO(fixed)) as after, Image.open(io.BytesIO(content)) as before:
        assert after.tobytes() == before.tobytes()


def test_second_pages_of_a_tiff_stay(bench: Bench) -> None:
    target = io.BytesIO()
    pages = [Image.new("L", (8, 8), shade) for shade in (10, 200)]
    pages[0].save(target, "TIFF", save_all=True, append_images=pages[1:])
    done = bench.fix(target.getvalue(), name="a.tif")
    with Image.open(done.path) as image:
        assert getattr(image, "n_frames", 1) == 2
        image.seek(1)
        assert image.getpixel((0, 0)) == 200


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (encoded("TIFF"), "a.nef"),
        (encoded("TIFF"), "a.dng"),
        (encoded("TIFF"), "a.jpg"),
        (block([(0x0106, SHORT, 1, struct.pack("<H", 32803))], exif=[]), "a.tif"),
        (block([(0xC612, BYTE, 4, b"\1\4\0\0")], exif=[]), "a.tif"),
        (b"II+\0\x08\0\0\0" + bytes(100), "a.tif"),
    ],
    ids=["NEF", "DNG", "name of another format", "CFA", "DNGVersion", "BigTIFF"],
)
def test_raw_files_are_never_written_to(bench: Bench, content: bytes, name: str) -> None:
    given = Given(name=name, taken=TAKEN)
    done = bench.fix(content, given, ARTIST, name=name)
    assert (done.outcome, done.path.read_bytes()) == (Outcome.SIDECAR, content)
    assert b"Ada Lovelace" in (done.sidecar or b"")


def test_a_raw_picture_far_behind_the_head_is_seen(bench: Bench) -> None:
    directory = struct.pack("<HHHII", 1, 0x0106, SHORT, 1, 34892) + bytes(4)
    content = b"II*\0" + struct.pack("<I", 100_000) + bytes(100_000 - 8) + directory
    done = bench.fix(content, settings=ARTIST, name="a.tif")
    assert (done.outcome, done.path.read_bytes()) == (Outcome.SIDECAR, content)


def test_a_raw_file_with_a_date_gets_no_date_in_a_sidecar(bench: Bench) -> None:
    content = block([text(0x010F, "NIKON")], exif=DATES)
    assert bench.fix(content, Given(name="a.nef", taken=TAKEN), name="a.nef").outcome is Outcome.UNTOUCHED
    done = bench.fix(b"FOVb" + bytes(100), Given(name="a.x3f", taken=TAKEN), name="a.x3f")
    assert (done.outcome, done.sidecar) == (Outcome.UNTOUCHED, None)


@pytest.mark.parametrize("prefix", [b"\0\0\0\0", b"\0\0\0\6Exif\0\0", b"\0\0\0\0Exif\0\0"])
def test_heic_zero_dates_are_filled_in_place(bench: Bench, prefix: bytes) -> None:
    content = heic(block([text(0x0131, "1.0")], exif=[original(ZERO), text(0x9004, ZERO)]), prefix=prefix)
    done = bench.fix(content, settings=Settings(artist="Ada", remove_software=True), name="a.heic")
    fixed = done.path.read_bytes()
    assert len(fixed) == len(content)
    assert fixed.count(STAMP.encode()) == 2
    assert {change.field for change in done.changes} == {"DateTimeOriginal", "CreateDate", "Software"}
    assert b"Ada" in (done.sidecar or b"")
    assert b"DateTimeOriginal" not in (done.sidecar or b"")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (heic(None), "no Exif item"),
        (heic(block([], exif=[])), "may not change its length"),
        (heic(block([(0x013B, ASCII, 1, b"\0")], exif=DATES)), "may not change its length"),
        (heic(block([], exif=[original(ZERO)]), linked=False, copies=2), "none linked"),
        (heic(block([], exif=[original(ZERO)]), copies=2), "one place"),
    ],
    ids=["none", "no room", "no room for a longer value", "unclear", "two"],
)
def test_heic_that_is_not_written_to(bench: Bench, content: bytes, words: str) -> None:
    done = bench.fix(content, settings=ARTIST, name="a.heic")
    assert (done.outcome, done.path.read_bytes()) == (Outcome.SIDECAR, content)
    assert words in " ".join(done.notes)


def test_half_a_position_is_not_written(bench: Bench) -> None:
    """The latitude fits in place of the empty one, the longitude does not fit."""
    content = heic(block([], exif=DATES, gps=[(2, RATIONAL, 3, bytes(24))]))
    done = bench.fix(content, Given(gps=GpsPosition(1, 2)), Settings(write_gps=True), name="a.heic")
    assert (done.outcome, done.path.read_bytes()) == (Outcome.SIDECAR, content)
    assert b"GPSLatitude" in (done.sidecar or b"")


def test_a_single_item_needs_no_link(bench: Bench) -> None:
    content = heic(block([], exif=[original(ZERO), text(0x9004, OLD)]), linked=False)
    assert bench.fix(content, name="a.heic").outcome is Outcome.FIXED


@pytest.mark.parametrize("version", [0, 1])
def test_creation_times_of_zero_are_filled(bench: Bench, version: int) -> None:
    content = mp4(0, version=version)
    done = bench.fix(content, Given(taken=INSTANT), name="a.mp4")
    fixed = done.path.read_bytes()
    seconds = 3_708_433_321
    size = 4 + 4 * version
    assert len(fixed) == len(content)
    assert fixed.count(seconds.to_bytes(size)) == 3
    for name in (b"mvhd", b"tkhd", b"mdhd"):
        at = fixed.index(name) + 8
        assert int.from_bytes(fixed[at : at + size]) == seconds
        assert fixed[at + size : at + 2 * size] == bytes(size), "the modification time stays"


def test_creation_times_that_are_there_stay(bench: Bench) -> None:
    assert bench.fix(mp4(3_600_000_000), Given(taken=INSTANT), name="a.mp4").outcome is Outcome.UNTOUCHED


def test_a_local_reading_makes_no_creation_time(bench: Bench) -> None:
    for settings in (Settings(), Settings(time_zone="Europe/Berlin")):
        done = bench.fix(mp4(0), settings=settings, name="a.mp4")
        assert done.outcome is Outcome.SIDECAR
        assert b"<xmp:CreateDate>2021-07-06T18:22:01</xmp:CreateDate>" in (done.sidecar or b"")


def test_authors_and_places_of_videos_go_to_a_sidecar(bench: Bench) -> None:
    given = Given(taken=INSTANT, gps=GpsPosition(1, 2))
    done = bench.fix(mp4(0), given, Settings(artist="Ada", write_gps=True), name="a.mov")
    assert done.outcome is Outcome.FIXED
    assert b"Ada" in (done.sidecar or b"")
    assert b"GPSLatitude" in (done.sidecar or b"")
    assert b"DateTimeOriginal" not in (done.sidecar or b"")


def test_boxes_of_more_than_four_gigabytes_are_passed_over(bench: Bench) -> None:
    """The header alone is read: the file is a hole of 5 GiB."""
    content = mp4(3_600_000_000)
    at = content.index(b"mdat") - 4
    large = (1).to_bytes(4) + b"mdat" + (5 << 30).to_bytes(8)
    path = bench.put(b"", "large.mp4")
    with path.open("wb") as file:
        file.write(content[:20] + large)
        file.truncate(20 + (5 << 30))
        file.seek(0, 2)
        file.write(content[20:at])
    found = choose_capture_time(path, Given(), Settings())
    assert [each.source.label for each in found.candidates] == ["QuickTime movie header"]


@pytest.mark.parametrize(
    "content",
    [mp4(0)[:50], box(b"ftyp", b"isom\0\0\0\0") + box(b"mdat", b"x"), mp4(0).replace(b"mvhd\0", b"mvhd\7")],
    ids=["cut", "no movie", "version"],
)
def test_broken_videos_stay(bench: Bench, content: bytes) -> None:
    done = bench.fix(content, Given(taken=INSTANT), name="a.mp4")
    assert (done.outcome, done.warning, done.path.read_bytes()) == (Outcome.UNTOUCHED, True, content)


@pytest.mark.parametrize("content", [b"", b"<html>error</html>", b"\x1aE\xdf\xa3" + bytes(50), b"%PDF-1.7"])
def test_other_files_get_a_file_time_alone(bench: Bench, content: bytes) -> None:
    done = bench.fix(content, Given(taken=INSTANT), ARTIST, name="a.bin")
    assert (done.outcome, done.sidecar, done.path.read_bytes()) == (Outcome.UNTOUCHED, None, content)
    assert done.capture_time.file_time is not None
    assert done.notes


@pytest.mark.parametrize(
    "content", [encoded("GIF"), encoded("BMP"), b"\xff\x0a" + bytes(30)], ids=["GIF", "BMP", "JPEG XL"]
)
def test_formats_that_get_sidecars_alone(bench: Bench, content: bytes) -> None:
    done = bench.fix(content, name="a.xyz")
    assert (done.outcome, done.path.read_bytes()) == (Outcome.SIDECAR, content)
    assert b"2021-07-06T18:22:01" in (done.sidecar or b"")


def test_a_gif_with_a_date_in_xmp_lacks_none(bench: Bench) -> None:
    packet = b"XMP DataXMP" + xmp_packet(xmp_CreateDate="2011-12-13T14:15:16") + b"\1\xff\xfe"
    content = encoded("GIF")[:-1] + b"\x21\xff\x0b" + packet + b";"
    assert bench.fix(content, name="a.gif").outcome is Outcome.UNTOUCHED


def test_photoshop_resources_are_read(bench: Bench) -> None:
    exif = block([], exif=DATES)
    resource = b"8BIM" + (1058).to_bytes(2) + b"\0\0" + len(exif).to_bytes(4) + exif + bytes(len(exif) % 2)
    content = b"8BPS\0\1" + bytes(20) + bytes(4) + len(resource).to_bytes(4) + resource
    assert bench.fix(content, name="a.psd").outcome is Outcome.UNTOUCHED
    assert bench.fix(b"8BPS\0\1" + bytes(28), name="a.psd").outcome is Outcome.SIDECAR
