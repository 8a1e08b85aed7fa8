"""Characters that show nothing, but can clear a screen or turn text around: in names of services and files."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that no text on one line needs: controls, format marks (text direction too), lone surrogates, line
ends."""
_JOINER = "\u200d"
"""The format mark that joins emoji. It is allowed."""
_NOT_PLAIN = re.compile(r"[^ -~]")
_FIRST_BYTE = 0xDC00
"""Python reads a byte of a file name that is not UTF-8 as this code and the byte."""


def is_utf_8(text: str) -> bool:
    """Whether text of the command line, or a path, can be stored and sent: other bytes are lone surrogates in it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_visible(character: str) -> bool:
    """Whether a name may have the character."""
    return character == _JOINER or unicodedata.category(character) not in _INVISIBLE


def escaped(text: str) -> str:
    r"""`text` for one line of a terminal: each invisible character as `\x1b`, `\n`, `\u202e`."""
    return text if _is_plain(text) else _NOT_PLAIN.sub(_escape, text)


def escaped_json(text: str) -> str:
    r"""JSON text for a terminal, with the same meaning: each invisible character as `\u202e`."""
    return text if _is_plain(text) else _NOT_PLAIN.sub(_escape_json, text)


def _is_plain(text: str) -> bool:
    """Whether `_NOT_PLAIN` finds nothing: most lines are like that, and this is much faster."""
    return text.isascii() and text.isprintable()


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if is_visible(character):
        return character
    byte = ord(character) - _FIRST_BYTE
    return f"\\x{byte:02x}" if 0x80 <= byte <= 0xFF else character.encode("unicode_escape").decode("ascii")


def _escape_json(match: re.Match[str]) -> str:
    character = match[0]
    if is_visible(character):
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
