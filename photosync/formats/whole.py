"""Whether a file is complete, by its structure; the image data is not decoded."""

from __future__ import annotations

from collections.abc import Callable

from photosync.formats import sniff
from photosync.formats.boxes import boxes
from photosync.formats.chunks import png_chunks, riff_size
from photosync.formats.jpeg import end_of_image, segments
from photosync.formats.sniff import Format
from photosync.formats.window import CHUNK, MalformedError, Window


def is_whole(window: Window, format_: Format) -> bool | None:
    """Whether a file has the end that its format requires; None for formats without a check here.

    JPEG: an end of image after the first scan (an embedded preview has another end before it). PNG: all chunks up to
    IEND. GIF: the trailer. WebP: the size in the header. Videos and HEIF: boxes that fill the file, one of them the
    index.
    """
    check = _CHECKS.get(format_)
    try:
        return check(window) if check else None
    except MalformedError:
        return False


def _jpeg(window: Window) -> bool:
    *_, scan = segments(window)
    return end_of_image(window, scan.end) is not None


def _png(window: Window) -> bool:
    return any(chunk.type == b"IEND" for chunk in png_chunks(window))


def _gif(window: Window) -> bool:
    return window.read(max(0, window.size - CHUNK), CHUNK).rstrip(b"\0").endswith(b";")


def _webp(window: Window) -> bool:
    return riff_size(window) <= window.size


def _boxes(window: Window) -> bool:
    found = list(boxes(window, 0, window.size))
    return bool(found) and found[-1].end == window.size and any(box.type in (b"moov", b"meta") for box in found)


_CHECKS: dict[Format, Callable[[Window], bool]] = {
    sniff.JPEG: _jpeg,
    sniff.PNG: _png,
    sniff.GIF: _gif,
    sniff.WEBP: _webp,
    **dict.fromkeys((sniff.HEIC, sniff.HEIF, sniff.AVIF, sniff.MP4, sniff.MOV, sniff.THREE_GP), _boxes),
}
