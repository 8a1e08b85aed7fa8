"""Fields of JSON: whatever a service sends, a reader returns a value of its type or none."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from photosync.errors import ProviderError
from photosync.provider_kit.json_fields import (
    clock_time,
    date_time,
    dimension,
    file_size,
    identifier,
    identifiers,
    json_object,
    number,
    page_token,
    part,
    parts,
    text,
    unusable,
)

NO_TEXT = (None, "", 1, True, ["a"], {"a": 1})


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b"<html>", b"\xff\xfe{", b"[" * 100_000])
def test_what_is_no_object_has_no_fields(body: bytes) -> None:
    assert json_object(body) == {}


def test_parts_are_objects_or_empty() -> None:
    content = json_object(b'{"a": {"b": 1}, "list": [{"c": 1}, 2, null], "word": "x"}')
    assert part(content, "a") == {"b": 1}
    assert parts(content, "list") == [{"c": 1}]
    assert [part(content, name) for name in ("list", "word", "nothing")] == [{}, {}, {}]
    assert [parts(content, name) for name in ("a", "word", "nothing")] == [[], [], []]
    assert part(None, "a") == {}
    assert parts("a", "a") == []


@pytest.mark.parametrize("value", NO_TEXT)
def test_a_text_is_there_and_not_empty(value: object) -> None:
    assert text({"a": value}, "a") is None


def test_lone_surrogates_are_replaced_and_pairs_joined() -> None:
    content = json.loads(r'{"a": "x\ud83d\ude00", "b": "caf\u00e9 \ud83d", "c": ["\udc00"]}')
    assert text(content, "a") == "x\N{GRINNING FACE}"
    assert text(content, "b") == "caf\u00e9 \ufffd"


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (7, 7), ("12", 12), (3.9, 3), (2**63 - 1, 2**63 - 1)])
def test_numbers_are_whole(value: object, expected: int) -> None:
    assert number({"a": value}, "a") == expected


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -1,
        -0.5,
        float("nan"),
        float("inf"),
        2**63,
        1e300,
        "9" * 20,
        "9" * 5000,
        "-1",
        "1.5",
        "\u0661",
        "",
        [],
    ],
)
def test_what_is_no_number_is_none(value: object) -> None:
    assert number({"a": value}, "a") is None


def test_a_width_is_above_nothing() -> None:
    assert number({"a": 0}, "a", least=1) is None
    assert number({"a": "1"}, "a", least=1) == 1


@pytest.mark.parametrize("value", ["", "...", "a b", "a\nb", "\ud800", "caf\u00e9", 7, True, ["a"], None])
def test_other_ids_are_none(value: object) -> None:
    assert identifier({"id": value}) is None
    assert identifiers({"a": [value, "b"]}, "a") == ["b"]
    assert unusable({"a": [{"id": value}, {"id": "b"}, value, {}]}, "a") == 3


def test_sizes_that_no_file_has_are_none() -> None:
    assert file_size({"a": 2**44}, "a") == 2**44
    assert [file_size({"a": value}, "a") for value in (2**44 + 1, -1, "1e3", 10**30)] == [None] * 4
    assert [dimension({"a": value}, "a") for value in (0, 2**31, 4000, "3000")] == [None, None, 4000, 3000]


def test_a_text_that_is_far_too_long_is_none() -> None:
    assert text({"a": "x" * 10_000_000}, "a") is None


@pytest.mark.parametrize("value", [1, True, [], {"a": 1}, "\ud800", "a\nb", "x" * 20_000])
def test_a_mark_for_the_next_page_that_cannot_be_sent_is_no_end(value: object) -> None:
    with pytest.raises(ProviderError, match="mark for the next page"):
        page_token({"a": value}, "a")


def test_the_end_of_a_listing_has_no_mark() -> None:
    assert [page_token(content, "a") for content in ({}, {"a": None}, {"a": ""}, {"a": "x=="})] == [
        None,
        None,
        None,
        "x==",
    ]


@pytest.mark.parametrize("value", ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_times_at_the_ends_of_the_calendar_are_none(value: str) -> None:
    assert date_time({"a": value}, "a") is None
    assert clock_time({"a": value}, "a") is None


@pytest.mark.parametrize(("value", "expected"), [("a-B_9", "a-B_9"), ("a/b", None), ("..", None), ("x" * 513, None)])
def test_an_identifier_may_stand_in_an_address(value: str, expected: str | None) -> None:
    assert identifier({"id": value}) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2023-08-14T18:02:11Z", datetime(2023, 8, 14, 18, 2, 11, tzinfo=UTC)),
        ("2023-08-14T18:02:11.123456789Z", datetime(2023, 8, 14, 18, 2, 11, 123456, tzinfo=UTC)),
        ("2023-08-14t18:02:11z", datetime(2023, 8, 14, 18, 2, 11, tzinfo=UTC)),
        ("2023-08-14T18:02:11+0000", datetime(2023, 8, 14, 18, 2, 11, tzinfo=UTC)),
        ("2023-08-14T18:02:11.5+02:00", datetime(2023, 8, 14, 18, 2, 11, 500000, tzinfo=timezone(timedelta(hours=2)))),
    ],
)
def test_a_time_with_a_zone(value: str, expected: datetime) -> None:
    found = date_time({"a": value}, "a")
    assert found == expected
    assert found is not None
    assert found.utcoffset() == expected.utcoffset()
    assert clock_time({"a": value}, "a") == expected.replace(tzinfo=None)


@pytest.mark.parametrize("value", [*NO_TEXT, "yesterday", "2023-02-31T00:00:00Z", "0000-00-00T00:00:00Z"])
def test_what_is_no_time_is_none(value: object) -> None:
    assert date_time({"a": value}, "a") is None
    assert clock_time({"a": value}, "a") is None


def test_a_time_without_a_zone_is_no_moment() -> None:
    assert date_time({"a": "2023-08-14 18:02:11"}, "a") is None
    assert clock_time({"a": "2023-08-14 18:02:11"}, "a") == datetime(2023, 8, 14, 18, 2, 11)
