"""Signing in and out, and what becomes of a sign-in that ends."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing import Fault
from tests.photosync_google.google_user import ACCOUNT, GoogleUser, ended, free_port, get, redirected, shown_link

CONSENT = "/o/oauth2/auth?"


@contextmanager
def newcomer(folder: Path, items: int = 2) -> Iterator[GoogleUser]:
    """A user who has never signed in."""
    with GoogleUser.with_items(folder, items) as someone:
        someone.token_path.unlink()
        someone.settings.pop("token")
        someone.configure()
        yield someone


def kept_token(folder: Path) -> Path:
    return next((folder / "home").rglob("token.json"))


def test_login_by_the_listener(tmp_path: Path) -> None:
    with newcomer(tmp_path) as someone:
        port = free_port()
        process = someone.start("login", ACCOUNT, "--no-browser", "--port", str(port))
        link = shown_link(process, CONSENT)
        assert get(f"http://127.0.0.1:{port}/favicon.ico")[0] == 404
        assert get(f"http://127.0.0.1:{port}/?state=wrong&code=stolen")[0] == 400
        status, page = get(redirected(link))
        assert (status, "photosync" in page) == (200, True)
        status, stdout, stderr = ended(process)
        assert status == Exit.OK, stderr
        assert "signed in to Google Photos" in stdout
        token = kept_token(tmp_path)
        assert stat.S_IMODE(token.stat().st_mode) == 0o600
        assert stat.S_IMODE(token.parent.stat().st_mode) == 0o700
        content = json.loads(token.read_text())
        assert content["refresh_token"] == someone.simulator.consent.refresh_token
        assert someone.pick().number("saved") == 2


def test_login_and_pick_in_the_desktops_browser(tmp_path: Path) -> None:
    with newcomer(tmp_path) as someone:
        process = someone.start("pick", ACCOUNT, **someone.with_a_browser())
        status, _, stderr = ended(process)
        assert status == Exit.OK, stderr
        consent, picker = someone.visited.read_text().split()
        assert CONSENT in consent
        assert picker.endswith("/autoclose"), "on this computer the tab closes itself"
        assert f"{picker.removesuffix('/autoclose')}\n" in stderr, "a phone's would not"
        assert someone.all_there()


def test_over_ssh_no_browser_is_opened(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 1) as someone:
        process = someone.start("pick", ACCOUNT, **someone.with_a_browser(), SSH_CONNECTION="10.0.0.1 1 10.0.0.2 22")
        status, _, stderr = ended(process)
        assert status == Exit.OK, stderr
        assert not someone.visited.exists()


def test_the_token_file_is_one_that_google_auth_reads(tmp_path: Path) -> None:
    from google.oauth2.credentials import Credentials  # noqa: PLC0415

    with newcomer(tmp_path) as someone:
        sign_in_by_paste(someone)
        credentials = Credentials.from_authorized_user_file(str(kept_token(tmp_path)))  # type: ignore[no-untyped-call]
        assert credentials.refresh_token == someone.simulator.consent.refresh_token
        assert credentials.valid


def sign_in_by_paste(someone: GoogleUser, *, pasted: str | None = None) -> tuple[int, str, str]:
    process = someone.start("login", ACCOUNT, "--no-browser")
    link = shown_link(process, CONSENT)
    return ended(process, (redirected(link) if pasted is None else pasted) + "\n")


def test_login_by_pasting_the_address(tmp_path: Path) -> None:
    with newcomer(tmp_path) as someone:
        status, _, stderr = sign_in_by_paste(someone)
        assert status == Exit.OK, stderr
        assert someone.pick().exit == Exit.OK


def test_a_pasted_address_of_another_sign_in_is_refused(tmp_path: Path) -> None:
    with newcomer(tmp_path) as someone:
        status, _, stderr = sign_in_by_paste(someone, pasted="http://localhost/?state=another&code=4/0Ab")
        assert status == Exit.AUTH
        assert "another sign-in" in stderr


def test_no_person_is_there_to_sign_in(tmp_path: Path) -> None:
    with newcomer(tmp_path) as someone:
        result = someone.run("login", ACCOUNT, "--no-browser")
        assert result.exit == Exit.AUTH, result
        result = someone.pick()
        assert result.exit == Exit.AUTH, result
        assert "photosync login google" in str(result.summary["message"])


def test_the_person_presses_cancel(tmp_path: Path) -> None:
    with newcomer(tmp_path) as someone:
        someone.simulator.faults.access_denied = Fault()
        status, _, stderr = sign_in_by_paste(someone)
        assert status == Exit.AUTH
        assert "not granted" in stderr
        assert not list((tmp_path / "home").rglob("token.json"))


def test_the_person_unticks_the_box(tmp_path: Path) -> None:
    with newcomer(tmp_path) as someone:
        someone.simulator.faults.fewer_scopes = Fault()
        status, _, stderr = sign_in_by_paste(someone)
        assert status == Exit.AUTH
        assert "tick the box" in stderr


def test_a_consent_without_a_refresh_token_is_asked_for_once_more(tmp_path: Path) -> None:
    with newcomer(tmp_path) as someone:
        someone.simulator.faults.no_refresh_token = Fault()
        port = free_port()
        process = someone.start("login", ACCOUNT, "--no-browser", "--port", str(port))
        first = shown_link(process, CONSENT)
        assert "prompt=consent" not in first
        get(redirected(first))
        second = shown_link(process, CONSENT)
        assert "prompt=consent" in second
        get(redirected(second))
        status, _, stderr = ended(process)
        assert status == Exit.OK, stderr


@pytest.mark.parametrize(
    ("fault", "words"), [("invalid_client", "does not know the client"), ("invalid_grant", "good once")]
)
def test_a_refused_exchange(tmp_path: Path, fault: str, words: str) -> None:
    with newcomer(tmp_path) as someone:
        someone.simulator.faults.set(fault, {})
        status, _, stderr = sign_in_by_paste(someone)
        assert status == Exit.AUTH
        assert words in stderr


def test_pick_signs_in_on_demand(tmp_path: Path) -> None:
    with newcomer(tmp_path) as someone:
        port = free_port()
        process = someone.start("pick", ACCOUNT, "--no-browser", "--port", str(port), "--json")
        get(redirected(shown_link(process, CONSENT)))
        status, stdout, stderr = ended(process)
        assert status == Exit.OK, stderr
        assert json.loads(stdout)["saved"] == 2


def test_pick_signs_in_again_when_the_sign_in_has_ended(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 2) as someone:
        someone.write_token(expiry="2020-01-01T00:00:00Z", refresh_token="1//0g-seven-days-old")
        port = free_port()
        process = someone.start("pick", ACCOUNT, "--no-browser", "--port", str(port), "--json")
        get(redirected(shown_link(process, CONSENT)))
        status, stdout, stderr = ended(process)
        assert status == Exit.OK, stderr
        assert json.loads(stdout)["saved"] == 2
        former = json.loads(someone.token_path.with_name("token.json.bak").read_text())
        assert former["refresh_token"] == "1//0g-seven-days-old"


# A token gets old


def test_a_token_is_renewed_ahead_of_time(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 2) as someone:
        someone.write_token(**someone.simulator.consent.token_file(life_s=100))
        assert someone.pick().exit == Exit.OK
        assert someone.simulator.consent.refreshes == 1
        assert someone.simulator.counts["401"] == 0
        assert someone.token["token"] == someone.simulator.consent.access_token
        assert someone.token["refresh_token"] == someone.simulator.consent.refresh_token


def test_a_token_that_is_refused_is_renewed_once(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 60) as someone:
        someone.simulator.consent.end_access()
        assert someone.pick().exit == Exit.OK
        assert someone.simulator.consent.refreshes == 1
        assert someone.all_there()


def test_a_token_that_ends_in_mid_run_is_renewed_once_for_all_workers(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 80) as someone:
        someone.simulator.faults.latency = Fault(value=0.05, on="content")
        process = someone.start("pick", ACCOUNT, "--no-browser", "--jobs", "8")
        assert someone.simulator.wait_for(lambda: someone.simulator.counts["content"] >= 20)
        someone.simulator.consent.end_access()
        status, _, stderr = ended(process)
        assert status == Exit.OK, stderr
        assert someone.simulator.consent.refreshes == 1
        assert someone.all_there()


def test_a_401_for_content_alone_is_met_with_a_new_address(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 20) as someone:
        someone.simulator.faults.expired = Fault(times=1, after=5, on="content")
        assert someone.pick().exit == Exit.OK
        assert someone.all_there()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("invalid_grant", ["7 days", "Testing", "photosync login google"]),
        ("invalid_client", ["Download the client again", "photosync login google"]),
    ],
)
def test_a_sign_in_that_cannot_be_renewed(tmp_path: Path, fault: str, words: list[str]) -> None:
    with GoogleUser.with_items(tmp_path, 2) as someone:
        someone.write_token(expiry="2020-01-01T00:00:00Z")
        before = someone.token
        someone.simulator.faults.set(fault, {})
        result = someone.pick()
        assert result.exit == Exit.AUTH, result
        assert [word for word in words if word not in str(result.summary["message"])] == []
        assert someone.token == before, "the old token must not be lost"


def test_trouble_at_the_token_endpoint_is_no_end_of_the_sign_in(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 2) as someone:
        someone.write_token(expiry="2020-01-01T00:00:00Z")
        someone.simulator.faults.token_error = Fault(times=2)
        assert someone.pick().exit == Exit.OK


def test_a_token_for_something_else(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 2) as someone:
        someone.write_token(scopes=["https://www.googleapis.com/auth/photoslibrary.appendonly"])
        result = someone.pick()
        assert result.exit == Exit.AUTH, result
        assert "photospicker.mediaitems.readonly" in str(result.summary["message"])
        assert someone.simulator.counts["total"] == 0


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"token": "ya29.x"}'])
def test_a_broken_token_file(tmp_path: Path, content: str) -> None:
    with GoogleUser.with_items(tmp_path, 2) as someone:
        someone.token_path.write_text(content)
        result = someone.pick()
        assert result.exit == Exit.AUTH, result
        assert str(someone.token_path) in str(result.summary["message"])


# Out


def test_logout_revokes_and_deletes(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 2) as someone:
        someone.upload_token_path.unlink()
        result = someone.run("logout", ACCOUNT)
        assert result.exit == Exit.OK, result
        assert someone.simulator.consent.revoked == [someone.simulator.consent.refresh_token]
        assert not someone.token_path.exists()
        assert "was not signed in" in someone.run("logout", ACCOUNT).stdout


@pytest.mark.parametrize("fault", ["server_error", "html"])
def test_logout_deletes_whatever_google_says(tmp_path: Path, fault: str) -> None:
    with GoogleUser.with_items(tmp_path, 2) as someone:
        someone.sandbox.configure({ACCOUNT: someone.settings}, retry_budget="1s")
        someone.simulator.faults.set(fault, {"on": "other", "value": 400 if fault == "server_error" else 200})
        result = someone.run("logout", ACCOUNT)
        assert result.exit == Exit.OK, result
        assert not someone.token_path.exists()


# The client


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read"),
        ("<html>", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "neither 'installed' nor 'web'"),
        ('{"type": "service_account", "private_key": "x"}', "service account"),
        ('{"token": "x", "refresh_token": "y"}', "is a token, not a client"),
        ('{"installed": {"client_id": "x", "auth_uri": "https://a/b", "token_uri": "https://a/c"}}', "client_secret"),
        (
            '{"web": {"client_id": "x", "client_secret": "y", "auth_uri": "https://a/b", "token_uri": "http://a.b/c"}}',
            "no https address",
        ),
    ],
)
def test_a_client_file_that_is_none(tmp_path: Path, content: str | None, words: str) -> None:
    with GoogleUser.with_items(tmp_path, 1) as someone:
        path = Path(str(someone.settings["client_secret"]))
        path.unlink() if content is None else path.write_text(content)
        result = someone.pick()
        assert result.exit == Exit.USAGE, result
        message = str(result.summary["message"])
        assert words in message
        assert "Desktop app" in message
        assert str(path) in message
