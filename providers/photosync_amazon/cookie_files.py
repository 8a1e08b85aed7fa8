"""Reads cookies in the forms in which people have them: cookies.txt, a JSON export, a `Cookie:` line."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_HEADER = re.compile(r"\s*(cookie\s*:)?\s*[\w-]+=[^;]+(;|$)", re.IGNORECASE)
_DOMAIN_KEYS = ("domain", "host")
_EXPIRY_KEYS = ("expirationDate", "expires", "expiry")


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie. Lines and mappings have only names and values."""

    name: str
    value: str
    domain: str | None = None
    expires_at: float = math.inf
    """Seconds since 1970; infinite for the cookie of a session."""


def looks_like_header(text: str) -> bool:
    """Whether this is a pasted `Cookie:` line, and not a path."""
    return bool(_HEADER.match(text)) and re.search(r"session[-_]id=", text) is not None


def from_mapping(values: Mapping[str, str]) -> list[Cookie]:
    """Names and values, as in the configuration and in the environment."""
    return [Cookie(name, value) for name, value in values.items()]


def from_header(text: str) -> list[Cookie]:
    """A `Cookie:` line. Raises `ValueError`, like the other functions here, with a text for the user."""
    line = re.sub(r"^\s*cookie\s*:", "", text, flags=re.IGNORECASE)
    pairs = (pair.partition("=") for pair in re.split(r";|\n", line))
    return [Cookie(name.strip(), value.strip()) for name, _, value in pairs if value]


def from_file(path: Path) -> list[Cookie]:
    """The cookies in a file of any of the forms."""
    try:
        text = path.read_text(encoding="utf-8-sig").strip()
    except OSError as error:
        raise ValueError(f"the cookie file {path} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"the cookie file {path} is not text") from error
    if text[:1] in ("[", "{"):
        return list(_from_json(text))
    if text[:1] == "<":
        raise ValueError("the cookie file is a web page, not cookies")
    if "\t" in text:
        return list(_from_netscape(text))
    if "=" in text:
        return from_header(text)
    raise ValueError(f"the cookie file {path} holds no cookies: expected cookies.txt, a JSON export or a Cookie: line")


def _from_netscape(text: str) -> Iterator[Cookie]:
    """domain, subdomains, path, secure, expiry, name, value; `#HttpOnly_` before a domain is not a comment."""
    for line in text.splitlines():
        row = line.removeprefix("#HttpOnly_").split("\t")
        if len(row) >= 7 and not row[0].startswith("#"):
            yield Cookie(row[5].strip(), row[6].strip(), row[0].strip(), _time(row[4]))


def _from_json(text: str) -> Iterator[Cookie]:
    """A browser extension's export: a list of objects with name and value, or one object of names and values."""
    try:
        content: object = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("the cookie file is broken JSON") from None  # the parser's message may quote the file
    if isinstance(content, dict) and isinstance(content.get("cookies"), list):
        content = content["cookies"]
    if isinstance(content, dict):
        yield from from_mapping({str(name): value for name, value in content.items() if isinstance(value, str)})
        return
    for entry in content if isinstance(content, list) else ():
        if isinstance(entry, dict) and "name" in entry and isinstance(entry.get("value"), str | int):
            domain = next((entry[key] for key in _DOMAIN_KEYS if isinstance(entry.get(key), str)), None)
            ends = next((entry[key] for key in _EXPIRY_KEYS if key in entry), None)
            yield Cookie(str(entry["name"]), str(entry["value"]), domain, _time(ends))


def _time(value: object) -> float:
    """Of a cookie of a session there is 0, -1 or nothing."""
    try:
        seconds = float(value) if isinstance(value, str | int | float) else 0.0
    except (ValueError, OverflowError):
        return math.inf
    return seconds if 0 < seconds < math.inf else math.inf
