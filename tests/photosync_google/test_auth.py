"""The token file, which another process may renew as well."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from photosync.errors import TemporaryError
from photosync.provider_kit.tokens import TokenFile
from photosync.transport import Policy, Transport, TransportSettings
from photosync_google.auth import GoogleAuth, token_fields
from photosync_google.oauth.client import read_client
from photosync_google.simulator import GoogleSimulator

UNREACHABLE = Policy(retry_budget_s=0.2, first_contact_budget_s=0.2)


def auth_of(folder: Path) -> GoogleAuth:
    auth = GoogleAuth(
        "google",
        read_client(folder / "client_secret.json", "google"),
        TokenFile(folder / "token.json", account="google", required=("refresh_token",)),
    )
    endpoints = (read_client(folder / "client_secret.json", "google").token_uri,)
    auth.transport = Transport(TransportSettings(own_hosts=(), endpoints=endpoints, auth=auth), policy=UNREACHABLE)
    return auth


def test_a_token_that_another_process_has_renewed_is_used(tmp_path: Path) -> None:
    with GoogleSimulator(items=0) as simulator:
        simulator.consent.write_files(tmp_path, simulator.url)
        auth = auth_of(tmp_path)
        first = auth.headers()
        simulator.consent.end_access()
        TokenFile(tmp_path / "token.json", account="google").write(simulator.consent.token_file())
        assert auth.refresh()
        assert auth.headers() != first
        assert simulator.consent.refreshes == 0
        assert simulator.consent.is_good(auth.headers()["Authorization"])


def test_the_keys_of_others_survive_a_refresh(tmp_path: Path) -> None:
    with GoogleSimulator(items=0) as simulator:
        simulator.consent.write_files(tmp_path, simulator.url)
        path = tmp_path / "token.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "note": "mine"}))
        auth = auth_of(tmp_path)
        auth.headers()
        assert auth.refresh()
        content = json.loads(path.read_text())
        assert (content["note"], content["token"]) == ("mine", simulator.consent.access_token)


def test_a_token_endpoint_that_is_away_costs_no_token(tmp_path: Path) -> None:
    with GoogleSimulator(items=0) as simulator:
        simulator.consent.write_files(tmp_path, simulator.url)
        auth = auth_of(tmp_path)
        auth.headers()
    before = (tmp_path / "token.json").read_text()
    with pytest.raises(TemporaryError):
        auth.refresh()
    assert (tmp_path / "token.json").read_text() == before
    assert not auth.is_needed


def test_secrets_are_all_known(tmp_path: Path) -> None:
    with GoogleSimulator(items=0) as simulator:
        simulator.consent.write_files(tmp_path, simulator.url)
        consent = simulator.consent
        assert set(auth_of(tmp_path).secrets()) == {consent.access_token, consent.refresh_token, consent.client_secret}


@pytest.mark.parametrize("life_s", [10**30, -1, True, "soon", None, [], 1e300])
def test_a_lifetime_that_cannot_be_is_an_hour(life_s: object) -> None:
    expiry = str(token_fields({"access_token": "a", "expires_in": life_s})["expiry"])
    left = datetime.fromisoformat(expiry) - datetime.now(UTC)
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
