"""Whether a picture can be sent to a frame unchanged, as a reduced copy, or not at all.

Facts: protocol notes on Aura, 6.2 and 8.1. JPEG, PNG and HEIC are known to be accepted, and files below 9.5 MB. Aura's
own web uploader sends at most 2048 pixels on the long edge, and so does this; HEIC, which cannot be reduced here, is
sent unchanged. Stereo pictures (MPO) and all other formats are converted to JPEG.
"""

from __future__ import annotations

from photosync.errors import ItemError, Reason
from photosync.formats.heif import read_size
from photosync.formats.sniff import JPEG, PNG
from photosync.formats.whole import is_whole
from photosync.formats.window import Window
from photosync.model import Kind
from photosync.provider import FileToUpload
from photosync_aura import decoding
from photosync_aura.decoding import LONG_EDGE, MOST_BYTES, Picture

_MOST_PIXELS = 250_000_000
"""More than any camera has; a picture with a larger size may be malicious."""
_JPEG = "image/jpeg"
TYPE_IDENTIFIERS = {_JPEG: "public.jpeg", "image/png": "public.png", "image/heic": "public.heic"}
"""Media types that are sent unchanged, with the service's name for each (`data_uti`)."""
SUFFIXES = {_JPEG: ".jpg", "image/png": ".png", "image/heic": ".heic"}
_BECOMES_JPEG = {
    _JPEG: "a stereo picture (MPO)",
    "image/gif": "a GIF",
    "image/webp": "a WebP picture",
    "image/tiff": "a TIFF",
    "image/bmp": "a BMP",
    "image/avif": "an AVIF picture",
    "image/jp2": "a JPEG 2000 picture",
}


def as_is(file: FileToUpload, *, resize: bool) -> Picture | None:
    """The picture to send unchanged; None if it must be sent as a reduced copy, which `resize` allows.

    Raises `ItemError` for a file that cannot be sent.
    """
    if file.kind is Kind.VIDEO:
        raise ItemError(
            f"{file.path}: a video. It is not known how to send videos to an Aura frame except with Aura's own "
            "app, so photosync sends none.",
            Reason.UNSUPPORTED,
        )
    if file.mime == "image/heic":
        return _heic(file)
    if file.mime not in TYPE_IDENTIFIERS and file.mime not in _BECOMES_JPEG:
        raise ItemError(
            f"{file.path}: Aura frames take photos, and this is {file.mime}. If it is one, convert it to JPEG first.",
            Reason.UNSUPPORTED,
        )
    picture = decoding.header(file) if file.mime in TYPE_IDENTIFIERS else None
    if picture is not None and picture.width * picture.height > _MOST_PIXELS:
        raise ItemError(
            f"{file.path}: {picture.width} x {picture.height} pixels, which no frame needs. Reduce it with another "
            "program first.",
            Reason.TOO_LARGE,
        )
    if picture is not None and file.size_bytes <= MOST_BYTES and max(picture.width, picture.height) <= LONG_EDGE:
        with decoding.opened(file) as source:
            is_complete = is_whole(Window.of_file(source), PNG if file.mime == PNG.mime else JPEG)
        if not is_complete:
            decoding.check(file)  # only a decoder may understand its structure
        return picture
    if resize:
        return None
    raise _needs_resize(file, picture)


def _needs_resize(file: FileToUpload, picture: Picture | None) -> ItemError:
    if picture is None:
        return ItemError(
            f"{file.path}: {_BECOMES_JPEG[file.mime]}, which an Aura frame does not take. --resize sends a JPEG of it, "
            f"of at most {LONG_EDGE} pixels on the long edge; your file stays as it is.",
            Reason.UNSUPPORTED,
        )
    long_edge = max(picture.width, picture.height)
    problem = (
        _too_large(file)
        if file.size_bytes > MOST_BYTES
        else f"{file.path}: {long_edge} pixels on the long edge, and Aura's own uploader sends at most {LONG_EDGE}."
    )
    return ItemError(
        f"{problem} --resize sends a copy of at most {LONG_EDGE} pixels on the long edge (it has {long_edge}); your "
        "file stays as it is.",
        Reason.TOO_LARGE,
    )


def _too_large(file: FileToUpload) -> str:
    return (
        f"{file.path}: {file.size_bytes / 1e6:.1f} MB, and nothing of more than {MOST_BYTES / 1e6:.1f} MB is known to "
        "reach an Aura frame."
    )


def _heic(file: FileToUpload) -> Picture:
    advice = "Convert it to JPEG first; photosync cannot decode HEIC."
    if file.size_bytes > MOST_BYTES:
        raise ItemError(f"{_too_large(file)} {advice}", Reason.TOO_LARGE)
    with decoding.opened(file) as source:
        size = read_size(Window.of_file(source))
    if size is None:
        raise ItemError(
            f"{file.path}: a HEIC picture whose size cannot be told for sure, and a wrong one would distort it on the "
            f"frame. {advice}",
            Reason.UNSUPPORTED,
        )
    return Picture(size.width, size.height, size.orientation, file.mime)
