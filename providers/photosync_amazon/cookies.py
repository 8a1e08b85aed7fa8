"""The cookies of a signed-in browser: read from all usual formats, and checked.

Facts about names and hosts: protocol notes on Amazon Photos, sections 1 and 2.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from photosync.errors import SignInError

HOST_BY_SUFFIX = {
    "main": "com",
    "acbuk": "co.uk",
    "acbjp": "co.jp",
    "acbau": "com.au",
    "acbmx": "com.mx",
    "acbbr": "com.br",
    "acbtr": "com.tr",
}
"""The sites whose cookie suffix differs from the host's ending; elsewhere `acbXX` belongs to `amazon.XX`."""

_WANTED = re.compile(r"(session[-_]id([-_]time)?|session[-_]token|(ubid|at|x|sess[-_]at|sst)[-_](main|acb[a-z]+))")
_HEADER = re.compile(r"\s*(cookie\s*:)?\s*[\w-]+=[^;]+(;|$)", re.IGNORECASE)
_MARKET = re.compile(r"(?:ubid|at)-(main|acb[a-z]+)")


class Cookies:
    """A browser's session with one country's site. `source` is their origin, for messages."""

    def __init__(self, values: Mapping[str, str], source: str, tld: str | None) -> None:
        self.source = source
        wanted = {name.replace("_", "-"): value for name, value in values.items() if _WANTED.fullmatch(name)}
        self.market = _market(wanted, source, tld)
        self.tld = tld or HOST_BY_SUFFIX.get(self.market, self.market.removeprefix("acb"))
        self.values = {
            name: value
            for name, value in wanted.items()
            if name.startswith("session-") or name.endswith(f"-{self.market}")
        }

    @property
    def header(self) -> str:
        """The `Cookie` header; values stay unchanged, quotes included."""
        return "; ".join(f"{name}={value}" for name, value in self.values.items())

    @property
    def can_refresh(self) -> bool:
        """Whether the cookies that a refresh needs are there."""
        return all(f"{name}-{self.market}" in self.values for name in ("sess-at", "sst", "x"))


def looks_like_header(text: str) -> bool:
    """Whether this is a pasted `Cookie:` line, and not a path."""
    return bool(_HEADER.match(text)) and re.search(r"session[-_]id=", text) is not None


def find_cookies(setting: Mapping[str, str] | str | Path | None, tld: str | None, account: str) -> Cookies:
    """The account's cookies, from its setting or else from the environment.

    Raises a `SignInError` with the places that were searched and the problem.
    """
    try:
        if isinstance(setting, Path):
            return Cookies(_read_file(setting), str(setting), tld)
        if isinstance(setting, str):
            return Cookies(_from_header(setting), "the configuration's 'cookies'", tld)
        if setting is not None:
            return Cookies(setting, "the configuration's 'cookies'", tld)
        return Cookies(os.environ, "the environment (session_id, ubid_…, at_…)", tld)
    except ValueError as error:
        raise SignInError(
            f"account '{account}': {error}. Sign in to Amazon Photos in a browser and copy its cookies there; "
            "docs/amazon.md shows how."
        ) from error


def _read_file(path: Path) -> Mapping[str, str]:
    try:
        text = path.read_text(encoding="utf-8-sig").strip()
    except OSError as error:
        raise ValueError(f"the cookie file {path} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"the cookie file {path} is not text") from error
    if text[:1] in ("[", "{"):
        return _from_json(text)
    if text[:1] == "<":
        raise ValueError("the cookie file is a web page, not cookies")
    if "\t" in text:
        return _from_netscape(text)
    if "=" in text:
        return _from_header(text)
    raise ValueError(f"the cookie file {path} holds no cookies: expected cookies.txt, a JSON export or a Cookie: line")


def _from_header(text: str) -> Mapping[str, str]:
    line = re.sub(r"^\s*cookie\s*:", "", text, flags=re.IGNORECASE)
    pairs = (pair.partition("=") for pair in re.split(r";|\n", line))
    return {name.strip(): value.strip() for name, _, value in pairs if value}


def _from_netscape(text: str) -> Mapping[str, str]:
    """domain, subdomains, path, secure, expiry, name, value; `#HttpOnly_` before a domain is not a comment."""
    lines = (line.removeprefix("#HttpOnly_") for line in text.splitlines())
    fields = (line.split("\t") for line in lines if not line.startswith("#"))
    return {row[5]: row[6].strip() for row in fields if len(row) >= 7}


def _from_json(text: str) -> Mapping[str, str]:
    """A browser extension's export: a list of objects with name and value, or one object of names and values."""
    try:
        content: object = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"the cookie file is broken JSON (line {error.lineno})") from error
    if isinstance(content, dict) and isinstance(content.get("cookies"), list):
        content = content["cookies"]
    if isinstance(content, dict):
        return {str(name): value for name, value in content.items() if isinstance(value, str)}
    entries = [entry for entry in content if isinstance(entry, dict)] if isinstance(content, list) else []
    return {str(entry["name"]): str(entry["value"]) for entry in entries if "name" in entry and "value" in entry}


def _market(cookies: Mapping[str, str], source: str, tld: str | None) -> str:
    """Which country's cookies to use: `main`, `acbuk`, …. Raises `ValueError` when some are missing."""
    found = {match[1] for name in cookies if (match := _MARKET.fullmatch(name))}
    complete = sorted(market for market in found if {f"ubid-{market}", f"at-{market}"} <= cookies.keys())
    if tld is not None:
        matching = [each for each in complete if HOST_BY_SUFFIX.get(each, each.removeprefix("acb")) == tld]
        complete = matching or complete
    if "session-id" not in cookies or not complete:
        market = min(found, default="main")
        wanted = [name for name in ("session-id", f"ubid-{market}", f"at-{market}") if name not in cookies]
        raise ValueError(f"{source}: missing {', '.join(wanted)}")
    if len(complete) > 1:
        raise ValueError(f"{source} has cookies of several countries ({', '.join(complete)}): say which with 'tld'")
    return complete[0]
