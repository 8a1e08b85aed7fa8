"""The options that select items: what they mean, and what an account refuses."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from photosync.api.selection import selection_of
from photosync.cli.options import SelectionOptions
from photosync_amazon.simulator import AmazonSimulator
from tests.cli.conftest import CommandLine


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2023", datetime(2023, 1, 1), datetime(2024, 1, 1)),
        ("2024", datetime(2024, 1, 1), datetime(2025, 1, 1)),
        ("2023-07", datetime(2023, 7, 1), datetime(2023, 8, 1)),
        ("2023-7", datetime(2023, 7, 1), datetime(2023, 8, 1)),
        ("2023-12", datetime(2023, 12, 1), datetime(2024, 1, 1)),
        ("2024-02", datetime(2024, 2, 1), datetime(2024, 3, 1)),
        ("2023-07-15", datetime(2023, 7, 15), datetime(2023, 7, 16)),
        ("2023-12-31", datetime(2023, 12, 31), datetime(2024, 1, 1)),
    ],
)
def test_a_date_is_the_whole_of_its_period(text: str, since: datetime, until: datetime) -> None:
    selection = selection_of(SelectionOptions(since=text, until=text))
    assert (selection.since, selection.until) == (since, until)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--year", "23"), "--year 23: expected a year from 1826 to"),
        (("--year", "0"), "--year 0"),
        (("--year", "2203"), "--year 2203"),
        (("--year", "2023", "--year", "-2023"), "--year -2023"),
        (("--month", "13"), "--month"),
        (("--since", "0023"), "--since 0023: expected a year from 1826 to"),
        (("--until", "1023-07"), "--until 1023-07"),
        (("--since", "2203-01-01"), "--since 2203-01-01"),
        (("--since", "2024", "--until", "2023"), "--since 2024 is after --until 2023"),
        (("--since", "2023-07-16", "--until", "2023-07-15"), "--since 2023-07-16 is after --until 2023-07-15"),
        (("--since", "99999999999d"), "--since"),
        (("--since", "9" * 5000 + "d"), "--since"),
        (("--limit", "9" * 20), "--limit"),
        (("--recent", "9" * 20), "--recent"),
    ],
)
@pytest.mark.parametrize("command", ["list", "pull"])
def test_a_value_that_cannot_be_is_wrong_usage(
    photosync: CommandLine, simulator: AmazonSimulator, command: str, options: tuple[str, ...], named: str
) -> None:
    result = photosync(command, "amazon", *options)
    assert result.exit_code == 2, result.output
    assert named in " ".join(result.stderr.split())
    assert simulator.requests == []


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("--limit-time", "9" * 20 + "d"), ("--limit-bytes", "9" * 400), ("--bwlimit", "9" * 30 + "T")),
        *(
            ("--layout", "/photos/{name}"),
            ("--layout", "~/{name}"),
            ("--layout", "../{name}"),
            ("--layout", "{year}/../{name}"),
        ),
    ],
)
def test_a_value_beyond_all_bounds_is_wrong_usage(photosync: CommandLine, option: str, value: str) -> None:
    result = photosync("pull", "amazon", option, value)
    assert result.exit_code == 2, result.output
    assert option in result.stderr


@pytest.mark.parametrize(("text", "days"), [("1d", (1, 1)), ("2w", (14, 14)), ("1m", (28, 31)), ("3y", (1095, 1096))])
def test_a_time_ago_is_a_day(text: str, days: tuple[int, int]) -> None:
    selection = selection_of(SelectionOptions(since=text, until=text))
    assert selection.since is not None
    assert selection.until == selection.since + timedelta(days=1)
    ago = datetime.now() - selection.since  # noqa: DTZ005 - the user's own clock
    assert timedelta(days=days[0]) <= ago < timedelta(days=days[1] + 2)  # it may have become another day by now


def test_each_option_selects(photosync: CommandLine, simulator: AmazonSimulator) -> None:
    expected = list(simulator.library.expected())

    def ids(*options: str) -> set[object]:
        return {each["id"] for each in photosync.objects("list", "amazon", *options)}

    def of(year: int) -> set[str]:
        return {item.id for item in expected if item.taken is not None and item.taken.year == year}

    assert ids("--year", "2022") == of(2022)
    assert ids("--year", "2022", "--year", "2023") == of(2022) | of(2023)
    assert ids("--since", "2023") == of(2023)
    assert ids("--until", "2022-12-31") == of(2022)
    assert ids("--kind", "photo") | ids("--kind", "video") == ids()
    assert len(ids("--recent", "3")) == len(ids("--limit", "3")) == 3


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--query", "x"), "--query"),
        (("--all-files",), "--all-files"),
        (("--query", "x", "--all-files"), "--all-files, --query"),
    ],
)
@pytest.mark.parametrize("command", ["list", "pull"])
def test_what_an_account_cannot_select_by_is_refused(
    photosync: CommandLine, command: str, options: tuple[str, ...], named: str
) -> None:
    photosync.configure(
        {"aura": {"email": "me@example.com", "password": "x", "endpoints": {"api": "http://127.0.0.1:9"}}}
    )
    result = photosync(command, "aura", *options)
    assert result.exit_code == 2, result.output
    assert f"account 'aura': Aura cannot select by {named}. Leave that out, or select otherwise." in result.stderr


def test_a_collection_is_found_by_its_id_its_name_or_a_part_of_one_name(photosync: CommandLine) -> None:
    albums = photosync.objects("collections", "amazon")
    album = albums[0]
    name = str(album["name"])
    for text in (str(album["id"]), name, name[:-1].upper()):
        rows = photosync.objects("list", "amazon", text)
        assert rows == photosync.objects("list", "amazon", "--album", str(album["id"]))
        assert all(name in row["collections"] for row in rows)  # type: ignore[operator]
