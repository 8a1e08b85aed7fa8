"""Refreshing the token, and what a user reads when that is refused (section 1.1)."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from photosync.errors import SignInError
from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_clouddrive.simulator.tokens import CLIENT_ID, CLIENT_SECRET
from tests.photosync_clouddrive.conftest import Account, configure
from tests.photosync_clouddrive.person import TOKEN


def test_a_token_that_ends_in_mid_run_is_refreshed_once(tmp_path: Path) -> None:
    with CloudDriveSimulator(items=60, token_uses=30) as simulator:
        sandbox = Sandbox(tmp_path)
        configure(sandbox, simulator)
        simulator.tokens.uses = None  # what a refresh gives lasts
        result = sandbox.run("pull", "drive", "--jobs", "8")
        assert result.exit == 0, result
        assert result.number("saved") == 60
        assert simulator.counts["401"] >= 1
        assert simulator.counts[TOKEN] == 1


@pytest.mark.parametrize("is_bare", [False, True])
def test_a_token_is_refreshed_before_its_end(simulator: CloudDriveSimulator, account: Account, is_bare: bool) -> None:
    """The answer may have no refresh token; then the old one stays."""
    simulator.faults.no_refresh_token = Fault() if is_bare else None
    token = json.loads(simulator.token_file.read_text())
    simulator.token_file.write_text(json.dumps({**token, "exp_time": 1.5, "of_acd_cli": "kept"}))
    assert len(account.listing().items) == 60
    assert (simulator.counts[TOKEN], simulator.counts["401"]) == (1, 0)
    written = json.loads(simulator.token_file.read_text())
    assert written["of_acd_cli"] == "kept"
    assert written["refresh_token"] == token["refresh_token"]
    assert written["access_token"] != token["access_token"]
    assert written["exp_time"] > 1_500_000_000


def test_two_processes_refresh_once(simulator: CloudDriveSimulator, tmp_path: Path) -> None:
    token = json.loads(simulator.token_file.read_text())
    simulator.token_file.write_text(json.dumps({**token, "exp_time": 1.5}))
    simulator.faults.latency = Fault(value=0.3)
    sandboxes = [Sandbox(tmp_path / name) for name in ("one", "two")]
    for sandbox in sandboxes:
        configure(sandbox, simulator)
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(lambda sandbox: sandbox.run("collections", "drive"), sandboxes))
    assert [result.exit for result in results] == [0, 0], results
    assert simulator.counts[TOKEN] == 1


def test_what_another_process_refreshed_is_used(simulator: CloudDriveSimulator, account: Account) -> None:
    provider = account.open()
    list(provider.collections())
    simulator.tokens.end_access()
    token = json.loads(simulator.token_file.read_text())
    simulator.token_file.write_text(json.dumps({**token, **simulator.tokens.issue(), "exp_time": 9e9}))
    list(provider.collections())
    assert simulator.counts[TOKEN] == 0


def test_a_token_file_from_elsewhere_that_does_not_say_when_it_ends(
    simulator: CloudDriveSimulator, account: Account
) -> None:
    token = simulator.tokens.issue()
    simulator.token_file.write_text(json.dumps(token))
    assert len(account.listing().items) == 60
    assert json.loads(simulator.token_file.read_text()).keys() == {*token, "exp_time"}
    simulator.tokens.end_access()
    assert account.listing().total == 60
    assert simulator.counts[TOKEN] == 1


def test_client_data_of_acd_cli(simulator: CloudDriveSimulator, account: Account, tmp_path: Path) -> None:
    file = tmp_path / "client_data"
    file.write_text(json.dumps({"CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": CLIENT_SECRET}))
    simulator.token_file.touch()
    simulator.tokens.end_access()
    listing = account.listing(client_id=None, client_secret=None, client_data="client_data")
    assert (listing.total, simulator.counts[TOKEN]) == (60, 1)


@pytest.mark.parametrize(
    ("refusal", "message"),
    [
        ((400, "invalid_grant", "revoked"), "no longer accepts this sign-in .*invalid_grant: revoked.*photosync login"),
        ((400, "invalid_client", "who?"), "does not know this client .*'client_id' and 'client_secret'"),
        ((401, "invalid_client", "who?"), "does not know this client"),
        ((400, "invalid_request", "no"), r"gave no token \(invalid_request: no\)\. Check 'client_id'"),
        ((400, "unauthorized_client", "no"), "unauthorized_client: no.*Check"),
        ((400, "unsupported_grant_type", "no"), "unsupported_grant_type: no.*Check"),
        ((400, "invalid_scope", "no"), "invalid_scope: no.*'scopes'"),
    ],
)
def test_a_refresh_that_is_refused(
    simulator: CloudDriveSimulator, account: Account, refusal: tuple[int, str, str], message: str
) -> None:
    provider = account.open()
    simulator.tokens.end_access()
    simulator.tokens.refused = refusal
    with pytest.raises(SignInError, match=f"account 'drive'.*{message}"):
        list(provider.collections())
    with pytest.raises(SignInError):
        list(provider.collections())
    assert simulator.counts[TOKEN] == 1, "asked again although a person is needed"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_token_route_that_is_busy_is_asked_again(
    simulator: CloudDriveSimulator, account: Account, status: int
) -> None:
    provider = account.open()
    simulator.tokens.end_access()
    simulator.faults.server_error = Fault(value=status, times=2, on="other", after=1)
    assert len(list(provider.collections())) > 5


def test_a_token_that_is_refused_although_it_is_fresh(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.tokens.uses = 0
    simulator.tokens.end_access()
    with pytest.raises(SignInError, match=r"does not accept the token in .*oauth\.json .*photosync login drive"):
        account.listing()


def test_a_sign_in_that_was_taken_back_is_exit_4(simulator: CloudDriveSimulator, tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    configure(sandbox, simulator)
    simulator.tokens.revoke()
    result = sandbox.run("pull", "drive")
    assert result.exit == 4, result
    assert "photosync login drive" in result.stderr + str(result.summary)
    secret = json.loads(simulator.token_file.read_text())["refresh_token"]
    assert secret not in result.stderr + result.stdout


def test_no_secret_in_any_log(simulator: CloudDriveSimulator, tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    configure(sandbox, simulator)
    before = json.loads(simulator.token_file.read_text())
    simulator.tokens.end_access()
    result = sandbox.run("pull", "drive", "-vv", "--log-file", str(tmp_path / "log"))
    after = json.loads(simulator.token_file.read_text())
    shown = result.stdout + result.stderr + (tmp_path / "log").read_text()
    assert result.exit == 0, result
    for secret in (before["access_token"], before["refresh_token"], after["access_token"], CLIENT_SECRET):
        assert secret not in shown


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "is no JSON"), ('{"access_token": "a", "expires_in": 5}', "has no refresh_token")],
)
def test_a_broken_token_file(simulator: CloudDriveSimulator, account: Account, content: str, message: str) -> None:
    simulator.token_file.write_text(content)
    with pytest.raises(SignInError, match=f"oauth.json {message}.*delete it"):
        account.listing()
