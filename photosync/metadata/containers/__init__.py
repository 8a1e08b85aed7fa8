"""One module per file format: the positions of its metadata, and the bytes that may change."""

from __future__ import annotations

from photosync.formats import sniff as formats
from photosync.formats.sniff import Format
from photosync.formats.window import Window
from photosync.metadata.containers.container import Container, EditPlan, Range
from photosync.metadata.containers.heif import Heif
from photosync.metadata.containers.jpeg import Jpeg
from photosync.metadata.containers.movie import MOVIE_TIME, Movie
from photosync.metadata.containers.png import Png
from photosync.metadata.containers.readonly import ReadOnly
from photosync.metadata.containers.tiff_file import TiffFile
from photosync.metadata.containers.webp import WebP

__all__ = ["MOVIE_TIME", "Container", "EditPlan", "Range", "open_container"]

_CONTAINERS: dict[Format, type[Container]] = {
    formats.JPEG: Jpeg,
    formats.PNG: Png,
    formats.WEBP: WebP,
    formats.TIFF: TiffFile,
    **dict.fromkeys((formats.HEIC, formats.HEIF, formats.AVIF), Heif),
    **dict.fromkeys((formats.MP4, formats.MOV, formats.THREE_GP), Movie),
}


def open_container(window: Window, format_: Format) -> Container:
    """Read the file in `window`. Never raises, whatever the content."""
    return _CONTAINERS.get(format_, ReadOnly)(window, format_)
