"""The formats and sizes that Google Photos accepts.

Facts: protocol notes on Google Photos, section 5.1.
"""

from __future__ import annotations

from pathlib import PurePath

from photosync.errors import ItemError, Reason
from photosync.provider import FileToUpload

# Google writes MB and GB without a definition; the larger meaning is used, because Google refuses by itself.
LARGEST_PHOTO_BYTES = 200 * 1024**2
LARGEST_VIDEO_BYTES = 20 * 1024**3
NAME_CHARACTERS = 255

_UNKNOWN = "application/octet-stream"
_REFUSED_TYPES = frozenset({"image/jxl", "image/jp2", "image/vnd.adobe.photoshop", "video/x-flv", "video/webm"})
_REFUSED_ENDINGS = frozenset({".webm"})
"""Matroska by its content, of which Google accepts only `.mkv`."""
_BY_ENDING = {
    ".ico": "image/x-icon",
    ".divx": "video/divx",
    ".m2t": "video/mp2t",
    ".m2ts": "video/mp2t",
    ".mmv": "video/x-mmv",
    ".mod": "video/mpeg",
    ".mts": "video/mp2t",
    ".tod": "video/mpeg",
}
"""Accepted formats that the content alone does not show."""


def media_type(file: FileToUpload) -> str | None:
    """The media type of `file`; None if Google does not accept it."""
    ending = PurePath(file.name).suffix.lower()
    type_ = _BY_ENDING.get(ending, "") if file.mime == _UNKNOWN else file.mime
    is_taken = type_.startswith(("image/", "video/")) and type_ not in _REFUSED_TYPES
    return type_ if is_taken and ending not in _REFUSED_ENDINGS else None


def check(file: FileToUpload) -> None:
    """Raise `ItemError` for a file that Google would refuse according to its documentation."""
    type_ = media_type(file)
    if type_ is None:
        raise ItemError(f"Google Photos does not take such files ({file.mime})", Reason.UNSUPPORTED)
    if not file.size_bytes:
        raise ItemError("it is empty", Reason.UNSUPPORTED)
    is_video = type_.startswith("video/")
    if file.size_bytes > (LARGEST_VIDEO_BYTES if is_video else LARGEST_PHOTO_BYTES):
        limit = "videos up to 20 GB" if is_video else "photos up to 200 MB"
        raise ItemError(f"it is too large: Google Photos takes {limit}", Reason.TOO_LARGE)


def sent_name(name: str) -> str:
    """`name`, shortened to Google's limit, with its extension."""
    if len(name) <= NAME_CHARACTERS:
        return name
    ending = PurePath(name).suffix
    return name[: NAME_CHARACTERS - len(ending)] + ending


def header_name(name: str) -> str:
    """`name` in a form for a header; the item itself gets the real name."""
    plain = "".join(letter if letter.isascii() and letter.isprintable() else "_" for letter in name)
    return plain[-NAME_CHARACTERS:].strip() or "file"
