"""Whatever bytes come: no exception, bounded memory, the same picture, and a way back."""

import os
import struct
import tempfile
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from photosync.formats.sniff import looks_like_text, sniff
from photosync.metadata import (
    Given,
    Mode,
    Outcome,
    Settings,
    choose_capture_time,
    fix,
    merge_sidecar,
    undo,
)
from photosync.model import GpsPosition
from tests.metadata.making import (
    INSTANT,
    block,
    encoded,
    exif_segment,
    heic,
    iptc_segment,
    jpeg,
    mp4,
    original,
    png,
    png_chunk,
    riff_chunk,
    text,
    webp,
    xmp_packet,
    xmp_segment,
)

WANTED = Settings(artist="Ada", copyright="© Ada", write_gps=True, remove_software=True)
GIVEN = Given(name="photo.jpg", taken=INSTANT, gps=GpsPosition(1.5, -2.5))
MEMORY_BYTES = 8 << 20

quick = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=100)

TAGS = [
    *(0x010F, 0x0131, 0x0132, 0x013B, 0x8298, 0x8769, 0x8825, 0xA005, 0x014A, 0x9003, 0x9004, 0x9010, 0x9011, 0x9012),
    *(
        0x9291,
        0x927C,
        0xEA1C,
        0x0201,
        0x0202,
        0x0111,
        0x0117,
        0,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        0x1D,
        37121,
        41729,
        282,
        33437,
        34855,
    ),
]
tags = st.one_of(st.sampled_from(TAGS), st.integers(0, 0xFFFF))
types = st.one_of(st.integers(0, 14), st.sampled_from([0xFFFF, 129]))
counts = st.one_of(st.integers(0, 40), st.sampled_from([1000, 65535, 1 << 31, (1 << 32) - 1]))
offsets = st.one_of(st.integers(0, 600), st.integers(0, (1 << 32) - 1))
raw_entries = st.tuples(tags, types, counts, offsets)
directories = st.tuples(
    st.integers(8, 400), st.lists(raw_entries, max_size=12), offsets, st.sampled_from([0, 0, 0, 1, 65000])
)


@st.composite
def wild_blocks(draw: st.DrawFn) -> bytes:
    """Directories at random places that may overlap, loop and lie about how many entries they have."""
    order = draw(st.sampled_from("<>"))
    content = bytearray((draw(st.binary(max_size=64)) + b"2021:02:03 04:05:06\0" * 30)[:600])
    content[:8] = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(
        order + "I", draw(st.sampled_from([8, 8, 8, 100]))
    )
    for position, entries, following, lie in draw(st.lists(directories, min_size=1, max_size=4)):
        made = struct.pack(order + "H", (len(entries) + lie) & 0xFFFF)
        made += b"".join(struct.pack(order + "HHII", *entry) for entry in entries) + struct.pack(order + "I", following)
        content[position : position + len(made)] = made
    if draw(st.booleans()):
        content[8:10] = struct.pack(order + "H", 2)
        pointer = struct.pack(order + "HHII", 0x8769, 4, 1, draw(st.integers(0, 400)))
        content[10:38] = struct.pack(order + "HHII", *draw(raw_entries)) + pointer + bytes(4)
    return bytes(content[: draw(st.integers(0, len(content)))]) if draw(st.booleans()) else bytes(content)


small_types = st.integers(1, 12)


