"""Pictures decoded by Pillow: their headers, and reduced copies.

One picture is decoded at a time, and at a reduced size where the format allows it, so that little memory is needed.
Whatever Pillow finds wrong in a file is an `ItemError`.
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

_QUALITIES = (90, 80, 70, 60, 50)
_MOST_MEMORY_BYTES = 512 << 20
"""What decoding may take: a picture that needs more is not one for a frame, or is made to do harm."""
_DECODERS = ("JPEG", "MPO", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "JPEG2000")
_BROKEN = (OSError, ValueError, SyntaxError, ArithmeticError, LookupError, TypeError, struct.error, MemoryError)
"""What Pillow raises for broken files."""

_VIEWS = 0xB002
"""MPEntry: what the pictures in one JPEG are."""
_ORIENTATION, _EXIF, _GPS = 0x0112, 0x8769, 0x8825
_KEPT = (0x010E, 0x010F, 0x0110, 0x0132, 0x013B, 0x8298)
"""ImageDescription, Make, Model, DateTime, Artist, Copyright."""
_KEPT_EXIF = (0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0x9290, 0x9291, 0x9292)
"""The dates, with their offsets and fractions of seconds."""

_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Header:
    """What is known of a picture without decoding it."""

    width: int
    height: int
    orientation: int
    """1 to 8."""
    is_stereo: bool
    """Several views in one JPEG (MPO); previews and gain maps behind a JPEG do not count."""


@dataclass(frozen=True, slots=True)
class Reduced:
    """A JPEG that was made from a picture, and turned upright."""

    width: int
    height: int
    content: bytes


def header(file: FileToUpload) -> Header:
    """Of a JPEG or PNG. Raises `ItemError`."""
    with _decoder(file, file.path.open("rb")) as image:
        return Header(image.width, image.height, _orientation(_exif(image, decoded=False)), _is_stereo(image))


def check(file: FileToUpload) -> None:
    """Decode it, as small as possible. Raises `ItemError` where that fails."""
    with _decoder(file, file.path.open("rb")) as image:
        _draft(file, image, 1)
        image.load()


def reduced(file: FileToUpload, long_edge: int, most_bytes: int) -> Reduced:
    """A copy of at most so many pixels and bytes. It keeps date, GPS position and author of the EXIF.

    Raises `ItemError` for what cannot be decoded, or only with far too much memory.
    """
    with _decoder(file, file.open()) as image:
        _draft(file, image, long_edge)
        image.load()
        exif = _exif(image, decoded=True)
        copy = _turned(_flat(image, file, long_edge), _orientation(exif))
        extras = {"exif": _kept(exif), "icc_profile": _profile(image)}
        for quality in _QUALITIES:
            made = io.BytesIO()
            copy.save(made, "JPEG", quality=quality, optimize=True, **extras)
            if made.tell() < most_bytes:
                break
        return Reduced(copy.width, copy.height, made.getvalue())


def broken(file: FileToUpload) -> ItemError:
    """The error for a picture that cannot be decoded."""
    return ItemError(
        f"{file.path}: not a whole picture; it is broken, or breaks off. Nothing of it was sent.", Reason.NOT_MEDIA
    )


def unreadable(file: FileToUpload, error: OSError) -> ItemError:
    """The error for a file that cannot be read."""
    reason = error.strerror or type(error).__name__
    return ItemError(f"cannot read {file.path}: {reason}. Check the file and its permissions.", Reason.UNREADABLE)


@contextmanager
def _decoder(file: FileToUpload, source: BinaryIO) -> Iterator[Image.Image]:
    # Imported here, since Pillow takes longer to load than all the rest of this package.
    from PIL import Image  # noqa: PLC0415

    with source, _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # problems are reported by `broken`
        Image.init()
        Image.MAX_IMAGE_PIXELS = None  # `_draft` looks at the size before anything is decoded
        try:
            with Image.open(source, formats=[name for name in _DECODERS if name in Image.OPEN]) as image:
                yield image
        except _BROKEN as error:
            raise broken(file) from error


def _is_stereo(image: Image.Image) -> bool:
    """Whether the other images in the file are views to be shown, by the MP index (CIPA DC-007, 5.2.3.3)."""
    entries = getattr(image, "mpinfo", {}).get(_VIEWS, ())
    return any(str(entry["Attribute"]["MPType"]).startswith("Multi-Frame") for entry in entries)


def _draft(file: FileToUpload, image: Image.Image, long_edge: int) -> None:
    """Set the size for decoding, as small as possible. Raises `ItemError` where even that takes too much memory."""
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
    """What a progressive JPEG takes besides its pixels: all coefficients are kept, whatever the size for decoding."""
    if "progressive" not in image.info:
        return 0
    layers: list[tuple[int, int]] = [layer[1:3] for layer in getattr(image, "layer", ())] or [(1, 1)]
    most = max(across for across, _ in layers) * max(down for _, down in layers)
    return 2 * image.width * image.height * sum(across * down for across, down in layers) // most


def _pixels_bytes(image: Image.Image) -> int:
    """Twice the pixels: formats other than JPEG are converted at full size."""
    return 2 * image.width * image.height * (1 if image.mode in ("1", "L", "P") else 4)


def _flat(image: Image.Image, file: FileToUpload, long_edge: int) -> Image.Image:
    """In grey or colour, without transparency, and at most `long_edge` pixels long."""
    from PIL.Image import Resampling, new  # noqa: PLC0415

    if image.mode.startswith(("I", "F")):
        raise ItemError(
            f"{file.path}: a grey picture of more than 8 bits, which photosync cannot reduce. Convert it to JPEG with "
            "another program first.",
            Reason.UNSUPPORTED,
        )
    mode = "RGBA" if image.has_transparency_data else "L" if image.mode in ("1", "L") else "RGB"
    small = image if image.mode == mode else image.convert(mode)
    small.thumbnail((long_edge, long_edge), Resampling.LANCZOS)
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
    """The colour profile, where it still describes the colours of the copy."""
    profile = image.info.get("icc_profile")
    return profile if isinstance(profile, bytes) and image.mode in ("L", "RGB", "RGBA", "P") else None


def _exif(image: Image.Image, *, decoded: bool) -> Image.Exif:
    """The EXIF data, empty where it cannot be read."""
    from PIL.Image import Exif  # noqa: PLC0415

    exif = Exif()
    with suppress(*_BROKEN):
        if decoded or image.format != "PNG":
            return image.getexif()
        # `getexif` would decode a PNG to look for EXIF behind the pixels.
        exif.load(image.info.get("exif", b""))
    return exif


def _orientation(exif: Image.Exif) -> int:
    value = exif.get(_ORIENTATION)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _kept(exif: Image.Exif) -> bytes:
    """The part of the EXIF that the copy gets; empty where it cannot be read."""
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
