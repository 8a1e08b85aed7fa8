"""Reading a user's filter: what cannot be right is refused, with its place."""

from __future__ import annotations

import pytest

from photosync.errors import UsageError
from photosync.provider_kit.amazon_drive.filters import NODE_FIELDS, NODE_RANGES, read_filter

_README = """type:(PHOTOS OR VIDEOS)
AND things:(plant AND beach OR moon)
AND timeYear:(2023)
AND timeMonth:(8)
AND timeDay:(14)
AND location:(CAN#BC#Vancouver)
AND people:(CyChdySYdfj7DHsjdSHdy)"""


@pytest.mark.parametrize(
    ("text", "fields", "has_open_or"),
    [
        (_README, ["type", "things", "timeYear", "timeMonth", "timeDay", "location", "people"], False),
        ("a:(x) OR b:(y)", ["a", "b"], True),
        ("(a:(x) OR b:(y)) AND c:(z)", ["a", "b", "c"], False),
        ("(kind:FILE) AND (name:x*)", ["kind", "name"], False),
        ('createdDate:{* TO "2023-01-01T00:00:00.000Z"]', ["createdDate"], False),
        ('name:"a) OR b:(" AND kind:FILE', ["name", "kind"], False),
        (r"name:my\ file\ \(1\).txt", ["name"], False),
        (r'name:"a \" quote"', ["name"], False),
        ("things:((plant AND beach) OR moon)", ["things"], False),
        ("settings.hidden:false", ["settings.hidden"], False),
    ],
)
def test_a_filter_that_is_right(text: str, fields: list[str], has_open_or: bool) -> None:
    filter_ = read_filter(text)
    assert [term.field for term in filter_.terms] == fields
    assert filter_.has_open_or is has_open_or
    assert filter_.as_clause == (f"({text})" if has_open_or else text)


def test_values() -> None:
    read = read_filter('location:(USA#CA#San Francisco OR JPN#13#Tokyo) AND name:"my file" AND a:["1" TO *]')
    assert [[value.text for value in term.values] for term in read.terms] == [
        ["USA#CA#San Francisco", "JPN#13#Tokyo"],
        ["my file"],
        ["1", "*"],
    ]


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("", "at the end", "expected a field"),
        ("   ", "at the end", "expected a field"),
        ("beach", "character 1 (beach)", "expected a field"),
        ("type:", "at the end", "expected a value"),
        ("type:()", "character 7 ())", "expected a value"),
        ("type:(PHOTOS", "character 6 ((PHOTOS)", "not closed"),
        ("type:(PHOTOS))", "character 14 ())", "not opened"),
        ("(type:(PHOTOS)", "character 1 ((type:(PHOTOS))", "not closed"),
        ("type:(PHOTOS) AND", "at the end", "expected a field"),
        ("type:(PHOTOS) AND OR a:(x)", "character 19 (OR a:(x))", "expected a field"),
        ("type:(PHOTOS) a:(x)", "character 15 (a:(x))", "expected AND or OR"),
        ("type:(PHOTOS) or a:(x)", "character 15 (or a:(x))", "expected AND or OR"),
        ('name:"abc', 'character 6 ("abc)', "quotation mark"),
        ('things:(a OR "b)', 'character 14 ("b))', "quotation mark"),
        ("things:(a OR)", "character 13 ())", "expected a value"),
        ("createdDate:[x TO y]", "character 13 ([x TO y])", "expected a range"),
        (" AND ".join(["a:(x)"] * 9), "character 81 (a:(x))", "more than 8 terms"),
        ("(" * 99, "character 10", "too many brackets"),
    ],
)
def test_a_filter_that_cannot_be_read(text: str, place: str, problem: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_filter(text)
    assert place in str(raised.value)
    assert problem in str(raised.value)


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("kind:FILE AND knid:FILE", "character 15 (knid:FILE)", "no field 'knid'"),
        ("md5:x", "character 1 (md5:x)", "write contentProperties.md5"),
        ("kind:FILES", "character 6 (FILES)", "expected one of FILE"),
        ("status:(AVAILABLE* OR GONE)", "character 23 (GONE))", "expected one of AVAILABLE"),
        ('createdDate:["2023-13-01T00:00:00Z" TO *]', "character 14", "expected a date"),
        ('createdDate:"23"', "character 13", "expected a date"),
        ('name:["a" TO "b"]', "character 7", "no ranges"),
        ("contentProperties.md5:abc", "character 23 (abc)", "32 lower-case"),
        ("isRoot:false", "character 8 (false)", "expected one of true"),
        ("contentProperties.size:big", "character 24 (big)", "expected a number"),
    ],
)
def test_a_field_or_value_that_cannot_be(text: str, place: str, problem: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_filter(text).check(NODE_FIELDS, NODE_RANGES)
    assert place in str(raised.value)
    assert problem in str(raised.value)
