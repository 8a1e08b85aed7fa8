"""Reads a user's filter in the language of the drive API, so that what cannot be right is never sent.

    clause AND clause …        a clause: field:value, field:(value OR value), field:["from" TO "to"], or (clauses)

Facts: protocol notes on Amazon Photos, sections 4 and 5, and on Amazon Cloud Drive, section 3.3. The service may know
more than these notes, so only what they say about fields and values is checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn, Protocol

from photosync.errors import UsageError
from photosync.suggestions import did_you_mean

MOST_TERMS = 8
"""More filter parameters are refused by the service."""
_QUOTED = r'"(?:\\.|[^"\\])*"'
_FIELD = re.compile(r"\s*([A-Za-z][\w.]*)\s*:")
_JOINT = re.compile(r"\s*(AND|OR)(?=[\s(]|$)")
_RANGE = re.compile(rf"[\[{{]\s*(\*|{_QUOTED})\s+TO\s+(\*|{_QUOTED})\s*[\]}}]")
_BARE = re.compile(rf'{_QUOTED}|(?:\\.|[^\s()\[\]{{}}"\\])+')
_INSIDE = re.compile(rf"{_QUOTED}|[()]|(?:\\.|[^\s()\"\\])+")
_BLANK = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a term, without its quotation marks."""

    text: str
    at: int
    is_bound: bool = False
    """An end of a range."""


@dataclass(frozen=True, slots=True)
class Term:
    """One field and its values."""

    field: str
    at: int
    values: tuple[Value, ...]


class Check(Protocol):
    """A check of the values of one field. The text of a `ValueError` says what was expected."""

    def __call__(self, value: str) -> None:
        """Raise `ValueError` for a value that cannot be."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that was read."""

    text: str
    terms: tuple[Term, ...]
    has_open_or: bool
    """There is an OR outside of all brackets: AND binds closer."""

    @property
    def as_clause(self) -> str:
        """The filter as one clause, fit to be joined with others by AND."""
        return f"({self.text.strip()})" if self.has_open_or else self.text.strip()

    def refuse(self, at: int, problem: str) -> NoReturn:
        """Raise `UsageError` for what stands at a position."""
        refuse(self.text, at, problem)

    def check_fields(self, fields: Iterable[str]) -> None:
        """Raise `UsageError` for a field that is not among these."""
        known = sorted(fields)
        for term in self.terms:
            if term.field not in known:
                # Most have a longer name at the service: `md5` is `contentProperties.md5`.
                meant = [field for field in known if field.rpartition(".")[2] == term.field]
                hint = (
                    f"write {meant[0]}"
                    if meant
                    else f"the fields are {', '.join(known)}{did_you_mean(term.field, known)}"
                )
                self.refuse(term.at, f"there is no field '{term.field}'; {hint}")

    def check(self, fields: Mapping[str, Check | None], ranges: frozenset[str] = frozenset()) -> None:
        """Raise `UsageError` for a field that is not among `fields`, and for a value that its check refuses."""
        self.check_fields(fields)
        for term in self.terms:
            check = fields[term.field]
            for value in term.values:
                if value.is_bound and term.field not in ranges:
                    self.refuse(value.at, f"'{term.field}' has no ranges")
                if check is None or (value.is_bound and value.text == "*"):
                    continue
                try:
                    check(value.text)
                except ValueError as error:
                    self.refuse(value.at, f"{term.field}: expected {error}, not '{value.text}'")


def refuse(text: str, at: int, problem: str) -> NoReturn:
    """Raise `UsageError` that names a position in a filter, counted from 1."""
    found = _BLANK.match(text, at)
    at = found.end() if found else at
    near = text[at : at + 20].split("\n", maxsplit=1)[0]
    where = f"at character {at + 1} ({near})" if near else "at the end"
    raise UsageError(f"--query {text}: {where}: {problem}")


