"""Whether a file is complete, by its structure; the image data is not decoded."""

from __future__ import annotations

import re
from collections.abc import Callable

from photosync.formats import jpeg, sniff
from photosync.formats.boxes import Box, read_box
from photosync.formats.chunks import png_chunks, riff_size
from photosync.formats.gif import end_of_gif
from photosync.formats.heif import read_items
from photosync.formats.matroska import fills_its_size
from photosync.formats.movie_data import ends_of_media_data
from photosync.formats.sniff import Format
from photosync.formats.tiff_data import holds_its_data
from photosync.formats.window import CutError, MalformedError, Window

_BOXES = frozenset(
    (
        *(b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"meta", b"free", b"skip", b"wide", b"uuid", b"udta", b"pnot"),
        *(b"sidx", b"ssix", b"prft", b"mfra", b"emsg", b"mpvd", b"sefd", b"jP  ", b"jp2h", b"jp2c", b"jp2i", b"xml "),
        *(b"JXL ", b"jxll", b"jxlc", b"jxlp", b"jxli", b"jbrd", b"Exif", b"brob", b"jumb", b"PICT", b"junk", b"idat"),
    )
)
"""The boxes of a file's upper level. A box of another type that does not fit is a trailer of the maker."""
_NEEDED = frozenset((b"moov", b"meta", b"moof", b"jp2c", b"jxlc", b"jxlp"))
"""One of these is the index or the image."""
_MAX_BOXES = 100_000
_MAX_TRAILER_PICTURES = 64
_BMP_UNCOMPRESSED, _BMP_HEADER_BYTES = (0, 3), 40
_VIDEO = re.compile(rb"\0\0\0[\x0c-\x80]ftyp")
_SAMSUNG_BLOCK, _SAMSUNG_END = b"\x0a", b"SEFT"


def is_whole(window: Window, format_: Format) -> bool | None:
    """Whether a file has the end that its format requires; None if the structure does not tell.

    JPEG: an end of image after the first scan (an embedded preview has another end before it). PNG: all chunks up to
    IEND. GIF: all blocks up to the trailer. WebP, AVI, BMP: the size in the header. MP4, HEIF and their relatives: all
    boxes, one of them the index, and all data that the index names. TIFF, DNG: all strips and tiles. Matroska: the
    elements' sizes. More data may follow in all of them. What is damaged in another way is not judged.
    """
    check = _CHECKS.get(format_)
    try:
        return check(window) if check else None
    except CutError:
        return False
    except MalformedError:
        return None


def has_cut_trailer(window: Window, format_: Format) -> bool:
    """Whether a whole JPEG is followed by a second picture or a motion photo's video that ends too early.

    Programs that edit pictures leave such rests too, so this is a doubt and no proof.
    """
    if format_ is not sniff.JPEG:
        return False
    try:
        position = _end_of_jpeg(window)
        for _ in range(_MAX_TRAILER_PICTURES):
            if window.read(position, 3) != b"\xff\xd8\xff":
                break
            trailer = window.part(position, window.size - position)
            position += _end_of_jpeg(trailer)
        return _is_cut_trailer(window.part(position, window.size - position))
    except CutError:
        return True
    except MalformedError:
        return False


def _is_cut_trailer(trailer: Window) -> bool:
    head = trailer.read(0, 8)
    video = _position_of_video(trailer)
    if video is not None:
        return not _boxes(trailer.part(video, trailer.size))
    if head[:2] == b"\0\0" and head[3:4] == _SAMSUNG_BLOCK:  # blocks of Samsung's, then a directory of them
        return trailer.read(trailer.size - 4, 4) != _SAMSUNG_END
    return False


def _position_of_video(trailer: Window) -> int | None:
    """Of the box `ftyp`, which begins a video; data of the camera may come before."""
    position, last = 0, b""
    for chunk in trailer.chunks(0, trailer.size):
        found = _VIDEO.search(last + chunk)
        if found is not None:
            return position - len(last) + found.start()
        position += len(chunk)
        last = chunk[-7:]
    return None


def _end_of_jpeg(window: Window) -> int:
    end = jpeg.end_of_image(window, jpeg.first_scan(window))
    if end is None:
        raise CutError("no end of image")
    return end


def _jpeg(window: Window) -> bool:
    return _end_of_jpeg(window) > 0


def _png(window: Window) -> bool:
    return any(chunk.type == b"IEND" for chunk in png_chunks(window))


def _gif(window: Window) -> bool:
    return end_of_gif(window) > 0


def _riff(window: Window) -> bool | None:
    size = riff_size(window)
    # Writers that could not go back leave 0 or the largest number.
    return None if size in (8, 8 + 0xFFFFFFFF) else size <= window.size


def _bmp(window: Window) -> bool | None:
    head = window.exactly(0, 54)
    size, start = (int.from_bytes(head[at : at + 4], "little") for at in (2, 10))
    width, height = (int.from_bytes(head[at : at + 4], "little", signed=True) for at in (18, 22))
    depth, compression = int.from_bytes(head[28:30], "little"), int.from_bytes(head[30:34], "little")
    if compression in _BMP_UNCOMPRESSED and head[14] >= _BMP_HEADER_BYTES:
        size = start + (width * depth + 31) // 32 * 4 * abs(height)  # surer than the size in the header
    return size <= window.size if size else None


def _boxes(window: Window) -> bool:
    found = _upper_boxes(window)
    if not any(box.type in _NEEDED for box in found):
        return False
    ends = [0]
    for box in found:
        if box.type == b"moov":
            ends += ends_of_media_data(window, box)
    if any(box.type == b"meta" for box in found):
        ends += _ends_of_items(window)
    return max(ends) <= window.size


def _upper_boxes(window: Window) -> list[Box]:
    """The boxes up to a trailer. Raises `CutError` if the last one does not end in the file."""
    found: list[Box] = []
    position = 0
    while window.size - position >= 8 and len(found) < _MAX_BOXES:
        type_ = window.exactly(position + 4, 4)
        try:
            box = read_box(window, position, window.size)
        except MalformedError:
            if type_ in _BOXES:
                raise
            break
        if type_ not in _BOXES and not type_.isalnum():
            break
        found.append(box)
        position = box.end
    return found


def _ends_of_items(window: Window) -> list[int]:
    try:
        items = read_items(window).items.values()
    except MalformedError:
        return []
    return [offset + length for item in items for offset, length in item.extents]


_CHECKS: dict[Format, Callable[[Window], bool | None]] = {
    sniff.JPEG: _jpeg,
    sniff.PNG: _png,
    sniff.GIF: _gif,
    sniff.BMP: _bmp,
    sniff.MATROSKA: fills_its_size,
    **dict.fromkeys((sniff.WEBP, sniff.AVI), _riff),
    **dict.fromkeys((sniff.HEIC, sniff.HEIF, sniff.AVIF, sniff.MP4, sniff.MOV, sniff.THREE_GP, sniff.CR3), _boxes),
    **dict.fromkeys(
        (sniff.JXL, sniff.JPEG2000), lambda window: _boxes(window) if window.read(4, 4) in _BOXES else None
    ),
    **dict.fromkeys((sniff.TIFF, sniff.TIFF_LIKE, sniff.CR2, *sniff.TIFF_RAWS), holds_its_data),
}
