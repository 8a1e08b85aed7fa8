"""How long a sign-in really lasted is recorded, and `status` says what to expect."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from photosync.jobs.status import SignInStatus
from photosync.provider import SignInHistory
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=2) as running:
        yield running


class Person:
    """Someone who signs in again whenever it is needed. Times pass by moving the record into the past."""

    def __init__(self, folder: Path, simulator: AmazonSimulator) -> None:
        self.simulator = simulator
        self.sandbox = Sandbox(folder)
        settings = simulator.account_settings()
        del settings["cookies"]
        self.sandbox.configure({"amazon": settings})

    @property
    def record(self) -> Path:
        return next(self.sandbox.home.rglob("sign-ins.json"))

    def sign_in(self) -> None:
        file = self.sandbox.folder / "header.txt"
        file.write_text("; ".join(f"{name}={value}" for name, value in self.simulator.cookies.items()))
        assert self.sandbox.run("login", "amazon", "--from", str(file)).exit == 0

    def pass_days(self, days: int) -> None:
        content = json.loads(self.record.read_text())
        for entry in content["sign_ins"]:
            for key in ("began", "worked", "ended"):
                if entry.get(key):
                    entry[key] = (datetime.fromisoformat(entry[key]) - timedelta(days=days)).isoformat()
        self.record.write_text(json.dumps(content))

    def live_through(self, days: int) -> None:
        """Sign in, run at the end of these days, and be refused the day after."""
        self.sign_in()
        self.pass_days(days)
        assert self.sandbox.run("list", "amazon").exit == 0
        self.pass_days(1)
        self.simulator.end_session()
        assert self.sandbox.run("list", "amazon").exit == 4


def test_status_says_how_long_the_last_ones_lasted(tmp_path: Path, simulator: AmazonSimulator) -> None:
    person = Person(tmp_path, simulator)
    assert "amazon: signed in" not in person.sandbox.text("status")
    for days in (12, 14):
        person.live_through(days)
    ended = person.sandbox.run("status").objects[0]
    assert ended["sign_in_ended"] is not None
    person.pass_days(4)
    said = "amazon: the sign-in ended 4 days ago; the last ones lasted 12 to 14 days"
    assert said in person.sandbox.text("status")
    person.sign_in()
    person.pass_days(3)
    assert "amazon: signed in 3 days ago; the last ones lasted 12 to 14 days" in person.sandbox.text("status")
    row = person.sandbox.run("status").objects[0]
    assert row["sign_ins_lasted_days"] == [12.0, 14.0]
    assert row["sign_in_ended"] is None
    assert datetime.fromisoformat(str(row["sign_in_began"])) < datetime.fromisoformat(str(row["last_run"] or NOW))


def test_only_the_last_ones_are_kept_and_a_damaged_record_stops_nothing(
    tmp_path: Path, simulator: AmazonSimulator
) -> None:
    person = Person(tmp_path, simulator)
    for days in range(2, 10):
        person.live_through(days)
    assert person.sandbox.run("status").objects[0]["sign_ins_lasted_days"] == [4.0, 5.0, 6.0, 7.0, 8.0, 9.0]
    for content in ("", "[]", '{"sign_ins": 3}', '{"sign_ins": [{"began": "soon"}]}'):
        person.record.write_text(content)
        assert "sign_in_began" not in person.sandbox.run("status").objects[0]
        person.sign_in()
        person.pass_days(1)
        assert "sign_in_began" in person.sandbox.run("status").objects[0]


@pytest.mark.parametrize(
    ("lasted", "words"),
    [
        ([], "signed in 3 days ago"),
        ([30], "signed in 3 days ago; the last one lasted 30 hours"),
        ([1, 1], "signed in 3 days ago; the last ones lasted 1 hour"),
        ([20, 24 * 14], "signed in 3 days ago; the last ones lasted 20 hours to 14 days"),
        ([24 * 12, 24 * 14], "signed in 3 days ago; the last ones lasted 12 to 14 days"),
    ],
)
def test_the_words(lasted: list[int], words: str) -> None:
    began = NOW - timedelta(days=3, hours=2)
    history = SignInHistory(began, began, None, [timedelta(hours=hours) for hours in lasted])
    assert SignInStatus("", history).expectation(NOW) == words
