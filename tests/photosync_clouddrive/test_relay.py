"""Relays that refresh the token, and whether the relay or the service is asked (sections 1.4 and 1.5)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from photosync.errors import ConfigError, SignInError
from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_clouddrive.simulator.tokens import STRANGER
from tests.photosync_clouddrive.person import Person

if TYPE_CHECKING:
    from tests.photosync_clouddrive.conftest import Account


def relay_settings(simulator: CloudDriveSimulator, **more: object) -> dict[str, object]:
    return {"client_id": None, "client_secret": None, "relay": f"{simulator.url}/relay", **more}


@pytest.mark.parametrize("method", ["post", "get", "json"])
def test_a_relay_refreshes(simulator: CloudDriveSimulator, account: Account, method: str) -> None:
    provider = account.open(**relay_settings(simulator, relay_method=method))
    simulator.tokens.end_access()
    assert len(list(provider.collections())) > 5
    assert sum("tokens are renewed by the relay" in said for said in account.said) == 1
    simulator.tokens.end_access()
    list(account.open(**relay_settings(simulator, relay_method=method)).collections())
    assert sum("tokens are renewed by the relay" in said for said in account.said) == 1


def test_a_relay_that_gives_the_token_of_another_user(simulator: CloudDriveSimulator, account: Account) -> None:
    assert len(account.listing(**relay_settings(simulator)).items) == 60
    before = simulator.token_file.read_text()
    simulator.tokens.end_access()
    simulator.tokens.relay_account = STRANGER
    with pytest.raises(SignInError, match="a token of another account"):
        account.listing(**relay_settings(simulator))
    assert simulator.token_file.read_text() == before


def test_a_relay_that_fails_shows_its_words(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.token_file.touch()
    simulator.tokens.end_access()
    simulator.tokens.refused = (403, "", "")
    with pytest.raises(SignInError, match=r"relay 127\.0\.0\.1:\d+ gave no token \(status 403: over quota\)"):
        account.listing(**relay_settings(simulator))


def test_login_at_a_relay(simulator: CloudDriveSimulator, account: Account, tmp_path: Path) -> None:
    saved = tmp_path / "download.json"
    saved.write_text(json.dumps(simulator.tokens.issue()))
    nested = Person(browser_allowed=False, answer=lambda _: '{"access_token":' * 100_000)
    with pytest.raises(SignInError, match="is no JSON"):
        account.open(**relay_settings(simulator, token=None)).sign_in(nested)
    person = Person(browser_allowed=False, answer=lambda _: str(saved))
    account.open(**relay_settings(simulator, token=None)).sign_in(person)
    assert len(account.listing(**relay_settings(simulator, token=None)).items) == 60


def test_a_broken_client_never_opens_the_relay(
    simulator: CloudDriveSimulator, account: Account, tmp_path: Path
) -> None:
    (tmp_path / "client_data").write_text('{"CLIENT_ID": "x"}')
    with pytest.raises(ConfigError, match=r"client_data.* needs both keys"):
        account.open(**relay_settings(simulator, client_data="client_data"))
    for nonsense in ("nonsense", "[" * 100_000):
        (tmp_path / "client_data").write_text(nonsense)
        with pytest.raises(ConfigError, match=r"client_data.* is no JSON"):
            account.open(**relay_settings(simulator, client_data="client_data"))
    simulator.token_file.touch()
    simulator.tokens.end_access()
    with pytest.raises(SignInError, match="does not know this client"):
        account.listing(client_id="wrong", relay=f"{simulator.url}/relay")
    assert simulator.counts["POST /relay"] == 0


def test_nothing_to_sign_in_with(simulator: CloudDriveSimulator, account: Account) -> None:
    nothing = {"client_id": None, "client_secret": None}
    assert len(account.listing(**nothing).items) == 60, "a token that is still good needs no client"
    simulator.tokens.end_access()
    with pytest.raises(SignInError, match="nothing is configured to refresh it with"):
        account.listing(**nothing)
    with pytest.raises(SignInError, match="nothing to sign in with"):
        account.open(**nothing).sign_in(Person())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"relay": "http://relay.example/"}, "https"),
        ({"relay": "relay.example"}, "https"),
        ({"client_secret": None}, "'client_secret' is missing"),
        ({"sign_in": "relay"}, "needs the relay's address"),
        ({"client_id": None, "client_secret": None, "sign_in": "own"}, "needs 'client_id'"),
        ({"client_data": "client_data"}, "keep one of"),
    ],
)
def test_settings_that_do_not_fit(account: Account, settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        account.open(**settings)
