"""`init` on a terminal, and with the answers in a file: on the services that `demo --keep` leaves running."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
import yaml

from photosync import config
from photosync.provider import AccountSettings, Question
from photosync.testing.command import Result, Sandbox
from tests.terminal import talk

_NOW = ("everything? (y or n) [y]: ", "\n")
_LIBRARY = ("The folder for the photos", "photos\n")
_AURA = [("E-mail address [", "\n"), ("Password (", "\n")]


@dataclass(frozen=True, slots=True)
class User:
    """Someone with nothing but the services of the demo."""

    sandbox: Sandbox

    @property
    def config(self) -> Path:
        return self.sandbox.home / ".config" / "photosync" / "config.yaml"

    @property
    def accounts(self) -> dict[str, dict[str, object]]:
        content: dict[str, dict[str, object]] = yaml.safe_load(self.config.read_text())["accounts"]
        return content

    def talk(self, answers: Sequence[tuple[str, str]], *arguments: str, **variables: str) -> tuple[int, str]:
        """Run `photosync init` on a terminal: after each text that it shows, type the answer."""
        environment = self.sandbox.environment() | variables
        return talk(["init", *arguments], answers, folder=self.sandbox.folder, environment=environment)

    def answer(self, content: object, *arguments: str) -> Result:
        """Run it with the answers in a file."""
        file = self.sandbox.folder / "answers.yaml"
        file.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
        return self.sandbox.run("init", "--answers", str(file), "--to", str(self.config), *arguments)

    def kept(self, provider: str) -> dict[str, object]:
        """The settings of the demo's account."""
        services = self.sandbox.home / ".local" / "state" / "photosync" / "demo" / "services.json"
        found: dict[str, object] = next(
            each["settings"] for each in json.loads(services.read_text())["services"] if each["provider"] == provider
        )
        return found


@pytest.fixture(scope="module")
def with_services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("user"))
    sandbox.home.mkdir()
    assert sandbox.run("demo", "--keep").exit == 0
    yield sandbox
    sandbox.run("demo", "--stop")


@pytest.fixture
def user(with_services: Sandbox) -> Iterator[User]:
    made = User(with_services)
    yield made
    for left in (made.config, made.config.with_name("config.yaml.bak")):
        left.unlink(missing_ok=True)


def test_from_nothing_to_the_first_photo(user: User) -> None:
    pasted = [("press Enter twice", "\n\n")]
    drive = [("Client ID [", "\n"), ("Client Secret (", "\n")]
    google = [("The downloaded file [", "\n")]
    status, said = user.talk([_NOW, _LIBRARY, ("Which ones?", "1 2 3,google\n"), *pasted, *_AURA, *drive, *google])
    assert status == 0, said
    assert "demo-amazon: signed in at amazon.com" in said
    assert "; 300 photos and videos\n" in said
    assert "demo-aura: signed in as ann@example.com; 2 frames with 322 photos and videos\n" in said
    assert "demo-clouddrive: signed in to Amazon Cloud Drive" in said
    assert "choose Copy, Copy as cURL" in said  # what to do in the browser
    assert "https://console.cloud.google.com/projectcreate" in said
    assert said.endswith("Next:\n\n    photosync pull\n    photosync pick demo-google\n")
    for secret in ("Atza", "correct horse", "simulated-client-secret"):
        assert secret not in said
    assert stat.S_IMODE(user.config.stat().st_mode) == 0o600
    assert f"library: {user.sandbox.folder}/photos  #" in user.config.read_text()
    assert "cookies" not in user.accounts["demo-amazon"]
    assert "# files at a time, 1 to 64" in user.config.read_text()
    user.sandbox.config.write_bytes(user.config.read_bytes())
    for account in ("demo-amazon", "demo-aura", "demo-clouddrive"):
        assert user.sandbox.run("pull", account, "--limit", "1").number("saved") == 1
    assert user.sandbox.run("session", "list", "demo-google").exit == 0


