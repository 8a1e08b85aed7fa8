"""The two filter languages of the service, parsed as strictly as there (protocol notes, sections 4 and 5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import product

from photosync.testing.tolerance import Tolerance

SEARCH_FIELDS = frozenset(
    {"type", "things", "timeYear", "timeMonth", "timeDay", "location", "people", "favorite"},
)
NODE_FIELDS = frozenset(
    ("isRoot", "name", "kind", "status", "createdDate", "modifiedDate", "labels", "parents", "description")
) | {
    *("contentProperties.size", "contentProperties.contentType", "contentProperties.md5"),
    *("contentProperties.contentDate", "contentProperties.extension", "settings.hidden", "favorite"),
}
_PREFIX_FIELDS = frozenset({"name", "kind", "status", "contentProperties.contentType"})
_RANGE_FIELDS = frozenset({"createdDate", "modifiedDate", "contentProperties.contentDate"})
MAX_CLAUSES = 8
"""In a filter on nodes."""

_CLAUSE = re.compile(r"\s*([\w.]+):\(([^()]*)\)\s*")
_NODE_CLAUSE = re.compile(
    r"""\s*([\w.]+):(?:
        (?P<range>[\[{][^\]}]*[\]}]) | \((?P<group>[^()]*)\) | "(?P<quoted>[^"]*)" | (?P<bare>[^\s()\[\]{}"]+)
    )\s*""",
    re.VERBOSE,
)
_RANGE = re.compile(r"""([\[{])\s*(\*|"[^"]*")\s+TO\s+(\*|"[^"]*")\s*([\]}])""")
_AND = re.compile(r"\s*AND\b")
_OR = re.compile(r"\s*OR\b")
_OPENING = re.compile(r"\s*\(")
_CLOSING = re.compile(r"\s*\)\s*")

Words = tuple[tuple[str, ...], ...]
"""Alternatives; all words of one must be present."""


class FilterError(ValueError):
    """The service refuses the filter; the text is its message."""


@dataclass(frozen=True, slots=True)
class SearchClause:
    """`field:(values)`."""

    field: str
    words: Words

    def matches(self, values: Collection[str]) -> bool:
        """Whether an item with these values of the field matches."""
        return any(all(word in values for word in together) for together in self.words)


Alternatives = list[tuple[SearchClause, ...]]
"""One of them must match, with all its clauses."""


def parse_search(text: str) -> Alternatives:
    """A filter on /search. AND binds closer than OR, and brackets group; whether the service knows those is unsure."""
    parser = _SearchParser(text)
    alternatives: Alternatives = parser.alternatives() if text.strip() else [()]
    parser.expect_end()
    return alternatives


class _SearchParser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0

    def alternatives(self) -> Alternatives:
        found = self._together()
        while self._accepts(_OR):
            found = found + self._together()
        return found

    def expect_end(self) -> None:
        if self._text[self._position :].strip():
            raise FilterError(f"Invalid filter: {self._text}")

    def _together(self) -> Alternatives:
        found = self._group()
        while self._accepts(_AND):
            found = [(*left, *right) for left, right in product(found, self._group())]
        return found

    def _group(self) -> Alternatives:
        if self._accepts(_OPENING):
            found = self.alternatives()
            if not self._accepts(_CLOSING):
                raise FilterError(f"Invalid filter: {self._text}")
            return found
        match = self._accepts(_CLAUSE)
        if match is None:
            raise FilterError(f"Invalid filter: {self._text}")
        field, inside = match.group(1, 2)
        if field not in SEARCH_FIELDS:
            raise FilterError(f"Invalid fieldName: {field}")
        if field.startswith("time") and re.search(r"[^\d\sANDOR]", inside):
            raise FilterError(f"Invalid filter: {self._text}")
        return [(SearchClause(field, _words(inside, self._text)),)]

    def _accepts(self, token: re.Pattern[str]) -> re.Match[str] | None:
        match = token.match(self._text, self._position)
        self._position = match.end() if match else self._position
        return match


Test = Callable[[object], bool]


@dataclass(frozen=True, slots=True)
class NodeClause:
    """A field of a node, and its condition."""

    field: str
    test: Test
    text: str
    """The condition as sent."""
    word: str | None = None
    """The value that the field must equal, if the condition is one word."""


def parse_nodes(text: str, tolerance: Tolerance) -> tuple[NodeClause, ...]:
    """The clauses of a filter on /nodes; all of them must match. amazon-photos 0.0.97 puts each into brackets."""
    clauses = []
    matches, is_bracketed = _joined(text, _NODE_CLAUSE)
    if is_bracketed and not tolerance.serves("bracketed terms"):
        raise FilterError(f"Invalid filter: {text}")
    for match in matches:
        field = match.group(1)
        if field not in NODE_FIELDS:
            raise FilterError(f"Invalid fieldName: {field}")
        clauses.append(NodeClause(field, _node_test(field, match, text), match.group().strip(), match["bare"]))
    if len(clauses) > MAX_CLAUSES:
        raise FilterError(f"Invalid filter: at most {MAX_CLAUSES} filter parameters")
    return tuple(clauses)


def _joined(text: str, clause: re.Pattern[str]) -> tuple[list[re.Match[str]], bool]:
    """The clauses between ANDs, and whether any is in brackets; any other text is an error."""
    matches: list[re.Match[str]] = []
    position = depth = 0
    is_bracketed = False
    while position < len(text):
        position, opened = _skipped(_OPENING, text, position)
        match = clause.match(text, position)
        if match is None:
            raise FilterError(f"Invalid filter: {text}")
        matches.append(match)
        position, closed = _skipped(_CLOSING, text, match.end())
        depth += opened - closed
        is_bracketed = is_bracketed or opened > 0
        joint = _AND.match(text, position)
        if depth < 0 or (position < len(text) and (joint is None or joint.end() == len(text))):
            raise FilterError(f"Invalid filter: {text}")
        position = joint.end() if joint else position
    if depth:
        raise FilterError(f"Invalid filter: {text}")
    return matches, is_bracketed


def _skipped(bracket: re.Pattern[str], text: str, position: int) -> tuple[int, int]:
    """The position after brackets, and their number."""
    number = 0
    while match := bracket.match(text, position):
        position, number = match.end(), number + 1
    return position, number


def _words(inside: str, text: str) -> Words:
    alternatives = [re.split(r"\s+AND\s+", each) for each in re.split(r"\s+OR\s+", inside.strip())]
    words = tuple(tuple(word.strip().strip('"') for word in each) for each in alternatives)
    if any(not word or word in ("AND", "OR") for each in words for word in each):
        raise FilterError(f"Invalid filter: {text}")
    return words


def _node_test(field: str, match: re.Match[str], text: str) -> Test:
    if match["range"]:
        return _range_test(field, match["range"], text)
    if match["group"] is not None:
        words = _words(match["group"], text)
        tests = [[_word_test(field, word) for word in together] for together in words]
        return lambda value: any(all(test(value) for test in together) for together in tests)
    if match["quoted"] is not None:
        return _equality(match["quoted"])
    return _word_test(field, match["bare"])


def _word_test(field: str, word: str) -> Test:
    if word.endswith("*") and field in _PREFIX_FIELDS:
        return lambda value: str(value).startswith(word[:-1])
    return _equality(word)


def _equality(word: str) -> Test:
    def test(value: object) -> bool:
        if isinstance(value, list):
            return word in value
        if isinstance(value, bool):
            return word == str(value).lower()
        return value is not None and word == str(value)

    return test


def _range_test(field: str, text: str, whole: str) -> Test:
    match = _RANGE.fullmatch(text)
    if match is None or field not in _RANGE_FIELDS:
        raise FilterError(f"Invalid filter: {whole}")
    opening, low, high, closing = match.groups()

    def test(value: object) -> bool:
        if not isinstance(value, str):
            return False
        # ISO 8601 in UTC sorts as text
        if low != "*" and (value < low[1:-1] or (opening == "{" and value == low[1:-1])):
            return False
        return high == "*" or value < high[1:-1] or (closing == "]" and value == high[1:-1])

    return test
