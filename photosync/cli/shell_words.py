"""The words of a command line as a shell has them, with their quotes, for completion.

A word that a service chose, such as an album's name, must not become a command: what is inserted is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_PLAIN = re.compile(r"[\w@%+=:,./-]")
_QUOTES = ("'", '"')


def unquoted(shell: str, words: Sequence[str]) -> list[str]:
    """The words as the program would get them. zsh and fish have done that for finished words."""
    if shell != "bash":
        return [*words[:-1], *map(_unquoted, words[-1:])]
    # bash makes three words of `--album=Holiday`.
    joined: list[str] = []
    for word in words:
        if joined and (word == "=" or joined[-1].endswith("=")) and joined[-1].startswith("--"):
            joined[-1] += word
        else:
            joined.append(word)
    return [_unquoted(each) for each in joined]


def _unquoted(word: str) -> str:
    """Without quotes and backslashes; a quote need not be closed yet."""
    found, quote, skip = "", "", False
    for character in word:
        if skip:
            found, skip = found + character, False
        elif character == "\\" and quote != "'":
            skip = True
        elif character == quote:
            quote = ""
        elif not quote and character in _QUOTES:
            quote = character
        else:
            found += character
    return found


def quoted(shell: str, word: str, begun: str) -> str:
    """The text for the command line. zsh and fish quote by themselves; bash puts it behind a quote that is there."""
    if shell != "bash":
        return word
    if begun[:1] == "'":
        return word.replace("'", "'\\''")
    if begun[:1] == '"':
        return re.sub(r'([\\"$`])', r"\\\1", word)
    # bash replaces only what stands behind the `=` of an option.
    value = word.partition("=")[2] if begun == "=" or (word.startswith("--") and "=" in word) else word
    return "".join(each if _PLAIN.match(each) else f"\\{each}" for each in value)
