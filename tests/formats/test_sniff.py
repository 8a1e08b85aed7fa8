"""Content decides what a file is; names only where raw formats share TIFF's marks."""

import pytest

from photosync.formats.sniff import FormatKind, looks_like_text, sniff

HEADS = [
    (b"\xff\xd8\xff\xe1\0\x10Exif\0\0", "a.jpg", "JPEG", FormatKind.PHOTO),
    (b"\xff\xd8\xff\xe1\0\x10Exif\0\0", "a.heic", "JPEG", FormatKind.PHOTO),
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.png", "PNG", FormatKind.PHOTO),
    (b"RIFF\x10\0\0\0WEBPVP8 ", "a.webp", "WebP", FormatKind.PHOTO),
    (b"RIFF\x10\0\0\0AVI LIST", "a.avi", "AVI", FormatKind.VIDEO),
    (b"LIFE\x10\0\0\0WEBPVP8 ", "a.webp", None, None),
    (b"RIFF\x10\0\0\0WAVEfmt ", "a.wav", None, None),
    (b"II*\0\x08\0\0\0\0\0", "a.tif", "TIFF", FormatKind.PHOTO),
    (b"MM\0*\0\0\0\x08\0\0", "a.TIFF", "TIFF", FormatKind.PHOTO),
    (b"II*\0\x08\0\0\0\0\0", "a.nef", "NEF", FormatKind.RAW),
    (b"II*\0\x08\0\0\0\0\0", "a.jpg", "TIFF-like", FormatKind.RAW),
    (b"II*\0\x10\0\0\0CR\x02\0", "a.tif", "CR2", FormatKind.RAW),
    (b"II*\0\x08\0\0\0\x01\0\x12\xc6\x01\0\x04\0\0\0\x01\x04\0\0", "a.tif", "TIFF-like", FormatKind.RAW),
    (b"MM\0*\0\0\0\x08\0\x01\x01\x06\0\x03\0\0\0\x01\x80\x23\0\0", "a.tif", "TIFF-like", FormatKind.RAW),
    (b"II+\0\x08\0\0\0", "a.tif", "BigTIFF", FormatKind.RAW),
    (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a.jpg", "HEIC", FormatKind.PHOTO),
    (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "a.heic", "HEIC", FormatKind.PHOTO),
    (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", "a.avif", "AVIF", FormatKind.PHOTO),
    (b"\0\0\0\x18ftypisom\0\0\0\0isommp41", "a.mp4", "MP4", FormatKind.VIDEO),
    (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "a.MOV", "MOV", FormatKind.VIDEO),
    (b"\0\0\0\x08wide\0\0\x10\0mdat", "a.mov", "MOV", FormatKind.VIDEO),
    (b"\0\0\0\x18ftypcrx \0\0\0\0", "a.cr3", "CR3", FormatKind.RAW),
    (b"FUJIFILMCCD-RAW 0201", "a.raf", "RAF", FormatKind.RAW),
    (b"%PDF-1.4", "a.pdf", "PDF", FormatKind.OTHER),
    (b"", "a.jpg", None, None),
    (b"hello", "a.jpg", None, None),
]


@pytest.mark.parametrize(("head", "name", "format_name", "kind"), HEADS)
def test_content_decides_the_format(head: bytes, name: str, format_name: str | None, kind: FormatKind | None) -> None:
    found = sniff(head, name)
    assert (found.name if found else None, found.kind if found else None) == (format_name, kind)


def test_a_name_that_does_not_match_the_content_is_reported() -> None:
    jpeg = sniff(b"\xff\xd8\xff\xe0")
    assert jpeg is not None
    assert jpeg.fits("IMG_1.JPG")
    assert jpeg.fits("no extension")
    assert not jpeg.fits("IMG_1.HEIC")


@pytest.mark.parametrize(
    "text",
    [
        b"<!DOCTYPE html><html>",
        b"\n\n <html>",
        b"\xef\xbb\xbf<?xml version='1.0'?>",
        b'{"error": 1}',
        b"[]",
        b"{}",
        b'[ {"a":1}]',
        "<html>".encode("utf-16"),
    ],
)
def test_error_pages_look_like_text(text: bytes) -> None:
    assert looks_like_text(text)


@pytest.mark.parametrize("head", [head for head, *_ in HEADS if head != b"hello"])
def test_no_photo_looks_like_text(head: bytes) -> None:
    assert not looks_like_text(head)
