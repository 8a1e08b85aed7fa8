"""Reads tables of cookies: cookies.txt, and those that people copy out of a browser's developer tools."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence

from photosync_amazon.cookie import Cookie, expiry

_DOMAIN = re.compile(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z][\w-]*")
_TRUTH = frozenset({"TRUE", "FALSE"})
_HTTP_ONLY = "#HttpOnly_"
_COLUMNS = {
    "name": "name",
    "value": "value",
    "domain": "domain",
    "host": "domain",
    "path": "path",
    "expires": "expires",
}
_USUAL = {"name": 0, "value": 1, "domain": 2, "path": 3, "expires": 4}
"""The order of columns in Chrome, Edge, Firefox and Safari."""
_LEAST_TIME = 1e9
"""A smaller number in a column of times is an age, or a size: no time of this century."""


def from_table(text: str) -> Iterator[Cookie]:
    """The rows that are cookies. Blanks may have taken the place of tabs."""
    columns: Mapping[str, int] = _USUAL
    for line in text.splitlines():
        row = _cells(line.rstrip("\r\n"))
        if len(row) < (2 if "\t" in line else 3):
            continue
        if heading := _heading(row):
            columns = heading
        elif len(row) >= 6 and row[1].upper() in _TRUTH and row[3].upper() in _TRUTH:
            yield from _netscape(row)
        else:
            yield from _row(row, columns)


def _cells(line: str) -> list[str]:
    line = line.strip(" ").strip("|")
    return [cell.strip() for cell in line.split("\t")] if "\t" in line else line.split()


def _netscape(row: Sequence[str]) -> Iterator[Cookie]:
    """domain, subdomains, path, secure, expiry, name, value; `#HttpOnly_` before a domain is not a comment."""
    domain = row[0].removeprefix(_HTTP_ONLY)
    if not domain.startswith("#"):
        yield Cookie(row[5], "".join(row[6:7]), domain, expiry(row[4]), row[2])


def _heading(row: Sequence[str]) -> dict[str, int]:
    """The columns by name, if this row has the names of columns: `Expires / Max-Age` is `expires`."""
    words = [cell.lower().replace("/", " ").split(" ")[0] for cell in row]
    found = {_COLUMNS[word]: index for index, word in reversed([*enumerate(words)]) if word in _COLUMNS}
    return found if {"name", "value"} <= found.keys() and _COLUMNS.keys() & set(words) != {"name"} else {}


def _row(row: Sequence[str], columns: Mapping[str, int]) -> Iterator[Cookie]:
    cells = {name: row[index] for name, index in columns.items() if index < len(row)}
    domain = cells.get("domain") or None
    if columns is _USUAL and domain is not None and not _DOMAIN.fullmatch(domain):
        return
    is_pair = domain is not None or len(row) == 2 or columns is not _USUAL
    if is_pair and _NAME.fullmatch(cells.get("name", "")) and cells.get("value"):
        yield Cookie(cells["name"], cells["value"], domain, _time(cells.get("expires", "")), cells.get("path") or "/")


def _time(cell: str) -> float:
    seconds = expiry(cell)
    return seconds if seconds >= _LEAST_TIME else math.inf
