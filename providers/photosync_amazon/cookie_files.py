"""Reads cookies in the forms in which people have them, from a file or as pasted text.

A file can be anything: cookies.txt, an export, a copied request, a table, a header, or something else by mistake. All
functions raise `ValueError` with a text for the user that names the source; it never quotes the content.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from photosync_amazon import copied_requests
from photosync_amazon.cookie import Cookie
from photosync_amazon.cookie_exports import from_json
from photosync_amazon.cookie_tables import from_table
from photosync_amazon.other_formats import binary_format, picture, text_format

MOST_BYTES = 64 * 1024 * 1024
"""The largest file that is read; an export of all requests of a session (HAR) has some MiB."""
_HEADER = re.compile(r"\s*(cookie\s*:)?\s*[\w-]+=[^;]+(;|$)", re.IGNORECASE)
_PASTE_MARKS = re.compile(r"\x1b\[20[01]~")
"""What a terminal puts around pasted text."""
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_FORMS = "cookies.txt, a JSON export, 'Copy as cURL', a table of the developer tools, or a Cookie: line"


def looks_like_cookies(text: str) -> bool:
    """Whether this is pasted text, and not a path."""
    if copied_requests.is_curl(text) or "\n" in text.strip():
        return True
    return bool(_HEADER.match(text)) and re.search(r"session[-_]id=", text) is not None


def from_mapping(values: Mapping[str, str]) -> list[Cookie]:
    """Names and values, as in the configuration and in the environment."""
    return [Cookie(name, value) for name, value in values.items()]


def from_file(path: Path) -> list[Cookie]:
    """The cookies in a file of any of the forms."""
    return from_bytes(content_of(path), f"the cookie file {path}")


def content_of(path: Path) -> bytes:
    """The bytes of a file that should have cookies."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ValueError(f"the cookie file {path} cannot be read ({error.strerror})") from error


def from_bytes(content: bytes, source: str) -> list[Cookie]:
    """The cookies in the content of a file. `source` begins the sentence of an error."""
    if len(content) > MOST_BYTES:
        raise ValueError(f"{source} has more than {MOST_BYTES >> 20} MiB: these are not only cookies")
    if what := binary_format(content):
        raise ValueError(f"{source} {what}")
    text = _decoded(content)
    if text is None:
        raise ValueError(f"{source} {picture(content) or 'is not text'}")
    return from_text(text, source)


def from_text(text: str, source: str) -> list[Cookie]:
    """The cookies in a text of any of the forms."""
    text = _PASTE_MARKS.sub("", text).strip().removeprefix("\ufeff")
    if what := text_format(text):
        raise ValueError(f"{source} {what}")
    try:
        found = _read(text)
    except ValueError as error:
        raise ValueError(f"{source} {error}") from None
    if not found:
        raise ValueError(f"{source} holds no cookies: expected {_FORMS}")
    return found


def _read(text: str) -> list[Cookie]:
    if text[:1] in ("[", "{"):
        return from_json(text)
    if copied_requests.is_curl(text):
        return copied_requests.from_curl(text)
    if copied_requests.is_fetch(text):
        return copied_requests.from_fetch(text)
    if copied_requests.is_powershell(text):
        return copied_requests.from_powershell(text)
    return list(from_table(text)) or copied_requests.from_headers(text)


def _decoded(content: bytes) -> str | None:
    """The text in UTF-8, or in UTF-16 as Notepad and PowerShell write it; None if it is none."""
    head = content[:4096]
    encoding = "utf-8-sig"
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif len(head) > 1 and not any(head[1::2]):
        encoding = "utf-16-le"
    elif len(head) > 1 and not any(head[::2]):
        encoding = "utf-16-be"
    elif b"\0" in head:
        return None
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        # Some other site's cookie may have bytes of an older encoding. The wanted ones are checked one by one.
        is_text = encoding == "utf-8-sig" and not picture(content) and not _CONTROLS.search(content)
        return content.decode("latin-1") if is_text else None
