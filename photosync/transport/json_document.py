"""Parses a service's JSON within bounds: whatever was sent, the result takes little memory and has sensible numbers.

Values that no service sends on purpose become null, so that the rest of the document can be used: numbers that are not
finite or have very many digits, and what is nested too deeply.
"""

from __future__ import annotations

import json
import math
import re

MOST_VALUES = 500_000
"""In one document. A page of 200 items has some 20,000."""
MOST_DEPTH = 100
"""What is nested more deeply is cut off from documents that are too deep for the parser."""
_LONGEST_NUMBER = 64
"""Characters. Python refuses to convert integers of some thousands of digits."""
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)'
"""An unfinished string ends with the document, so that a scan is linear."""
_STRINGS = re.compile(_STRING, re.DOTALL)
_STRINGS_AND_BRACKETS = re.compile(rf"{_STRING}|[\[\]{{}}]", re.DOTALL)


def parse(content: bytes | str) -> object:
    """The JSON in `content`. Raises `ValueError` if it is none, or has more than `MOST_VALUES` values.

    Bytes that are not valid in the encoding become U+FFFD: one damaged name must not spoil a whole page.
    """
    document = content if isinstance(content, str) else content.decode(json.detect_encoding(content), "replace")
    if _may_have_too_many(document) and _may_have_too_many(_STRINGS.sub("", document)):
        raise ValueError(f"more than {MOST_VALUES} values")
    try:
        return _parsed(document)
    except RecursionError:
        return _parsed(_flattened(document))


def _parsed(document: str) -> object:
    parsed: object = json.loads(document, parse_int=_integer, parse_float=_real, parse_constant=_nothing)
    return parsed


def _may_have_too_many(document: str) -> bool:
    """Whether an upper bound of the number of values is too large: its characters, or those before a value."""
    return len(document) >= MOST_VALUES and 1 + sum(map(document.count, ",[{")) > MOST_VALUES


def _flattened(document: str) -> str:
    """`document` with null for all that is nested more than `MOST_DEPTH` deep."""
    kept: list[str] = []
    depth = start = 0
    for token in _STRINGS_AND_BRACKETS.finditer(document):
        if token[0] in ("[", "{"):
            depth += 1
            if depth == MOST_DEPTH + 1:
                kept += (document[start : token.start()], "null")
        elif token[0] in ("]", "}"):
            if depth == MOST_DEPTH + 1:
                start = token.end()
            depth -= 1
    if depth > MOST_DEPTH:
        raise ValueError("the brackets do not match")
    return "".join((*kept, document[start:]))


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else None


def _real(digits: str) -> float | None:
    value = float(digits) if len(digits) <= _LONGEST_NUMBER else math.inf
    return value if math.isfinite(value) else None


def _nothing(_: str) -> None:
    """Infinity and NaN, which are no JSON."""
