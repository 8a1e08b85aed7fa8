"""The sign-in: once, kept, never in a loop; and every refusal says what it means."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from photosync.model import Kind
from photosync.testing import Fault
from photosync.testing.command import Result
from photosync_aura.simulator import ANN, KITCHEN
from tests.photosync_aura.frame_owner import Owner, OwnerOf, stored


def check_said(result: Result, exit_status: int, *words: str) -> None:
    """How it ended, what the user was told, and that no secret was."""
    assert result.exit == exit_status, result
    for word in words:
        assert word in result.stderr, result
    assert "correct horse" not in result.stdout + result.stderr


def test_one_sign_in_serves_many_runs(owner_of: OwnerOf) -> None:
    owner = owner_of(items=3)
    owner.pull_all()
    owner.pull_all()
    owner.run("collections", "aura")
    assert owner.logins == 1


def test_the_session_is_kept_for_the_user_alone(owner_of: OwnerOf) -> None:
    owner = owner_of(items=1)
    owner.pull_all()
    assert stat.S_IMODE(owner.session_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(owner.session_file.parent.stat().st_mode) == 0o700
    content = stored(owner.session_file)
    assert content["user_id"] == ANN
    assert content["email"] == "ann@example.com"
    assert content["device_id"] == owner.simulator.devices[0]


def test_the_session_may_lie_elsewhere(owner_of: OwnerOf, tmp_path: Path) -> None:
    owner = owner_of(items=1)
    owner.configure(token="aura-token.json")
    owner.pull_all()
    assert (tmp_path / "aura-token.json").exists()
    assert not owner.session_file.exists()


def test_the_installation_keeps_its_own_device_id(owner_of: OwnerOf) -> None:
    owner = owner_of(items=1)
    owner.pull_all()
    owner.session_file.unlink()
    owner.pull_all()
    first, second = owner.simulator.devices
    assert first == second
    assert len(first) == 36


def test_a_session_of_another_user_is_not_used(owner_of: OwnerOf) -> None:
    owner = owner_of(items=1)
    owner.pull_all()
    owner.configure(email="bob@example.com")
    check_said(owner.pull(), 4, "bob@example.com")
    assert owner.logins == 2


def test_a_dead_session_is_renewed_once(owner_of: OwnerOf) -> None:
    owner = owner_of(items=3)
    owner.pull_all()
    owner.simulator.end_sessions()
    owner.simulator.library.add(2)
    assert owner.pull_all().number("saved") == 2
    assert owner.logins == 2


def test_a_session_that_dies_at_once_again_ends_the_run(owner_of: OwnerOf) -> None:
    owner = owner_of(items=3)
    owner.pull_all()
    owner.simulator.faults.expired = Fault(times=50)
    owner.simulator.end_sessions()
    result = owner.pull()
    check_said(result, 4, "account 'aura'", "475")
    assert owner.logins == 2


def test_no_run_signs_in_over_and_over(owner_of: OwnerOf) -> None:
    owner = owner_of(items=60, most_a_page=2)
    owner.simulator.session_lasts = 3
    check_said(owner.pull(), 4, "account 'aura'", "photosync login aura")
    assert owner.logins == 2


def test_a_wrong_password_names_both_causes_and_is_not_tried_again(owner_of: OwnerOf) -> None:
    owner = owner_of(items=1)
    owner.configure(password="wrong-password")
    result = owner.pull()
    check_said(result, 4, "475", "e-mail or the password is wrong", "locked the account", "ann@example.com")
    assert "wrong-password" not in result.stdout + result.stderr
    assert owner.logins == 1


def test_a_lock_with_the_right_password_says_the_same(owner_of: OwnerOf) -> None:
    owner = owner_of(items=1)
    owner.simulator.faults.locked = Fault()
    check_said(owner.pull(), 4, "475", "although the password is right", "wait an hour")
    assert owner.logins == 1


def test_an_answer_without_a_token_says_what_is_missing(owner_of: OwnerOf) -> None:
    owner = owner_of(items=1)
    owner.simulator.faults.no_token = Fault()
    check_said(owner.pull(), 5, "no auth_token")


def test_no_password_and_no_session_says_where_to_write_it(owner_of: OwnerOf) -> None:
    owner = owner_of(items=1)
    owner.configure(password=None)
    check_said(owner.pull(), 4, "no password", "AURA_PASSWORD")
    assert owner.logins == 0


def test_a_session_needs_no_password(owner_of: OwnerOf) -> None:
    owner = owner_of(items=1)
    owner.pull_all()
    owner.configure(password=None)
    owner.pull_all()


def test_a_broken_session_file_is_named(owner_of: OwnerOf) -> None:
    owner = owner_of(items=1)
    owner.pull_all()
    owner.session_file.write_text("{")
    check_said(owner.pull(), 4, str(owner.session_file))


def test_nothing_secret_is_logged(owner_of: OwnerOf) -> None:
    owner = owner_of(items=3)
    (video,) = owner.simulator.library.add(kind=Kind.VIDEO, frame=KITCHEN)
    result = owner.pull_all("-vv", "--log-file", str(owner.sandbox.folder / "log.txt"))
    token = str(stored(owner.session_file)["auth_token"])
    (signature,) = [each.path.rpartition("=")[2] for each in owner.simulator.requests if f"{video}.mp4" in each.path]
    told = result.stdout + result.stderr + (owner.sandbox.folder / "log.txt").read_text()
    assert "login.json" in told, "there must be something to see"
    assert [secret for secret in (token, "correct horse", signature) if secret in told] == []


def test_login_and_logout(owner_of: OwnerOf) -> None:
    owner = owner_of(items=1)
    login = owner.run("login", "aura")
    assert login.exit == 0, login
    assert "signed in as ann@example.com" in login.stdout
    owner.pull_all()
    assert owner.logins == 1
    logout = owner.run("logout", "aura")
    assert logout.exit == 0, logout
    assert not list(owner.session_file.parent.glob("session.json*.bak"))
    assert not owner.session_file.exists()
    owner.pull_all()
    assert owner.logins == 2
    assert len(set(owner.simulator.devices)) == 1


def test_sign_in_state_is_known_without_a_request(owner_of: OwnerOf) -> None:
    owner = owner_of(items=1)
    before = owner.run("status")
    owner.pull_all()
    owner.simulator.forget()
    after = owner.run("status")
    assert "not signed in" in before.stdout
    assert "signed in as ann@example.com" in after.stdout
    assert owner.simulator.counts["total"] == 0


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ({"frames": {"home": {"id": KITCHEN, "wrong": 1}}}, "unknown key"),
        ({"frames": {"home": {"path": "x"}}}, "is missing"),
        ({"frames": {"a": KITCHEN, "b": KITCHEN}}, "same id"),
        ({"frames": {"home": {"id": KITCHEN, "time_zone": "Mars/Olympus"}}}, "time zone"),
        ({"email": None}, "email"),
        ({"delay": -1}, "delay"),
        ({"least_delay": -1}, "least_delay"),
        ({"endpoints": {"api": "http://api.example.com"}}, "https://"),
        ({"endpoints": {"video": "https://api.example.com"}}, "unknown key"),
    ],
)
def test_a_mistake_in_the_configuration_is_named(owner_of: OwnerOf, account: dict[str, object], words: str) -> None:
    owner: Owner = owner_of()
    owner.configure(**account)
    result = owner.run("pull", "aura")
    check_said(result, 2, str(owner.sandbox.config), words)
    assert owner.simulator.counts["total"] == 0
