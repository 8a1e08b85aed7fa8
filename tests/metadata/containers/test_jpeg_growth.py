"""JPEG files that may not grow, and what grows along in those that may."""

import struct

import pytest

from photosync.metadata import FixResult, Outcome
from tests.metadata.making import (
    ARTIST,
    DATES,
    LONG,
    UNDEFINED,
    Bench,
    block,
    encoded,
    exif_segment,
    jpeg,
    photo,
    segment,
    text,
)


def refused_to_grow(bench: Bench, content: bytes, words: str) -> FixResult:
    done = bench.fix(content, settings=ARTIST)
    assert (done.outcome, done.path.read_bytes()) == (Outcome.SIDECAR, content)
    assert words in " ".join(done.notes)
    assert b"Ada Lovelace" in (done.sidecar or b"")
    return done


def addressed_preview(blank: bool, order: str) -> bytes:
    """A preview behind the image, its offset from the TIFF header in the MakerNote."""
    preview = (b"\0" if blank else b"\xff") + b"\xd8\xff\xe0" + bytes(60)

    def made(offset: int) -> bytes:
        note = (0x927C, UNDEFINED, 12, b"MLY0" + struct.pack(order + "I", offset) + b"\0\0\0\0")
        return photo(block([], exif=[*DATES, note]), trailer=preview)

    plain = made(0)
    return made(len(plain) - len(preview) - plain.index(b"II*\0"))


@pytest.mark.parametrize("blank", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_no_growth_before_a_preview_that_is_addressed(bench: Bench, blank: bool, order: str) -> None:
    refused_to_grow(bench, addressed_preview(blank, order), "preview")


def test_a_preview_without_a_pointer_is_no_reason(bench: Bench) -> None:
    content = photo(block([], exif=DATES), trailer=b"\xff\xd8\xff\xe0" + bytes(60))
    assert bench.fix(content, settings=ARTIST).outcome is Outcome.FIXED


def test_no_growth_before_image_data_that_is_damaged(bench: Bench) -> None:
    content = photo(block([], exif=DATES))[:-20] + b"\xff\x30\xff\xff"
    refused_to_grow(bench, content, "the image data is damaged")
    assert bench.fix(content[:2] + content[content.index(b"\xff\xdb") :]).outcome is Outcome.SIDECAR


def test_no_growth_before_an_afcp_trailer(bench: Bench) -> None:
    trailer = b"data" * 10 + b"AXS!" + bytes(8)
    refused_to_grow(bench, photo(block([], exif=DATES), trailer=trailer), "AFCP")
    done = bench.fix(jpeg(trailer=trailer))
    assert done.outcome is Outcome.SIDECAR


def test_no_growth_with_two_exif_segments(bench: Bench) -> None:
    content = jpeg(exif_segment(block([], exif=DATES)), exif_segment(block([], exif=DATES)))
    refused_to_grow(bench, content, "more than one Exif segment")


def test_no_growth_when_a_value_runs_past_the_end(bench: Bench) -> None:
    whole = block([], exif=[*DATES, (0x927C, UNDEFINED, 40, bytes(40))])
    refused_to_grow(bench, photo(whole[:-1]), "runs past the end")


def test_no_growth_when_two_pointers_lead_to_the_directory(bench: Bench) -> None:
    content = block([(0x014A, LONG, 1, struct.pack("<I", 8)), text(0x010F, "Maker")], exif=DATES)
    refused_to_grow(bench, photo(content), "two pointers")


def mpf(first_size: int, order: str) -> bytes:
    """An index of two images; CIPA DC-007, 5.2."""
    images = struct.pack(order + "IIIHH", 0x030000, first_size, 0, 0, 0) + struct.pack(
        order + "IIIHH", 0, 90, 500, 0, 0
    )
    count = struct.pack(order + "I", 2)
    content = block(
        [(0xB000, UNDEFINED, 4, b"0100"), (0xB001, LONG, 1, count), (0xB002, UNDEFINED, 32, images)], order=order
    )
    return segment(0xE2, b"MPF\0" + content)


def gain_map_photo(order: str, *, mpf_first: bool = False, wrong_by: int = 0, exif: bool = True) -> bytes:
    def made(size: int) -> bytes:
        parts = [exif_segment(block([], exif=DATES))] if exif else []
        parts.insert(0 if mpf_first else 1, mpf(size, order))
        return jpeg(*parts, trailer=encoded("JPEG"))

    return made(len(made(0)) - len(encoded("JPEG")) + wrong_by)


def first_size(content: bytes, order: str) -> int:
    at = content.index(b"0100", content.index(b"MPF\0"))
    at = content.index(struct.pack(order + "I", 0x030000), at)
    return int(struct.unpack_from(order + "I", content, at + 4)[0])


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("exif", [True, False])
def test_the_size_of_the_first_image_grows_with_it(bench: Bench, order: str, exif: bool) -> None:
    content = gain_map_photo(order, exif=exif)
    fixed = bench.fix(content, settings=ARTIST).path.read_bytes()
    assert first_size(fixed, order) == first_size(content, order) + len(fixed) - len(content)
    assert fixed[first_size(fixed, order) :] == encoded("JPEG")


def test_a_wrong_size_of_the_first_image_stays_wrong(bench: Bench) -> None:
    content = gain_map_photo("<", wrong_by=-3)
    done = bench.fix(content, settings=ARTIST)
    assert first_size(done.path.read_bytes(), "<") == first_size(content, "<")
    assert any("MPF" in note for note in done.notes)


def test_no_growth_behind_an_mpf_segment(bench: Bench) -> None:
    refused_to_grow(bench, gain_map_photo("<", mpf_first=True), "MPF")
