"""Splits a copied command into its words, by the quoting rules of the shell that it was copied for."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ANSI_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "0": "\0"}
_ANSI_CODE = re.compile(r"u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|x([0-9A-Fa-f]{1,2})|([0-7]{1,3})")
_POWERSHELL_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}


def words_of(command: str) -> list[str]:
    """The words of a command for bash or for cmd, which browsers write with carets before quotes or line ends.

    Raises `ValueError` for a quote that is not closed: the command is incomplete.
    """
    command = command.replace("\r\n", "\n")
    if '^"' in command or "^\n" in command:
        return _arguments(_without_carets(command))
    return _Words(command).all()


class _Words:
    """The words of bash: `'…'`, `"…"`, `$'…'`, `\\` before a character or a line end."""

    def __init__(self, text: str) -> None:
        # shlex knows no $'…', which browsers write as soon as a value has a ! or a character that is not ASCII.
        self._text = text
        self._at = 0

    def all(self) -> list[str]:
        words: list[str] = []
        while self._skip_space():
            words.append(self._word())
        return words

    def _skip_space(self) -> bool:
        while self._text[self._at : self._at + 2] == "\\\n" or self._text[self._at : self._at + 1].isspace():
            self._at += 1
        return self._at < len(self._text)

    def _word(self) -> str:
        parts: list[str] = []
        while self._at < len(self._text) and not self._text[self._at].isspace():
            if self._text.startswith("$'", self._at):
                parts.append(self._ansi())
            elif self._text[self._at] == "'":
                parts.append(self._until("'"))
            elif self._text[self._at] == '"':
                parts.append(self._double())
            elif self._text[self._at] == "\\":
                parts.append(self._escaped())
            else:
                parts.append(self._text[self._at])
                self._at += 1
        return "".join(parts)

    def _until(self, quote: str) -> str:
        end = self._text.find(quote, self._at + 1)
        if end < 0:
            raise unclosed()
        found, self._at = self._text[self._at + 1 : end], end + 1
        return found

    def _escaped(self) -> str:
        following = self._text[self._at + 1 : self._at + 2]
        self._at += 2
        return "" if following == "\n" else following

    def _double(self) -> str:
        parts: list[str] = []
        self._at += 1
        while (letter := self._text[self._at : self._at + 1]) != '"':
            if not letter:
                raise unclosed()
            if letter == "\\" and self._text[self._at + 1 : self._at + 2] in tuple('"\\$`\n'):
                parts.append(self._escaped())
            else:
                parts.append(letter)
                self._at += 1
        self._at += 1
        return "".join(parts)

    def _ansi(self) -> str:
        parts: list[str] = []
        self._at += 2
        while (letter := self._text[self._at : self._at + 1]) != "'":
            if not letter:
                raise unclosed()
            self._at += 1
            if letter != "\\":
                parts.append(letter)
            elif code := _ANSI_CODE.match(self._text, self._at):
                parts.append(_character(code))
                self._at = code.end()
            else:
                following = self._text[self._at : self._at + 1]
                parts.append(_ANSI_ESCAPES.get(following, f"\\{following}"))
                self._at += 1
        self._at += 1
        return "".join(parts)


def _character(code: re.Match[str]) -> str:
    hexadecimal = code[1] or code[2] or code[3]
    number = int(hexadecimal, 16) if hexadecimal else int(code[4], 8)
    return chr(number) if number <= 0x10FFFF else "\ufffd"


def _without_carets(command: str) -> str:
    """What cmd passes on: outside of quotes a caret makes the next character plain, and joins lines at a line's end."""
    parts: list[str] = []
    is_quoted, at = False, 0
    while at < len(command):
        letter = command[at]
        if letter == "^" and not is_quoted:
            at += 1
            if command[at : at + 1] == "\n":
                # Chromium writes a line end inside a value as ^ and two of them.
                at += 1
                continue
            letter = command[at : at + 1]
        elif letter == '"':
            is_quoted = not is_quoted
        parts.append(letter)
        at += 1
    return "".join(parts)


def _arguments(line: str) -> list[str]:
    """The words as a Windows program gets them: in quotes, `\\"` and `""` are a quote; browsers double backslashes."""
    words: list[str] = []
    word: list[str] = []
    is_word, is_quoted, at = False, False, 0
    while at < len(line):
        pair, letter = line[at : at + 2], line[at]
        at += 1
        if pair in ('\\"', "\\\\") or (pair == '""' and is_quoted):
            word.append(pair[1])
            is_word, at = True, at + 1
        elif letter == '"':
            is_word, is_quoted = True, not is_quoted
        elif not letter.isspace() or is_quoted:
            word.append(letter)
            is_word = True
        elif is_word:
            words.append("".join(word))
            word, is_word = [], False
    if is_quoted:
        raise unclosed()
    return [*words, "".join(word)] if is_word else words


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a script: a quoted text, or what stands between two of them."""

    text: str
    is_quoted: bool


def powershell_pieces(script: str) -> list[Piece]:
    """The quoted texts of a script for PowerShell, and what is between them. Raises `ValueError` as `words_of`."""
    pieces: list[Piece] = []
    plain: list[str] = []
    at = 0
    while at < len(script):
        if script[at] not in "'\"":
            plain.append(script[at])
            at += 1
            continue
        pieces.append(Piece("".join(plain), is_quoted=False))
        plain.clear()
        text, at = _powershell_text(script, at)
        pieces.append(Piece(text, is_quoted=True))
    return [*pieces, Piece("".join(plain), is_quoted=False)]


def _powershell_text(script: str, at: int) -> tuple[str, int]:
    """The quoted text that begins at `at`, and where it ends: a doubled quote is one, as is one after a backtick."""
    quote = script[at]
    parts: list[str] = []
    at += 1
    while at < len(script):
        letter, following = script[at], script[at + 1 : at + 2]
        if letter == quote and following != quote:
            return "".join(parts), at + 1
        if letter == quote:
            parts.append(quote)
            at += 2
        elif letter == "`" and quote == '"':
            parts.append(_POWERSHELL_ESCAPES.get(following, following))
            at += 2
        else:
            parts.append(letter)
            at += 1
    raise unclosed()


def unclosed() -> ValueError:
    """The error for an incomplete command."""
    return ValueError("was not copied completely: a quote is not closed. Copy it again, from its beginning to its end")