def read_filter(text: str) -> Filter:
    """Read a filter. Raises `UsageError` with the place of what cannot be read."""
    return _Reader(text).whole()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._terms: list[Term] = []
        self._has_open_or = False

    def whole(self) -> Filter:
        self._clauses(depth=0)
        if self._text[self._at :].strip():
            is_closed = self._text[self._at :].lstrip().startswith(")")
            self._refuse("a bracket is closed that was not opened" if is_closed else "expected AND or OR")
        if len(self._terms) > MOST_TERMS:
            refuse(self._text, self._terms[MOST_TERMS].at, f"more than {MOST_TERMS} terms")
        return Filter(self._text, tuple(self._terms), self._has_open_or)

    def _refuse(self, problem: str) -> NoReturn:
        refuse(self._text, self._at, problem)

    def _accepts(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return match

    def _clauses(self, depth: int) -> None:
        self._clause(depth)
        while joint := self._accepts(_JOINT):
            self._has_open_or |= depth == 0 and joint[1] == "OR"
            self._clause(depth)

    def _clause(self, depth: int) -> None:
        if depth > MOST_TERMS:
            self._refuse("too many brackets")
        self._accepts(_BLANK)
        opened = self._at
        if self._text[self._at : self._at + 1] == "(":
            self._at += 1
            self._clauses(depth + 1)
            self._accepts(_BLANK)
            if self._text[self._at : self._at + 1] != ")":
                if self._at < len(self._text):
                    self._refuse("expected AND, OR or a closing bracket")
                refuse(self._text, opened, "this bracket is not closed")
            self._at += 1
            return
        match = self._accepts(_FIELD)
        if match is None:
            self._refuse("expected a field and a colon, as in type:(PHOTOS)")
        self._terms.append(Term(match[1], match.start(1), self._values()))

    def _values(self) -> tuple[Value, ...]:
        self._accepts(_BLANK)
        if self._text[self._at : self._at + 1] == "(":
            return self._values_in_brackets()
        if self._text[self._at : self._at + 1] in ("[", "{"):
            match = self._accepts(_RANGE)
            if match is None:
                self._refuse('expected a range, as in ["2023-01-01T00:00:00.000Z" TO *]')
            return tuple(Value(match[n].strip('"'), match.start(n), is_bound=True) for n in (1, 2))
        match = self._accepts(_BARE)
        if match is None:
            is_quote = self._text[self._at : self._at + 1] == '"'
            self._refuse("this quotation mark is not closed" if is_quote else "expected a value")
        return (Value(match[0].strip('"'), match.start()),)

    def _values_in_brackets(self) -> tuple[Value, ...]:
        """The values between brackets, which are joined by AND and OR; a value can have blanks."""
        opened, depth, values = self._at, 0, list[Value]()
        is_in_value = False
        while True:
            self._accepts(_BLANK)
            start = self._at
            match = self._accepts(_INSIDE)
            if match is None:
                if start < len(self._text):
                    self._refuse("this quotation mark is not closed")
                refuse(self._text, opened, "this bracket is not closed")
            word = match[0]
            if word in ("AND", "OR", ")") and not is_in_value:
                refuse(self._text, start, "expected a value")
            if word in ("(", ")"):
                depth += 1 if word == "(" else -1
                if depth == 0:
                    return tuple(values)
            elif word in ("AND", "OR"):
                is_in_value = False
            elif is_in_value:
                values[-1] = Value(f"{values[-1].text} {word}", values[-1].at)
            else:
                values.append(Value(word.strip('"'), start))
                is_in_value = True


def date(value: str) -> None:
    """Check a date of ISO 8601."""
    try:
        datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("a date such as 2023-07-15T18:22:00.000Z") from None


def truth(value: str) -> None:
    """Check a truth value."""
    if value not in ("true", "false"):
        raise ValueError("true or false")


def one_of(*words: str) -> Check:
    """A check of values that are one of a few words, or the beginning of one with an asterisk."""

    def check(value: str) -> None:
        is_beginning = value.endswith("*") and any(word.startswith(value[:-1]) for word in words)
        if value not in words and not is_beginning:
            raise ValueError(f"one of {', '.join(words)}")

    return check


def md5(value: str) -> None:
    """Check an md5."""
    if not re.fullmatch(r"[0-9a-f]{32}", value):
        raise ValueError("32 lower-case hex digits")


def whole_number(least: int, most: int) -> Check:
    """A check of numbers."""

    def check(value: str) -> None:
        if not re.fullmatch(r"[0-9]{1,19}", value) or not least <= int(value) <= most:
            raise ValueError(f"a number from {least} to {most}")

    return check


NODE_FIELDS: Mapping[str, Check | None] = {
    "isRoot": one_of("true"),
    "name": None,
    "kind": one_of("FILE", "FOLDER", "ASSET", "VISUAL_COLLECTION", "ALBUM"),
    "status": one_of("AVAILABLE", "TRASH", "PURGED", "PENDING"),
    "createdDate": date,
    "modifiedDate": date,
    "labels": None,
    "parents": None,
    "description": None,
    "contentProperties.size": whole_number(0, 2**63 - 1),
    "contentProperties.contentType": None,
    "contentProperties.md5": md5,
    "contentProperties.contentDate": date,
    "contentProperties.extension": None,
}
"""The fields of nodes that all services of this API have."""
NODE_RANGES = frozenset({"createdDate", "modifiedDate", "contentProperties.contentDate"})


def check_lists_items(filter_: Filter) -> None:
    """Raise `UsageError` for a filter on nodes that no photo or video in its place can match."""
    for term in filter_.terms:
        words = [value.text.removesuffix("*") for value in term.values]
        if term.field == "kind" and not any("FILE".startswith(word) for word in words):
            filter_.refuse(term.at, "only kind:FILE has photos and videos; see also: tree, collections")
        if term.field == "status" and not any("AVAILABLE".startswith(word) for word in words):
            filter_.refuse(term.at, "only status:AVAILABLE is listed; the trash has its own command: trashed")