@st.composite
def sound_blocks(draw: st.DrawFn) -> bytes:
    """Blocks in which all offsets are valid, whatever their content."""
    order = draw(st.sampled_from("<>"))
    sizes = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
    pointers = {0x8769, 0x8825, 0xA005, 0x014A, 0x0201, 0x0202, 0x0111, 0x0144}

    def entries() -> list[tuple[int, int, int, bytes]]:
        found = []
        for tag in sorted(draw(st.sets(tags, max_size=8)) - pointers):
            type_, count = draw(small_types), draw(st.integers(0, 9))
            length = sizes[type_] * count
            dates = st.sampled_from([b"0000:00:00 00:00:00\0", b"2011:02:03 04:05:06\0"])
            value = draw(dates) if type_ == 2 and count > 6 else draw(st.binary(min_size=length, max_size=length))
            found.append((tag, type_, len(value) // sizes[type_], value))
        return found

    return block(
        entries(),
        exif=entries() if draw(st.booleans()) else None,
        gps=entries() if draw(st.booleans()) else None,
        first=entries() if draw(st.booleans()) else None,
        order=order,
    )


def after_exif(content: bytes) -> bytes:
    """Everything from the quantization tables on: the picture."""
    return content[content.index(b"\xff\xdb\0\x43\0\x03") :]


def check(content: bytes, given_: Given = GIVEN, name: str = "photo.jpg") -> Outcome:
    """Fix it twice and undo it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content)
        workspace = Path(folder, "partial")
        workspace.mkdir()
        done = fix(path, given_, WANTED, workspace)
        assert path.read_bytes() == content
        assert done.outcome is not Outcome.REFUSED, done.notes
        if done.outcome is Outcome.FIXED:
            assert done.undo is not None
            again = fix(done.path, given_, WANTED, workspace)
            assert again.path == done.path, again.changes
            if content[:3] == b"\xff\xd8\xff":
                assert after_exif(done.path.read_bytes()) == after_exif(content)
            assert undo(done.path, done.undo.encode(), workspace).read_bytes() == content
        else:
            assert list(workspace.iterdir()) == []
        return done.outcome


@quick
@given(wild_blocks())
@example(b"II*\0\x08\0\0\0\xff\xff")
@example(b"MM\0*\xff\xff\xff\xff")
def test_wild_blocks_never_raise(content: bytes) -> None:
    check(jpeg(exif_segment(content)))


@quick
@given(sound_blocks())
def test_sound_blocks_are_fixed_without_loss(content: bytes) -> None:
    check(jpeg(exif_segment(content)))


@quick
@given(sound_blocks())
def test_sound_blocks_are_fixed_in_png_and_webp_too(content: bytes) -> None:
    check(png(png_chunk(b"eXIf", content)), name="a.png")
    check(webp(riff_chunk(b"EXIF", content), extended=True, flags=8), name="a.webp")


WHOLE = {
    "photo.jpg": jpeg(
        exif_segment(block([text(0x0131, "1.0")], exif=[original("0000:00:00 00:00:00")], gps=[], first=[])),
        xmp_segment(exif_DateTimeOriginal="2011-02-03T04:05:06"),
        iptc_segment("20110203", "040506+0100"),
    ),
    "photo.png": png(png_chunk(b"eXIf", block([], exif=[])), png_chunk(b"tEXt", b"Creation Time\0002011-02-03")),
    "photo.webp": webp(
        riff_chunk(b"EXIF", block([], exif=[])), riff_chunk(b"XMP ", xmp_packet()), extended=True, flags=12
    ),
    "photo.tif": encoded("TIFF"),
    "photo.heic": heic(block([text(0x0131, "1.0")], exif=[original("0000:00:00 00:00:00")])),
    "video.mov": mp4(0, creation_date="2021-07-06T18:22:01+0200", brand=b"qt  "),
    "photo.gif": encoded("GIF"),
    "photo.psd": b"8BPS\0\1" + bytes(20) + bytes(4) + (30).to_bytes(4) + b"8BIM\x04\x22\0\0\0\0\0\x12" + block([]),
    "photo.jxl": b"\0\0\0\x0cJXL \r\n\x87\n" + b"\0\0\0\x20Exif\0\0\0\0" + block([]),
    "photo.raf": b"FUJIFILMCCD-RAW " + bytes(68) + (92).to_bytes(4) + (400).to_bytes(4) + jpeg(exif_segment(block([]))),
    "photo.cr3": b"\0\0\0\x10ftypcrx \0\0\0\0\0\0\0\x40moov\0\0\0\x38uuid" + bytes(16) + b"\0\0\0\x20CMT2" + block([]),
}


@quick
@given(name=st.sampled_from(sorted(WHOLE)), data=st.data())
def test_files_that_were_cut_or_hit_never_raise(name: str, data: st.DataObject) -> None:
    content = bytearray(WHOLE[name])
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.sampled_from([0, 1, 8, 0x7F, 0xD8, 0xFF]))
    end = data.draw(st.one_of(st.just(len(content)), st.integers(0, len(content))))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content[:end])
        workspace = Path(folder, "partial")
        workspace.mkdir()
        given_ = Given(name=name, taken=INSTANT, gps=GIVEN.gps)
        for mode in Mode:
            done = fix(path, given_, Settings(mode=mode, artist="Ada", write_gps=True, remove_software=True), workspace)
            assert done.outcome is not Outcome.REFUSED, done.notes
            assert done.notes or done.outcome is Outcome.FIXED
        assert path.read_bytes() == content[:end]


@quick
@given(st.binary(max_size=300), st.text(max_size=20))
def test_heads_are_sniffed_whatever_they_are(head: bytes, name: str) -> None:
    sniff(head, name)
    looks_like_text(head)
    choose_capture_time(head, Given(name=name), Settings())


@quick
@given(st.binary(max_size=300))
def test_sidecars_are_merged_whatever_they_are(theirs: bytes) -> None:
    ours = xmp_packet(dc_creator="Ada")
    merged = merge_sidecar(theirs, ours)
    assert merged.content is None or theirs[:10] == merged.content[:10]


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(wild_blocks())
def test_memory_is_bounded_whatever_a_block_claims(content: bytes) -> None:
    whole = jpeg(exif_segment(content))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "photo.jpg")
        path.write_bytes(whole)
        tracemalloc.start()
        try:
            assert fix(path, GIVEN, WANTED, Path(folder)).outcome is not Outcome.REFUSED
            assert tracemalloc.get_traced_memory()[1] < MEMORY_BYTES
        finally:
            tracemalloc.stop()


def huge(name: str) -> bytes:
    """Heads that claim gigabytes."""
    four = (0xFFFFFFF0).to_bytes(4)
    return {
        "a.png": b"\x89PNG\r\n\x1a\n" + four + b"eXIf",
        "a.webp": b"RIFF" + (1 << 28).to_bytes(4, "little") + b"WEBPEXIF" + (1 << 28).to_bytes(4, "little"),
        "a.heic": b"\0\0\0\x10ftypheic\0\0\0\0" + b"\x20\0\0\0meta",
        "a.mov": b"\0\0\0\x10ftypqt  \0\0\0\0" + b"\x20\0\0\0moov" + b"\x1f\0\0\0meta" + b"\x1e\0\0\0keys",
        "a.psd": b"8BPS\0\1" + bytes(20) + bytes(4) + four + b"8BIM\x04\x24\0\0" + four,
        "a.tif": b"II*\0\x08\0\0\0\x02\0\xbc\x02\x01\0\xff\xff\xff\x3f\0\0\0\0\x3b\x01\x02\0\xff\xff\xff\x3f\x10\0\0\0"
        + bytes(4),
        "a.raf": b"FUJIFILMCCD-RAW " + bytes(68) + (92).to_bytes(4) + four,
        "a.jxl": b"\0\0\0\x0cJXL \r\n\x87\n" + b"\x20\0\0\0xml ",
    }[name]


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.heic", "a.mov", "a.psd", "a.tif", "a.raf", "a.jxl"])
def test_memory_is_bounded_whatever_a_head_claims(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(huge(name))
    os.truncate(path, 1 << 29)
    tracemalloc.start()
    try:
        done = fix(path, Given(name=name, taken=INSTANT), Settings(artist="Ada", mode=Mode.SIDECAR), tmp_path)
        assert done.outcome is not Outcome.REFUSED
        assert tracemalloc.get_traced_memory()[1] < 4 * MEMORY_BYTES
    finally:
        tracemalloc.stop()


def test_a_bug_at_one_photo_is_a_note_of_that_photo(tmp_path: Path) -> None:
    """No such photo is known; a position that is none makes the fixer fail."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(jpeg())
    done = fix(path, replace(GIVEN, gps=cast("GpsPosition", "nowhere")), Settings(write_gps=True), tmp_path)
    assert (done.outcome, done.path, done.warning) == (Outcome.REFUSED, path, True)
    assert "please report it" in done.notes[0]
    assert done.capture_time.folder_date is not None
    assert list(tmp_path.iterdir()) == [path]
