"""Reads cookies that a browser, an extension or a program exported as JSON: lists, objects, HAR files."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator
from contextlib import suppress

from photosync_amazon.cookie import Cookie, expiry
from photosync_amazon.copied_requests import domain_of_request, host_of, pairs

_DOMAIN_KEYS = ("domain", "host")
_EXPIRY_KEYS = ("expirationDate", "expires", "expiry")
_LONGEST_DICTIONARY = 64 * 1024
_LISTS = ("cookies", "request cookies", "requestcookies")
"""Keys of those in an object: Cookie-Editor, Playwright's storage_state, Firefox's tools."""


def from_json(text: str) -> list[Cookie]:
    """The cookies of an export. Raises `ValueError`: the end of a sentence."""
    try:
        return _from_content(_content(text))
    except RecursionError:
        raise ValueError("is nested too deeply for an export of cookies") from None


def _from_content(content: object) -> list[Cookie]:
    if isinstance(content, dict) and isinstance(log := content.get("log"), dict):
        found = list(_from_har(log))
        if not found:
            raise ValueError(
                "is a HAR file without cookies: browsers leave them out unless it is exported 'with sensitive data'"
            )
        return found
    return list(_from_export(content))


def _content(text: str) -> object:
    with suppress(ValueError):
        return json.loads(text)
    import ast  # noqa: PLC0415 - slow to load, and rarely needed

    # The older client's README has them as a dictionary of Python, with single quotes.
    with suppress(ValueError, TypeError, SyntaxError, MemoryError), warnings.catch_warnings(action="ignore"):
        return ast.literal_eval(text[:_LONGEST_DICTIONARY])
    raise ValueError("is broken JSON")  # the parser's message may quote the file


def _from_export(content: object) -> Iterator[Cookie]:
    """A list of objects with name and value, or an object of names and values."""
    if isinstance(content, dict):
        inner = next((value for key, value in content.items() if str(key).lower() in _LISTS), None)
        if isinstance(inner, list | dict):
            yield from _from_export(inner)
            return
        yield from (Cookie(str(name), value) for name, value in content.items() if isinstance(value, str))
        return
    for entry in content if isinstance(content, list) else ():
        if not isinstance(entry, dict):
            continue
        if isinstance(entry.get("cookies"), list):
            yield from _from_export(entry)
        elif "name" in entry and isinstance(entry.get("value"), str | int):
            domain = next((entry[key] for key in _DOMAIN_KEYS if isinstance(entry.get(key), str)), None)
            ends = next((entry[key] for key in _EXPIRY_KEYS if key in entry), None)
            path = entry.get("path")
            yield Cookie(
                str(entry["name"]), str(entry["value"]), domain, expiry(ends), path if isinstance(path, str) else "/"
            )


def _from_har(log: dict[object, object]) -> Iterator[Cookie]:
    """The cookies that were sent, the last ones last: `log.entries[].request.{url,headers[],cookies[]}`."""
    entries = log.get("entries")
    for entry in entries if isinstance(entries, list) else ():
        request = entry.get("request") if isinstance(entry, dict) else None
        if not isinstance(request, dict) or not isinstance(url := request.get("url"), str):
            continue
        domain = domain_of_request(host_of(url))
        headers = [value for name, value in _named(request.get("headers")) if name.lower() == "cookie"]
        sent = [cookie for header in headers for cookie in pairs(header, domain)]
        yield from sent or (Cookie(name, value, domain) for name, value in _named(request.get("cookies")))


def _named(entries: object) -> Iterable[tuple[str, str]]:
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("name"), str) and isinstance(entry.get("value"), str):
            yield entry["name"], entry["value"]
