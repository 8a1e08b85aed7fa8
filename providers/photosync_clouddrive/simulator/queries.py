"""Listings of nodes: filters, pages and their tokens, as strict as in section 3 of the protocol notes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from photosync.testing.tolerance import Tolerance
from photosync_clouddrive.simulator.drive import Raw

PAGE_SIZE = 200
MOST_TERMS = 8
_EQUAL = frozenset({"isRoot", "name", "kind", "status", "parents", "createdDate", "contentProperties.md5", "labels"})
_PREFIX = frozenset({"name", "contentProperties.contentType"})
_RANGE = frozenset({"createdDate", "modifiedDate", "contentProperties.contentDate"})
_QUOTED = re.compile(r'"(\\.|[^-+&|!(){}\[\]^\'"~*?:\\ ])*"', re.DOTALL)
_UNESCAPED = re.compile(r'"(\\.|[^"\\])*"', re.DOTALL)
_TERM = re.compile(r"([A-Za-z0-9.]+):(.+)", re.DOTALL)
_BETWEEN = re.compile(r'([\[{])\s*("[^"]*"|\*)\s+TO\s+("[^"]*"|\*)\s*([\]}])')


class QueryRefusedError(ValueError):
    """The query is answered with 400."""


def page(nodes: Iterable[Raw], query: Mapping[str, str], tolerance: Tolerance) -> Raw:
    """One page of matching nodes. The token has the start of the next page and the query."""
    tests = _tests(query.get("filters", ""), tolerance)
    matching = [node for node in nodes if all(test(node) for test in tests)]
    limit = _whole(query.get("limit", str(PAGE_SIZE)), "limit")
    question = query.get("filters", "")
    start = _start(query["startToken"], question) if "startToken" in query else 0
    content: Raw = {"count": len(matching), "data": matching[start : start + limit]}
    if start + limit < len(matching):
        content["nextToken"] = json.dumps([start + limit, question])
    return content


def exact(filters: str, tolerance: Tolerance) -> dict[str, str]:
    """The fields that a filter compares with one value, so that not every node must be read."""
    return {test.field: test.value for test in _tests(filters, tolerance) if test.is_equality}


def _tests(filters: str, tolerance: Tolerance) -> list[_Term]:
    return [_Term(term, tolerance) for term in _terms(filters, tolerance)]


def _start(token: str, question: str) -> int:
    try:
        start, asked = json.loads(token)
    except (ValueError, TypeError):
        raise QueryRefusedError("Invalid startToken") from None
    if asked != question:
        raise QueryRefusedError("Invalid startToken: the parameters have changed")
    return int(start)


def _whole(text: str, name: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= PAGE_SIZE:
        raise QueryRefusedError(f"Invalid {name}: {text}")
    return int(text)


def _terms(filters: str, tolerance: Tolerance) -> list[str]:
    if not filters:
        return []
    if " OR " in filters:
        raise QueryRefusedError(f"Invalid filter: {filters}")
    terms, is_bracketed = _without_brackets(filters)
    if is_bracketed and not tolerance.serves("bracketed terms"):
        raise QueryRefusedError(f"Invalid filter: {filters}")
    if len(terms) > MOST_TERMS:
        raise QueryRefusedError(f"Invalid filter: more than {MOST_TERMS} parameters")
    return terms


def _without_brackets(filters: str) -> tuple[list[str], bool]:
    """The terms of `(kind:FILE) AND (name:a AND status:TRASH)`, and whether any was in brackets."""
    terms, depth, is_bracketed = [], 0, False
    for each in filters.split(" AND "):
        term = each.lstrip("(")
        depth += len(each) - len(term)
        is_bracketed = is_bracketed or term != each
        while term.endswith(")") and not term.endswith(r"\)"):
            term, depth = term[:-1], depth - 1
        terms.append(term)
        if depth < 0:
            break
    if depth:
        raise QueryRefusedError(f"Invalid filter: {filters}")
    return terms, is_bracketed


class _Term:
    """One `field:value`."""

    def __init__(self, term: str, tolerance: Tolerance) -> None:
        match = _TERM.fullmatch(term.strip())
        if match is None:
            raise QueryRefusedError(f"Invalid filter: {term}")
        self.field, value = match[1], match[2]
        self._between = _BETWEEN.fullmatch(value)
        self._prefix = value.endswith("*") and not value.endswith(r"\*") and self._between is None
        known = _RANGE if self._between else _PREFIX if self._prefix else _EQUAL
        if self.field not in known or (self.field == "isRoot" and value != "true"):
            raise QueryRefusedError(f"Invalid filter: {term}")
        self.is_equality = known is _EQUAL
        if value.startswith('"') and self._between is None:
            value = self._unquoted(value, term, tolerance)
        self.value = re.sub(r"\\(.)", r"\1", value.removesuffix("*") if self._prefix else value)

    @staticmethod
    def _unquoted(value: str, term: str, tolerance: Tolerance) -> str:
        """Inside quotes, special characters are escaped (section 3.3). rclone does not escape those of ids."""
        is_escaped = _QUOTED.fullmatch(value) or (
            _UNESCAPED.fullmatch(value) and tolerance.serves("special characters in quotes")
        )
        if not is_escaped:
            raise QueryRefusedError(f"Invalid filter: {term}")
        return value[1:-1]

    def __call__(self, node: Raw) -> bool:
        value: object = node
        for name in self.field.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if isinstance(value, list):
            return self.value in value
        text = "true" if value is True else "" if value is None else str(value)
        if self._between is not None:
            return bool(text) and self._is_between(text)
        return text.startswith(self.value) if self._prefix else text == self.value

    def _is_between(self, text: str) -> bool:
        assert self._between is not None
        opening, low, high, closing = self._between.groups()
        low, high = low.strip('"'), high.strip('"')
        above = low == "*" or text > low or (text == low and opening == "[")
        return above and (high == "*" or text < high or (text == high and closing == "]"))
