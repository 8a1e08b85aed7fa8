"""Signing in and out."""

from __future__ import annotations

import json
import socket
import stat
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from photosync.errors import SignInError
from photosync.testing.command import Sandbox
from photosync_clouddrive.simulator import CloudDriveSimulator
from tests.photosync_clouddrive.person import Person, consent, link_shown_by, start_login

if TYPE_CHECKING:
    from tests.photosync_clouddrive.conftest import Account


def test_login_with_a_browser(simulator: CloudDriveSimulator, account: Account) -> None:
    person = Person(port=0)
    provider = account.open(token=None)
    assert provider.sign_in_state() == "not signed in"
    said = provider.sign_in(person)
    file = account.state / "oauth.json"
    assert str(file) in said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    asked = parse_qs(urlsplit(person.links[0]).query)
    assert asked["scope"] == ["clouddrive:read_all"]
    assert asked["code_challenge_method"] == ["S256"], "the simulator compares the challenge with the verifier"
    assert provider.sign_in_state().startswith("signed in")
    assert len(account.listing(token=None).items) == 60


def test_login_with_a_browser_elsewhere(simulator: CloudDriveSimulator, account: Account) -> None:
    person = Person(browser_allowed=False, answer=lambda url: f"  {consent(url, follow=False)}\n")
    account.open(token=None).sign_in(person)
    assert len(account.listing(token=None).items) == 60
    token = json.loads((account.state / "oauth.json").read_text())
    assert {"access_token", "refresh_token", "expires_in", "token_type", "exp_time"} <= token.keys()


def test_the_command_receives_the_answer_on_a_port(simulator: CloudDriveSimulator, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    sandbox = Sandbox(tmp_path)
    sandbox.configure({"drive": simulator.fresh_settings()})
    process = start_login(sandbox, "--no-browser", "--port", str(port))
    consent(link_shown_by(process))
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    assert "signed in to Amazon Cloud Drive" in stdout
    assert sandbox.run("pull", "drive").number("saved") == 60
    assert sandbox.run("logout", "drive").exit == 0
    result = sandbox.run("pull", "drive")
    assert result.exit == 4
    assert "photosync login drive" in result.stderr + str(result.summary)


def test_the_command_takes_a_pasted_address(simulator: CloudDriveSimulator, tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    sandbox.configure({"drive": simulator.fresh_settings()})
    process = start_login(sandbox, "--no-browser")
    address = consent(link_shown_by(process), follow=False)
    stdout, stderr = process.communicate(f"{address}\n", timeout=60)
    assert process.returncode == 0, stderr
    assert parse_qs(urlsplit(address).query)["code"][0] not in stdout + stderr
    assert sandbox.run("collections", "drive").exit == 0


def test_login_with_the_answer_to_another_question(account: Account) -> None:
    def other(url: str) -> str:
        return consent(url, follow=False).replace("state=", "state=x")

    with pytest.raises(SignInError, match="belongs to another sign-in"):
        account.open(token=None).sign_in(Person(browser_allowed=False, answer=other))


def test_login_that_the_person_refuses(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.tokens.denied = True
    person = Person(browser_allowed=False, answer=lambda url: consent(url, follow=False))
    with pytest.raises(SignInError, match=r"not granted \(access_denied: Access not permitted\.\)"):
        account.open(token=None).sign_in(person)


def test_login_without_a_terminal(account: Account) -> None:
    with pytest.raises(SignInError, match="Nobody can answer here"):
        account.open(token=None).sign_in(Person(browser_allowed=False))


def test_a_code_that_was_used_up(account: Account) -> None:
    with pytest.raises(SignInError, match=r"did not accept the code \(invalid_grant: .*photosync login drive"):
        account.open(token=None).sign_in(Person(browser_allowed=False, answer=lambda _: "AnOldCode"))


def test_login_as_another_user_forgets_the_tree(simulator: CloudDriveSimulator, account: Account) -> None:
    mark = account.listing().mark
    with CloudDriveSimulator(items=3) as other:
        other.drive._own["OtherRootExample_AAAAA"] = {
            **other.drive._own.pop("RootExample_AAAAAAAAAA"),
            "id": "OtherRootExample_AAAAA",
        }
        other.drive._journal[0] = "OtherRootExample_AAAAA"
        account.simulator = other
        person = Person(browser_allowed=False, answer=lambda url: consent(url, follow=False))
        account.open(token=None).sign_in(person)
        assert len(account.news(mark, token=None).items) == 3


def test_logout_deletes_the_token(account: Account) -> None:
    person = Person(browser_allowed=False, answer=lambda url: consent(url, follow=False))
    account.open(token=None).sign_in(person)
    provider = account.open(token=None)
    assert "oauth.json" in provider.sign_out()
    assert provider.sign_out() == "nobody was signed in"
    with pytest.raises(SignInError, match="not signed in yet"):
        account.listing(token=None)