def test_what_cannot_be_is_asked_again(user: User) -> None:
    a_file = user.sandbox.folder / "a-file"
    a_file.touch()
    status, said = user.talk(
        [
            ("(y or n) [y]: ", "maybe\n"),
            ("(y or n) [y]: ", "y\n"),
            ("for the photos", f"{a_file}/photos\n"),
            ("is no folder", "~no-such-user/photos\n"),
            ("there is no such home folder", "photos\n"),
            ("Which ones?", "7\n"),
            ("'7' is none of them", "2 4\n"),
            ("E-mail address [", "x\n"),
            ("Password (", "x\n"),
            ("expected an e-mail address", ""),
            ("E-mail address [", "ann@example.com\n"),
            ("Password (", "wrong\n"),
            ("Aura refused the sign-in", "a\n"),
            *_AURA,
            ("The downloaded file [", "nothing.json\n"),
            ("There is no file", f"{'x' * 300}\n"),
            ("that can be read", "~no-such-user/x\n"),
            ("there is no such home folder", "\n"),
        ]
    )
    assert status == 0, said
    assert sorted(user.accounts) == ["demo-aura", "demo-google"]
    assert "wrong" not in user.config.read_text()


def test_an_account_that_fails_is_kept_for_later_or_left_out(user: User) -> None:
    wrong = [("E-mail address [", "\n"), ("Password (", "wrong\n")]
    status, said = user.talk([_NOW, _LIBRARY, ("Which ones?", "aura\n"), *wrong, ("leave it out (l)?", "k\n")])
    assert (status, user.accounts["demo-aura"]["password"]) == (0, "wrong")
    assert "    photosync login demo-aura\n    photosync pull\n" in said
    user.config.unlink()
    status, said = user.talk([_NOW, _LIBRARY, ("Which ones?", "aura\n"), *wrong, ("leave it out (l)?", "l\n")])
    assert (status, user.config.exists()) == (2, False)
    assert "no account was set up" in said


def test_a_configuration_is_replaced_only_after_a_yes_and_is_kept(user: User) -> None:
    user.config.parent.mkdir(parents=True, exist_ok=True)
    user.config.write_text("mine")
    status, said = user.talk([("config.yaml exists. Replace it?", "\n")])
    assert (status, user.config.read_text()) == (0, "mine")
    assert "Nothing was changed" in said
    status, said = user.talk([("Replace it?", "y\n"), _NOW, _LIBRARY, ("Which ones?", "aura\n"), *_AURA])
    assert status == 0, said
    assert list(user.accounts) == ["demo-aura"]
    kept = user.config.with_name("config.yaml.bak")
    assert (kept.read_text(), stat.S_IMODE(kept.stat().st_mode)) == ("mine", 0o600)


@pytest.mark.parametrize(("key", "status"), [("\x04", 2), ("\x03", 130)])
def test_who_ends_it_early_has_written_nothing(user: User, key: str, status: int) -> None:
    ended, said = user.talk([_NOW, _LIBRARY, ("Which ones?", "aura\n"), ("E-mail address [", key)])
    assert (ended, user.config.exists()) == (status, False), said


def test_the_configuration_of_the_demo_is_not_the_one_to_make(user: User) -> None:
    """Who tried the demo has its configuration in the environment still."""
    of_the_demo = user.sandbox.home / ".local" / "state" / "photosync" / "demo" / "config.yaml"
    before = of_the_demo.read_bytes()
    talked = [_NOW, _LIBRARY, ("Which ones?", "aura\n"), *_AURA]
    status, said = user.talk(talked, PHOTOSYNC_CONFIG=str(of_the_demo))
    assert (status, list(user.accounts), of_the_demo.read_bytes()) == (0, ["demo-aura"], before), said
    assert f"photosync pull --config {user.config}\n" in said


def test_without_a_terminal_it_says_what_to_do(user: User) -> None:
    result = user.sandbox.run("init")
    assert (result.exit, user.config.exists()) == (2, False)
    assert "nobody can answer here" in result.stderr
    for way in ("photosync init --answers FILE", "photosync init --example --to FILE", "--from credentials.ini"):
        assert way in result.stderr


