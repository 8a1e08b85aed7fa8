"""File names that occur at services and must not be used unchanged on a file system."""

from __future__ import annotations

import unicodedata

HOSTILE_NAMES: tuple[str, ...] = (
    "../../escaped.jpg",
    "/etc/escaped.jpg",
    "..\\..\\escaped.jpg",
    "C:\\escaped.jpg",
    "nul\x00byte.jpg",
    "tab\tand\nline\rfeed.jpg",
    "escape\x1b[31mred.jpg",
    "CON",
    "con.jpg",
    "LPT1.tar.jpg",
    "..",
    ".",
    "",
    " ",
    " leading and trailing .jpg ",
    "trailing dot.jpg.",
    ".hidden.jpg",
    "-rf.jpg",
    "a" * 296 + ".jpg",
    "ü" * 200 + ".jpg",
    "日本" * 60 + ".jpg",
    "no extension at all",
    "many.dots.in.a.row....jpg",
    'quotes "and" <angles> | stars* ?.jpg',
    "re\u0301sume\u0301.jpg",  # decomposed, as macOS writes it
    "r\u00e9sum\u00e9.jpg",  # the same, composed
    "holiday\u202egpj.exe",  # reads as holidayexe.jpg
    "zero\u200bwidth.jpg",
    "lone\ud800surrogate.jpg",
    "\u2028line separator.jpg",
    "emoji \U0001f468\u200d\U0001f469\u200d\U0001f467.jpg",
    "percent %2e%2e%2f {year} $HOME `id`.jpg",
    "#hash & semicolon; equals=.jpg",
    "photo.jpg",
    "PHOTO.jpg",
    "Photo.JPG",
    "photo.jpg",
)
"""One name of each kind. The last four differ only in case, or not at all."""

REPEATED_NAME = "IMG_0001.JPG"
"""The name of the first picture of every camera."""


def folded(name: str) -> str:
    """Equal for names that differ only in case or in the encoding of accents."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
