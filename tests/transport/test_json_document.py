"""JSON from outside: what it may cost, and what it becomes."""

from __future__ import annotations

import json
import tracemalloc

import pytest

from photosync.transport import json_document
from photosync.transport.json_document import MOST_VALUES

TOO_MANY = [
    pytest.param(b"[" + b"{}," * MOST_VALUES + b"{}]", id="a list of objects"),
    pytest.param(b"{}" * (8 << 20), id="16 MiB of {}"),
    pytest.param(b"[" * (MOST_VALUES + 1), id="only opened"),
]


@pytest.mark.parametrize("content", TOO_MANY)
def test_too_many_values_are_refused_before_they_take_memory(content: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="more than"):
            json_document.parse(content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * len(content)


def test_commas_in_texts_are_no_values() -> None:
    assert json_document.parse(json.dumps({"a": ",[{\\" * MOST_VALUES})) == {"a": ",[{\\" * MOST_VALUES}


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"x":[', "]}]")])
def test_what_is_nested_too_deeply_becomes_null(opening: str, closing: str) -> None:
    deep = f"{opening * 66_000}1{closing * 66_000}".replace(":}", ":1}")
    parsed = json_document.parse(f'{{"a": "[[", "deep": {deep}, "b": "]\\"]"}}')
    assert isinstance(parsed, dict)
    assert (parsed["a"], parsed["b"]) == ("[[", ']"]')


@pytest.mark.parametrize(
    "content", ["[" * 200_000, "[" * 200_000 + "]" * 199_999, '[{"' * 100_000, "", "{", "\\", '"\\']
)
def test_what_is_no_json_is_an_error(content: str) -> None:
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|do not match"):
        json_document.parse(content)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 5000, f"0.{'1' * 5000}"])
def test_numbers_that_nobody_means_become_null(number: str) -> None:
    assert json_document.parse(f'{{"a": {number}, "b": [{number}, 1.5, -7, 1e3]}}') == {
        "a": None,
        "b": [None, 1.5, -7, 1e3],
    }


def test_bytes_of_another_encoding_spoil_one_character() -> None:
    assert json_document.parse(b'{"a": "caf\xe9", "b": "\xc3\xa9"}') == {"a": "caf\ufffd", "b": "\xe9"}
    assert json_document.parse('{"a": "é"}'.encode("utf-8-sig")) == {"a": "\xe9"}
    assert json_document.parse('{"a": "é"}'.encode("utf-16")) == {"a": "\xe9"}
