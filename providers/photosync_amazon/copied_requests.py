"""Reads the cookies of a request that was copied out of a browser's developer tools.

'Copy as cURL' (bash and cmd), 'Copy as PowerShell', 'Copy as fetch (Node.js)', 'Copy request headers', and a `Cookie:`
header alone, whole or broken into lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from photosync_amazon.command_words import Piece, powershell_pieces, words_of
from photosync_amazon.cookie import Cookie
from photosync_amazon.sites import is_photos_host
from photosync_amazon.wanted_cookies import is_wanted

_CURL = re.compile(r"[$>%#\s]*(curl(\.exe)?\s|(-H|--header|-b|--cookie)[\s='\"$^])", re.IGNORECASE)
_POWERSHELL = re.compile(r"\$\w+\s*=\s*New-Object|Invoke-(WebRequest|RestMethod)|System\.Net\.Cookie\(", re.IGNORECASE)
_FETCH = re.compile(r"(?:[\w.]+\s*=\s*)?(?:await\s+)?(?:window\.)?fetch\s*\(\s*", re.IGNORECASE)
_COOKIE_CALL = re.compile(r"System\.Net\.Cookie\(?\s*$", re.IGNORECASE)
_FIELD = re.compile(r":?[A-Za-z][\w-]*:(\s|$)")
_PAIR = re.compile(r"\s*(?:export\s+)?(?P<name>[A-Za-z][\w-]*)\s*(?:=(?!=)|:\s)(?P<value>.+)")
"""The beginning of a pair; base64 has `=` at its end only."""
_COOKIE_OPTIONS, _HEADER_OPTIONS = ("-b", "--cookie"), ("-H", "--header")


def is_curl(text: str) -> bool:
    """Whether this is a call of curl, or options of one."""
    return _CURL.match(text) is not None


def is_powershell(text: str) -> bool:
    """Whether this is a request for PowerShell."""
    return _POWERSHELL.search(text) is not None


def is_fetch(text: str) -> bool:
    """Whether this is a call of fetch, in JavaScript."""
    return _FETCH.match(text) is not None


def from_curl(text: str) -> list[Cookie]:
    """The cookies of a call of curl. Raises `ValueError`, like the other functions here: the end of a sentence."""
    url, headers = "", []
    words = iter(words_of(text))
    for word in words:
        name, value = _option(word, words)
        if name in _COOKIE_OPTIONS:
            headers.append(value)
        elif name in _HEADER_OPTIONS:
            field, _, content = value.partition(":")
            headers += [content] if field.strip().lower() == "cookie" else []
        elif "://" in word and not url:
            url = word
    return _of_request(url, headers, "Copy as cURL")


def _option(word: str, following: Iterator[str]) -> tuple[str, str]:
    """The option and its value: `-b VALUE`, `-bVALUE`, `--cookie VALUE`, `--cookie=VALUE`."""
    if word.startswith("--"):
        name, has_value, value = word.partition("=")
    else:
        name, has_value, value = word[:2], word[2:], word[2:]
    if name not in (*_COOKIE_OPTIONS, *_HEADER_OPTIONS):
        return "", ""
    return name, value if has_value else next(following, "")


def from_powershell(text: str) -> list[Cookie]:
    """The cookies of a request for PowerShell, which names each with its domain, or has a header."""
    pieces = powershell_pieces(text)
    found = list(_powershell_cookies(pieces))
    url = next((each.text for each in pieces if each.is_quoted and "://" in each.text), "")
    headers = [
        value.text
        for name, between, value in zip(pieces, pieces[1:], pieces[2:], strict=False)
        if name.is_quoted and name.text.lower() == "cookie" and between.text.strip() == "=" and value.is_quoted
    ]
    return found or _of_request(url, headers, "Copy as PowerShell")


def _powershell_cookies(pieces: Sequence[Piece]) -> Iterator[Cookie]:
    """`New-Object System.Net.Cookie("name", "value", "/path", ".domain")`."""
    for at, piece in enumerate(pieces):
        if piece.is_quoted or not _COOKIE_CALL.search(piece.text):
            continue
        values: list[str] = []
        for each in pieces[at + 1 :]:
            if each.is_quoted:
                values.append(each.text)
            elif each.text.strip() != ",":
                break
        if len(values) >= 2:
            path, domain = [*values[2:4], *("/", "")[len(values[2:4]) :]]
            yield Cookie(values[0], values[1], domain or None, path=path)


def from_fetch(text: str) -> list[Cookie]:
    """The cookies of a call of fetch: those 'for Node.js' have them."""
    call = _FETCH.match(text)
    assert call is not None
    decoder = json.JSONDecoder(strict=False)
    try:
        url, end = decoder.raw_decode(text, call.end())
        rest = text[end:].lstrip(" \n\r\t,")
        options, _ = decoder.raw_decode(rest) if rest[:1] == "{" else ({}, 0)
    except (ValueError, RecursionError):
        raise ValueError("is a call of fetch that was not copied completely") from None
    headers = options.get("headers") if isinstance(options, dict) else None
    named = headers.items() if isinstance(headers, dict) else ()
    found = [value for name, value in named if str(name).lower() == "cookie" and isinstance(value, str)]
    return _of_request(url if isinstance(url, str) else "", found, "Copy as fetch (Node.js)")


def from_headers(text: str) -> list[Cookie]:
    """A `Cookie:` header, or all headers of a request; the value may be broken into lines."""
    host, lines = "", list[str]()
    name = "cookie"
    is_one_line = False
    for line in _unquoted(text).splitlines():
        content = line
        if _FIELD.match(line) and not is_wanted(line.partition(":")[0]):
            field, _, content = line.lstrip(":").partition(":")
            name, is_one_line = field.strip().lower(), False
            lines.append("")
        elif line.strip().lower() == "cookie":  # Chromium's tools copy the name and the value as two lines
            name, is_one_line = "cookie", True
            lines.append("")
            continue
        if name in ("host", "authority") and not host:
            host = content.strip()
        if name == "cookie":
            lines.append(content)
        if is_one_line and content.strip():
            name = ""
    return pairs("\n".join(lines), domain_of_request(host))


def _unquoted(text: str) -> str:
    """As the consoles of browsers show a text."""
    text = text.strip().rstrip(",;") if text[:1] in "'\"`" else text
    return text[1:-1] if len(text) > 1 and text[0] in "'\"`" and text[-1] == text[0] else text


def _of_request(url: str, headers: Sequence[str], form: str) -> list[Cookie]:
    host = host_of(url)
    found = [cookie for header in headers for cookie in pairs(header, domain_of_request(host))]
    if not found:
        where = f" to {host}" if host else ""
        raise ValueError(
            f"is a request{where} without cookies. Choose a request to the site of Amazon Photos, such as "
            f"https://www.amazon.com/drive/v1/…, and '{form}' again"
        )
    return found


def host_of(url: str) -> str:
    """The host of a URL; empty if it is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def domain_of_request(host: str) -> str | None:
    """The domain of the cookies of a request: those that a browser sends to a host of Amazon Photos are the site's."""
    host = host.lower().partition(":")[0]
    return f".amazon.{host.partition('amazon.')[2]}" if is_photos_host(host) else host or None


def pairs(text: str, domain: str | None = None) -> list[Cookie]:
    """`name=value; name=value`; a line end can be between two of them, or in the middle of one."""
    found = [_PAIR.match(each) for part in text.split(";") for each in _joined(part)]
    return [Cookie(pair["name"], pair["value"].strip(), domain) for pair in found if pair]


def _joined(part: str) -> Iterator[str]:
    """The pairs of a part without semicolon, each on one line."""
    joined = ""
    for line in map(str.strip, part.splitlines()):
        begins = not joined or (_PAIR.match(line) and _PAIR.match(joined) and joined.count('"') % 2 == 0)
        if begins or not line:
            yield joined
            joined = line
        elif " " not in line:
            joined += line
    yield joined
