"""Decodes pictures with Pillow: their headers, and reduced copies.

One picture is decoded at a time, and at a reduced size where the format allows it, so that little memory is needed.
All errors of Pillow become an `ItemError`.
"""

from __future__ import annotations

import io
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from photosync.errors import ItemError, Reason
from photosync.provider import FileToUpload

if TYPE_CHECKING:
    from PIL import Image

MOST_BYTES = 9_500_000
"""The largest file that is known to be accepted."""
LONG_EDGE = 2048
"""Pixels: the maximum of Aura's own web uploader."""
_QUALITIES = (90, 80, 70, 60, 50)
_MOST_MEMORY_BYTES = 512 << 20
"""The maximum memory for decoding: a picture that needs more is unsuitable for a frame, or malicious."""
_DECODERS = ("JPEG", "MPO", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "JPEG2000")
_BROKEN = (OSError, ValueError, SyntaxError, ArithmeticError, LookupError, TypeError, struct.error, MemoryError)
"""Pillow's exceptions for broken files."""

_VIEWS = 0xB002
"""MPEntry: the types of the pictures in one JPEG."""
_ORIENTATION, _EXIF, _GPS = 0x0112, 0x8769, 0x8825
_KEPT = (0x010E, 0x010F, 0x0110, 0x0132, 0x013B, 0x8298)
"""ImageDescription, Make, Model, DateTime, Artist, Copyright."""
_KEPT_EXIF = (0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0x9290, 0x9291, 0x9292)
"""The dates, with their offsets and fractions of seconds."""

_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Picture:
    """The data of a picture for the service. A wrong size distorts it on the frame."""

    width: int
    height: int
    """Pixels as stored."""
    orientation: int
    """EXIF orientation, 1 to 8."""
    mime: str


def header(file: FileToUpload) -> Picture | None:
    """A JPEG or PNG without decoding it; None for several views in one JPEG (MPO). Raises `ItemError`.

    Previews and gain maps after a JPEG are not views.
    """
    with opened(file) as source, _decoder(file, source) as image:
        if _is_stereo(image):
            return None
        return Picture(image.width, image.height, _orientation(_exif(image, decoded=False)), file.mime)


def check(file: FileToUpload) -> None:
    """Decode it, as small as possible. Raises `ItemError` if that fails."""
    with opened(file) as source, _decoder(file, source) as image:
        _draft(file, image, 1)
        image.load()


def reduced(file: FileToUpload) -> tuple[Picture, bytes]:
    """A JPEG of at most 2048 pixels on the long edge and below 9.5 MB, turned upright.

    It keeps date, GPS position and author of the EXIF. Raises `ItemError` for a file that cannot be decoded, or only
    with too much memory.
    """
    with file.open() as source, _decoder(file, source) as image:
        _draft(file, image, LONG_EDGE)
        image.load()
        exif = _exif(image, decoded=True)
        copy = _turned(_flat(image, file), _orientation(exif))
        extras = {"exif": _kept(exif), "icc_profile": _profile(image)}
        for quality in _QUALITIES:
            made = io.BytesIO()
            copy.save(made, "JPEG", quality=quality, optimize=True, **extras)
            if made.tell() < MOST_BYTES:
                break
        return Picture(copy.width, copy.height, 1, "image/jpeg"), made.getvalue()


@contextmanager
def opened(file: FileToUpload) -> Iterator[BinaryIO]:
    """The opened file, for reading that is not part of the upload. Raises `ItemError` if it cannot be read."""
    try:
        with file.path.open("rb") as source:
            yield source
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"cannot read {file.path}: {reason}. Check the file and its permissions."
        raise ItemError(message, Reason.UNREADABLE) from error


@contextmanager
def _decoder(file: FileToUpload, source: BinaryIO) -> Iterator[Image.Image]:
    # Imported here, because Pillow takes longer to load than all other modules of this package.
    from PIL import Image  # noqa: PLC0415

    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # problems are raised as `ItemError`
        Image.init()
        Image.MAX_IMAGE_PIXELS = None  # `_draft` checks the size before decoding
        try:
            with Image.open(source, formats=[name for name in _DECODERS if name in Image.OPEN]) as image:
                yield image
        except _BROKEN as error:
            raise ItemError(
                f"{file.path}: not a complete picture; it is damaged, or its end is missing. Nothing of it was sent.",
                Reason.NOT_MEDIA,
            ) from error


