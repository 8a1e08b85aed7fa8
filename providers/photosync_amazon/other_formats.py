"""Recognises what people save in place of cookies: documents, web pages, pictures, a browser's own store."""

from __future__ import annotations

from photosync.formats.sniff import sniff

_HEAD_BYTES = 4096
_AS_TEXT = "Save it as plain text"
_BEGINNINGS = (
    (
        b"{\\rtf",
        f"is an RTF document, as TextEdit and WordPad make them. {_AS_TEXT} (in TextEdit: Format, Make Plain Text)",
    ),
    (b"%PDF", f"is a PDF document. {_AS_TEXT}"),
    (b"PK\x03\x04", f"is a zip archive, or a document such as .docx, .odt or .pages. {_AS_TEXT}"),
    (b"\xd0\xcf\x11\xe0", f"is a document of an older word processor (.doc). {_AS_TEXT}"),
    (b"bplist00", f"is a web archive or a property list of macOS. {_AS_TEXT}"),
    (b"SQLite format 3\0", "is a browser's own store. Read it with: photosync login ACCOUNT --browser NAME"),
    (b"\x1f\x8b", "is compressed with gzip. Decompress it first"),
    (b"7z\xbc\xaf", "is a 7z archive. Unpack it first"),
)


def binary_format(content: bytes) -> str | None:
    """What this is if it is a known format and no text: the end of a sentence, with the user's next step."""
    beginning = content.lstrip()[:_HEAD_BYTES]
    for signature, what in _BEGINNINGS:
        if beginning.startswith(signature):
            return what
    return None


def picture(content: bytes) -> str | None:
    """The same for a picture or a video. `content` is no text: a few letters are the signature of some formats."""
    if sniff(content[:_HEAD_BYTES]) is None:
        return None
    return "is a picture, not text. A screenshot is no use: copy the cookies as text"


def text_format(text: str) -> str | None:
    """The same for text that was decoded or pasted."""
    if text.startswith("{\\rtf"):
        return _BEGINNINGS[0][1]
    if text.startswith("<"):
        return "is a web page, not cookies: a page does not have them. Copy them out of the developer tools"
    return None
