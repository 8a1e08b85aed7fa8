"""Reduced pictures, as the suffixes `=w400-h300` and `=s512` request them (protocol notes on Google Photos, 4.1)."""

from __future__ import annotations

import io
import re

from PIL import Image

_USUAL_PIXELS = 512
_SIDE = re.compile(r"([whs])([0-9]{1,5})")


def preview(content: bytes, options: str) -> bytes:
    """A JPEG that fits into the box, with the photo's proportions and without its EXIF."""
    sides = {name: int(pixels) for name, pixels in _SIDE.findall(options)}
    most = sides.get("s", _USUAL_PIXELS if not sides else max(sides.values()))
    with Image.open(io.BytesIO(content)) as picture:
        picture.thumbnail((sides.get("w", most), sides.get("h", most)))
        reduced = io.BytesIO()
        picture.convert("RGB").save(reduced, "JPEG")
    return reduced.getvalue()