def _is_stereo(image: Image.Image) -> bool:
    """Whether the other images in the file are views to be shown, by the MP index (CIPA DC-007, 5.2.3.3)."""
    entries = getattr(image, "mpinfo", {}).get(_VIEWS, ())
    return any(str(entry["Attribute"]["MPType"]).startswith("Multi-Frame") for entry in entries)


def _draft(file: FileToUpload, image: Image.Image, long_edge: int) -> None:
    """Set the size for decoding, as small as possible. Raises `ItemError` if even that takes too much memory."""
    extra_bytes = _coefficients_bytes(image)
    factor = min(1.0, long_edge / max(image.size))
    image.draft(None, (max(1, int(image.width * factor)), max(1, int(image.height * factor))))
    if extra_bytes + _pixels_bytes(image) > _MOST_MEMORY_BYTES:
        raise ItemError(
            f"{file.path}: it has so many pixels that decoding it would take too much memory. Reduce it with another "
            "program first.",
            Reason.TOO_LARGE,
        )


def _coefficients_bytes(image: Image.Image) -> int:
    """The memory for a progressive JPEG's coefficients: all are kept, whatever the size for decoding."""
    if "progressive" not in image.info:
        return 0
    layers: list[tuple[int, int]] = [layer[1:3] for layer in getattr(image, "layer", ())] or [(1, 1)]
    most = max(across for across, _ in layers) * max(down for _, down in layers)
    return 2 * image.width * image.height * sum(across * down for across, down in layers) // most


def _pixels_bytes(image: Image.Image) -> int:
    """Twice the pixels' bytes: formats other than JPEG are converted at full size."""
    return 2 * image.width * image.height * (1 if image.mode in ("1", "L", "P") else 4)


def _flat(image: Image.Image, file: FileToUpload) -> Image.Image:
    """Convert to grey or colour, without transparency, at most 2048 pixels on the long edge."""
    from PIL.Image import Resampling, new  # noqa: PLC0415

    if image.mode.startswith(("I", "F")):
        raise ItemError(
            f"{file.path}: a grey picture of more than 8 bits, which photosync cannot reduce. Convert it to JPEG with "
            "another program first.",
            Reason.UNSUPPORTED,
        )
    mode = "RGBA" if image.has_transparency_data else "L" if image.mode in ("1", "L") else "RGB"
    small = image if image.mode == mode else image.convert(mode)
    small.thumbnail((LONG_EDGE, LONG_EDGE), Resampling.LANCZOS)
    if mode != "RGBA":
        return small
    flat = new("RGB", small.size, "white")
    flat.paste(small, mask=small.getchannel("A"))
    return flat


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    from PIL.Image import Transpose  # noqa: PLC0415

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    return image.transpose(turns[orientation]) if orientation in turns else image


def _profile(image: Image.Image) -> bytes | None:
    """The colour profile, if it still describes the colours of the copy."""
    profile = image.info.get("icc_profile")
    return profile if isinstance(profile, bytes) and image.mode in ("L", "RGB", "RGBA", "P") else None


def _exif(image: Image.Image, *, decoded: bool) -> Image.Exif:
    """The EXIF data, empty if it cannot be read."""
    from PIL.Image import Exif  # noqa: PLC0415

    exif = Exif()
    with suppress(*_BROKEN):
        if decoded or image.format != "PNG":
            return image.getexif()
        # `getexif` would decode a PNG to find EXIF after the pixels.
        exif.load(image.info.get("exif", b""))
    return exif


def _orientation(exif: Image.Exif) -> int:
    value = exif.get(_ORIENTATION)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _kept(exif: Image.Exif) -> bytes:
    """The part of the EXIF for the copy; empty if it cannot be read."""
    from PIL.Image import Exif  # noqa: PLC0415

    kept = Exif()
    try:
        kept.update({tag: exif[tag] for tag in _KEPT if tag in exif})
        dates = exif.get_ifd(_EXIF)
        kept[_EXIF] = {tag: dates[tag] for tag in _KEPT_EXIF if tag in dates}
        if gps := exif.get_ifd(_GPS):
            kept[_GPS] = dict(gps)
        kept[_ORIENTATION] = 1
        return kept.tobytes()
    except _BROKEN:
        return b""
