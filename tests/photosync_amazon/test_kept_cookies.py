"""Renewed cookies are kept between runs, and the user's newer ones win over them."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.testing import Fault
from photosync.testing.command import Result, Sandbox
from photosync_amazon.simulator import AmazonSimulator


@pytest.fixture
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=5, rotating=True) as running:
        yield running


class User:
    """Someone with a file of cookies, and an account at the service."""

    def __init__(self, folder: Path, simulator: AmazonSimulator) -> None:
        self.simulator = simulator
        self.sandbox = Sandbox(folder)
        self.file = folder / "amazon-cookies.txt"
        self.save_cookies()
        self.configure()

    def configure(self, **changes: object) -> None:
        self.sandbox.configure({"amazon": self.simulator.account_settings() | {"cookies": str(self.file)} | changes})

    @property
    def kept(self) -> Path:
        return self.sandbox.home / ".local" / "state" / "photosync" / "accounts" / "amazon" / "cookies.json"

    def kept_values(self) -> dict[str, str]:
        return {each["name"]: each["value"] for each in json.loads(self.kept.read_text())["cookies"]}

    def save_cookies(self) -> None:
        """Copy the browser's cookies of this moment."""
        self.file.write_text("; ".join(f"{name}={value}" for name, value in self.simulator.cookies.items()))
        self.file.chmod(0o600)

    def pull(self, *options: str) -> Result:
        return self.sandbox.run("pull", "amazon", *options)

    def refreshes(self) -> int:
        return self.simulator.counts["POST /ap/exchangetoken/refresh"]


@pytest.fixture
def user(tmp_path: Path, simulator: AmazonSimulator) -> User:
    return User(tmp_path, simulator)


def test_renewed_cookies_are_used_by_the_next_run(user: User) -> None:
    user.simulator.end_session()
    assert user.pull().exit == 0
    assert user.refreshes() == 1
    assert user.kept_values() == user.simulator.cookies
    user.simulator.forget()
    assert user.pull().exit == 0
    assert (user.refreshes(), user.simulator.counts["401"]) == (0, 0)


@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
def test_they_are_for_their_owner_alone(user: User) -> None:
    user.simulator.end_session()
    user.pull()
    assert stat.S_IMODE(user.kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(user.kept.parent.stat().st_mode) == 0o700


def test_nothing_is_kept_of_a_session_that_was_not_renewed(user: User) -> None:
    assert user.pull().exit == 0
    assert not user.kept.exists()


@pytest.mark.parametrize("is_older", [True, False])
def test_a_file_that_the_user_replaced_wins(user: User, is_older: bool) -> None:
    user.simulator.end_session()
    user.pull()
    user.simulator.end_session()
    for _ in range(3):  # more renewals than the kept cookies survive
        user.simulator._renewals += 1
    user.save_cookies()
    if is_older:
        os.utime(user.file, (1_500_000_000, 1_500_000_000))
    user.simulator.forget()
    assert user.pull().exit == 0
    assert user.refreshes() == 0
    user.simulator.end_session()
    assert user.pull().exit == 0
    assert user.kept_values() == user.simulator.cookies


def test_a_new_time_alone_makes_no_newer_file(user: User) -> None:
    user.simulator.end_session()
    user.pull()
    os.utime(user.file, (4_000_000_000, 4_000_000_000))
    user.simulator.forget()
    assert user.pull().exit == 0
    assert user.simulator.counts["401"] == 0


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cookies": []}', '{"sign_in": "a", "source": "b", "cookies": 3}'])
def test_damaged_ones_are_named_and_the_users_own_count(user: User, content: str) -> None:
    user.simulator.end_session()
    user.pull()
    user.save_cookies()
    user.kept.write_text(content)
    result = user.pull()
    assert result.exit == 0
    assert f"the stored cookies in {user.kept} are damaged, and are not used" in result.stderr


def test_what_the_user_replaced_by_something_else_does_not_end_the_sign_in(user: User) -> None:
    user.simulator.end_session()
    user.pull()
    user.file.write_text("<html>Sign in</html>")
    result = user.pull()
    assert result.exit == 0
    assert "is a web page" in result.stderr
    assert "Those that are stored are used for now" in result.stderr


def test_a_file_with_older_cookies_than_the_kept_ones_falls_back_to_them(user: User) -> None:
    before = user.file.read_text()
    user.simulator.end_session()
    user.pull()
    user.simulator.end_session()
    user.pull()
    user.file.write_text(before.replace("; ", ";\n").replace("simulated-sst", "other-sst"))
    assert user.pull().exit == 0


def test_cookies_that_answers_renew_are_kept_at_once(user: User) -> None:
    for command in ("usage", "list", "usage"):  # a request at a time: of answers at the same time none is the last
        user.simulator.faults.renewed_cookies = Fault(times=1)
        assert user.sandbox.run(command, "amazon").exit == 0
        assert user.kept_values() == user.simulator.cookies
    user.simulator.forget()
    user.simulator.end_older_cookies()
    assert user.pull().exit == 0
    assert (user.refreshes(), user.simulator.counts["401"]) == (0, 0)


def test_renewed_during_every_answer_with_many_downloads(tmp_path: Path) -> None:
    with AmazonSimulator(items=60) as simulator:
        user = User(tmp_path, simulator)
        simulator.faults.renewed_cookies = Fault(on="list")
        assert user.pull("--jobs", "4").exit == 0
        assert user.kept_values()["at-main"].startswith('"Atza|simulated-')


@pytest.mark.parametrize("fault", ["sign_in_page", "sign_in_redirect"])
def test_the_cookies_of_the_sign_in_page_are_nobodys(user: User, fault: str) -> None:
    user.simulator.faults.set(fault, {"on": "list", "times": 1})
    assert user.pull().exit == 4
    assert not user.kept.exists()
    assert user.pull().exit == 0


def test_two_runs_at_the_same_time_renew_once_and_lose_nothing(tmp_path: Path) -> None:
    with AmazonSimulator(items=3, rotating=True) as simulator:
        user = User(tmp_path, simulator)
        others = [Sandbox(tmp_path) for _ in range(3)]
        simulator.end_session()
        processes = [each.start("list", "amazon") for each in others]
        assert [(process.communicate(timeout=60), process.returncode)[1] for process in processes] == [0, 0, 0]
        assert user.refreshes() == 1
        assert user.kept_values() == simulator.cookies


def test_a_state_folder_that_cannot_be_written_stops_no_run(user: User) -> None:
    user.kept.parent.parent.mkdir(parents=True)
    user.kept.parent.write_text("a file in place of the folder")
    user.simulator.faults.renewed_cookies = Fault(times=1)
    result = user.sandbox.run("list", "amazon")
    assert result.exit == 0
    assert "The renewed cookies are lost at the end of this run" in result.stderr


def test_they_go_with_the_configured_country(user: User) -> None:
    user.simulator.end_session()
    user.pull()
    user.configure(tld="de")
    assert user.pull().exit == 0


@pytest.mark.slow
def test_ten_nights_of_a_session_that_is_renewed_need_nobody(user: User) -> None:
    """Ten runs of the whole command. Each renewal makes the one before the last invalid."""
    for night in range(10):
        user.simulator.end_session()
        user.simulator.library.add()
        result = user.pull()
        assert (result.exit, result.number("saved")) == (0, 1 if night else 6), result
    assert user.refreshes() == 10