def test_the_answers_can_be_in_a_file(user: User) -> None:
    aura, amazon = user.kept("aura"), user.kept("amazon")
    cookies = amazon.pop("cookies")
    assert isinstance(cookies, dict)
    header = "; ".join(f"{name}={value}" for name, value in cookies.items())
    (user.sandbox.folder / "header.txt").write_text(f"Cookie: {header}\n")
    accounts = {
        "photos": amazon | {"sign_in_with": "header.txt"},
        "aura": aura | {"password": "${HOME}"},
        "pictures": aura,
    }
    result = user.answer({"library": "~/Bilder", "accounts": accounts})
    assert result.exit == 4  # of one account; it stops no other
    assert "account 'aura': Aura refused the sign-in" in result.stderr
    found = result.objects[-1]["found"]
    assert isinstance(found, dict)
    assert found["aura"] is None
    assert found["photos"].endswith("; 300 photos and videos")
    assert found["pictures"] == "2 frames with 322 photos and videos"
    assert user.accounts["aura"]["password"] == "${HOME}"  # a reference stays one
    assert "Atza" not in user.config.read_text()
    assert stat.S_IMODE(user.config.stat().st_mode) == 0o600
    before = user.config.read_bytes()
    again = user.answer({"library": "~/Bilder", "accounts": {"aura": aura}}, "--no-test")
    assert (again.exit, user.config.read_bytes()) == (2, before)
    assert "--replace" in again.stderr
    assert user.answer({"library": "~/Bilder", "accounts": {"aura": aura}}, "--no-test", "--replace").exit == 0
    assert list(user.accounts) == ["aura"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("library: [", "answers.yaml:1: this is no YAML"),
        ("- a", "expected 'library' and 'accounts'"),
        ("library: ~/x", "expected 'library' and 'accounts'"),
        ("library: ~/x\naccounts: {aura: {email: a@b.example}}\nextra: 1", "unknown key extra"),
        ("library: ~/x\naccounts: {nothing: {provider: ''}}", "accounts.nothing"),
        ("library: ~/x\naccounts: {aura: text}", "accounts.aura: expected keys below it"),
        ("library: ~/x\naccounts: {aura: {mail: a@b.example}}", "accounts.aura"),
        ("library: ~/x\naccounts: {mine: {email: a@b.example}}", "accounts.mine"),
        ("library: ~/x\naccounts: {amazon: {sign_in_with: '${NOT_THERE}'}}", "no variable NOT_THERE"),
    ],
)
def test_answers_that_cannot_be_are_named_and_nothing_is_written(user: User, content: str, words: str) -> None:
    result = user.answer(content)
    assert (result.exit, user.config.exists()) == (2, False)
    assert "answers.yaml" in result.stderr
    assert words in result.stderr


def test_the_example_is_shown_or_written(user: User) -> None:
    shown = user.sandbox.text("init", "--example")
    target = user.sandbox.folder / "example.yaml"
    assert user.sandbox.run("init", "--example", "--to", str(target)).exit == 0
    assert target.read_text() == shown
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert set(config.load(target).accounts) == {"amazon", "aura", "google", "drive"}
    assert user.sandbox.run("init", "--example", "--to", str(target)).exit == 2
    target.unlink()
    too_long = user.sandbox.folder / ("x" * 300)
    assert user.sandbox.run("init", "--example", "--to", str(too_long)).exit == 6
    assert user.sandbox.run("init", "--example", "--to", str(user.sandbox.folder), "--replace").exit == 2


def test_ways_that_contradict_each_other_are_refused(user: User) -> None:
    assert user.sandbox.run("init", "--example", "--answers", "a.yaml").exit == 2
    assert user.sandbox.run("init", "--no-test").exit == 2


def test_a_provider_that_says_nothing_is_asked_for_its_required_keys() -> None:
    class Settings(AccountSettings):
        secret_keys: ClassVar[frozenset[str]] = frozenset({"token"})

        token: str
        server: str
        pause: int = 0

    assert Settings.set_up().questions == [Question("token", "token", is_secret=True), Question("server", "server")]
